"""The peers, each as its own documentation uses it: wasmtime's public Python binding, and Extism's Python SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import extism
import wasmtime
from extism.extism import CompiledPlugin
from wasmtime.component import Component, Func, Linker

from benchmarks import guests

BINDING: Final = "wasmtime's binding"
EXTISM: Final = "Extism"


class Binding:
    """A component in wasmtime's public Python binding, with the binding's defaults: no limit, no interruption.

    Args:
        guest: which.
        interruptible: have epochs compiled in, far away from ever interrupting.
    """

    def __init__(self, guest: str, *, interruptible: bool = False) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = interruptible
        self._interruptible = interruptible
        self.engine = wasmtime.Engine(config)
        self.linker = Linker(self.engine)
        source = guests.path(guest).read_bytes()
        self.component = Component(self.engine, source if source.startswith(b"\0asm") else source.decode())

    def store(self) -> wasmtime.Store:
        """A new store, ready for an instance."""
        store = wasmtime.Store(self.engine)
        if self._interruptible:
            store.set_epoch_deadline(1 << 40)
        return store

    def function(self, name: str) -> tuple[Func, wasmtime.Store]:
        """An export of a new instance, and the store that it lives in."""
        store = self.store()
        found = self.linker.instantiate(store, self.component).get_func(store, name)
        if found is None:
            raise LookupError(name)
        return found, store

    def answer(self, interface: str, functions: dict[str, Callable[..., Any]]) -> None:
        """Define host functions."""
        with self.linker.root() as root, root.add_instance(interface) as instance:
            for name, function in functions.items():
                instance.add_func(name, function)


def compiled_plugin() -> CompiledPlugin:
    """Extism's echo plugin, compiled once."""
    return CompiledPlugin(bytes(wasmtime.wat2wasm(guests.extism_echo())), functions=[])


def plugin(compiled: CompiledPlugin) -> extism.Plugin:
    """An instance of it."""
    return extism.Plugin(compiled)
