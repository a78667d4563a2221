"""Names and who has them. Pure but for those who wait for a name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from airssys.errors import NameTaken

from ._checks import check_word
from ._ref import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryStatistics:
    """The registry at one moment.

    Attributes:
        names: how many are taken.
        waiting: how many tasks wait for a name.
    """

    names: int
    waiting: int


class Registry:
    """One name has one actor; one actor may have several names. A name is free again when its actor ends for good, so
    it outlives restarts.
    """

    def __init__(self) -> None:
        self._refs: dict[str, Ref] = {}
        self._names: dict[Ref, set[str]] = {}
        self._waiting: dict[str, list[asyncio.Future[Ref]]] = {}

    @property
    def names(self) -> Mapping[str, Ref]:
        """All names, a live view."""
        return MappingProxyType(self._refs)

    def whereis(self, name: str) -> Ref | None:
        """Who has the name; None for nobody."""
        return self._refs.get(name)

    def register(self, name: str, ref: Ref) -> None:
        """Give it a name; giving it the same one again changes nothing.

        Raises:
            NameTaken: somebody else has it.
            SpecInvalid: it cannot be a name.
        """
        holder = self._refs.get(check_word("a name", name))
        if holder is ref:
            return
        if holder is not None:
            raise NameTaken(f"the name {name} belongs to {holder.path}")
        self._refs[name] = ref
        self._names.setdefault(ref, set()).add(name)
        for waiting in self._waiting.pop(name, ()):
            if not waiting.done():
                waiting.set_result(ref)

    def unregister(self, name: str) -> None:
        """Free a name; freeing a free one changes nothing."""
        ref = self._refs.pop(name, None)
        if ref is not None:
            names = self._names[ref]
            names.discard(name)
            if not names:
                del self._names[ref]

    def forget(self, ref: Ref) -> None:
        """Free all names of one who ended."""
        for name in self._names.pop(ref, ()):
            del self._refs[name]

    async def wait_registered(self, name: str) -> Ref:
        """Wait until somebody has the name. Cancelling it leaves nothing behind."""
        ref = self._refs.get(name)
        if ref is not None:
            return ref
        waiting: asyncio.Future[Ref] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(waiting)
        try:
            return await waiting
        finally:
            self._leave(name, waiting)

    def statistics(self) -> RegistryStatistics:
        """A snapshot."""
        return RegistryStatistics(names=len(self._refs), waiting=sum(map(len, self._waiting.values())))

    def _leave(self, name: str, waiting: asyncio.Future[Ref]) -> None:
        others = self._waiting.get(name)
        if others is not None and waiting in others:
            others.remove(waiting)
            if not others:
                del self._waiting[name]
