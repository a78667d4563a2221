"""The peers, each as its own documentation uses it: wasmtime's public Python binding, and Extism's Python SDK."""

from __future__ import annotations

from collections.abc import Callable
from os import devnull
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import extism
import wasmtime
from extism.extism import CompiledPlugin
from wasmtime.component import Component, Func, Linker

from benchmarks import guests
from benchmarks.rounds import Side

BINDING: Final = "wasmtime's binding"
WASI: Final = "wasmtime's own WASI"
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


def repeated(binding: Binding, export: str) -> Side:
    """An export that does its thing as often as its argument says, in one call, and in an instance of its own."""
    function, store = binding.function(export)

    async def side(times: int) -> float:
        started = perf_counter()
        function(store, times)
        return perf_counter() - started

    return side


class Wasi(Binding):
    """A component with the WASI that is compiled into wasmtime. What it prints goes nowhere.

    Args:
        folder: which it finds as its only one.
    """

    def __init__(self, guest: str, folder: Path | None = None) -> None:
        super().__init__(guest)
        self._folder = folder
        self.linker.add_wasip2()

    def store(self) -> wasmtime.Store:
        """A new store with a WASI of its own."""
        store, config = super().store(), wasmtime.WasiConfig()
        config.stdout_file = devnull
        if self._folder is not None:
            config.preopen_dir(str(self._folder), "/data")
        store.set_wasi(config)
        return store

    def command(self) -> Callable[[], None]:
        """What runs the guest as a command, each time in a store and an instance of its own."""
        interface = self.component.get_export_index("wasi:cli/run@0.2.0")
        export = None if interface is None else self.component.get_export_index("run", interface)
        if export is None:
            raise LookupError("run")

        def run() -> None:
            store = self.store()
            function = self.linker.instantiate(store, self.component).get_func(store, export)
            if function is None or function(store).tag != "ok":
                raise RuntimeError("the command failed")
            store.close()

        return run


def compiled_plugin() -> CompiledPlugin:
    """Extism's echo plugin, compiled once."""
    return CompiledPlugin(bytes(wasmtime.wat2wasm(guests.extism_echo())), functions=[])


def plugin(compiled: CompiledPlugin) -> extism.Plugin:
    """An instance of it."""
    return extism.Plugin(compiled)
