"""`wasi:io/poll`: waiting for many things at once, without a thread for any of them.

A thing to wait for is a `Source`: it says whether it is ready, and calls back when it may have become so. What a guest
holds are pollables, each on one source.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from airssys.errors import GuestTrapped

#: Takes back a wish to be called.
Undo = Callable[[], object]


class Source(Protocol):
    """Something that a guest may wait for."""

    def is_ready(self) -> bool:
        """Whether there is nothing to wait for any more."""

    def watch(self, wake: Callable[[], None]) -> Undo:
        """Call `wake` once it may be ready; it need not be, and `wake` may come more than once."""


class Always:
    """A source that is ready: files are."""

    def is_ready(self) -> bool:
        """See `Source`."""
        return True

    def watch(self, wake: Callable[[], None]) -> Undo:
        """See `Source`."""
        wake()
        return _nothing


ALWAYS: Final = Always()


class Pollable:
    """The resource `pollable`."""

    __slots__ = ("source",)

    def __init__(self, source: Source) -> None:
        self.source = source

    def ready(self) -> bool:
        """`pollable.ready`."""
        return self.source.is_ready()

    async def block(self) -> None:
        """`pollable.block`."""
        await wait_for_any([self.source])


async def poll(pollables: Sequence[Pollable]) -> list[int]:
    """`poll`: which are ready, once at least one is. A list may be long, and may name the same pollable many times.

    Raises:
        GuestTrapped: the list is empty, so nothing would ever be ready.
    """
    if not pollables:
        raise GuestTrapped(
            "the guest polled an empty list", kind="misuse", hint="poll at least one pollable: WASI has it so"
        )
    ready = _ready(pollables)
    if not ready:
        await wait_for_any(list({id(each.source): each.source for each in pollables}.values()))
        ready = _ready(pollables)
    return ready


def _ready(pollables: Sequence[Pollable]) -> list[int]:
    return [index for index, each in enumerate(pollables) if each.source.is_ready()]


async def wait_for_any(sources: Sequence[Source]) -> None:
    """Wait until one of them is ready. Cancelling leaves nothing behind."""
    while not any(source.is_ready() for source in sources):
        woken = asyncio.get_running_loop().create_future()

        def wake(woken: asyncio.Future[None] = woken) -> None:
            if not woken.done():
                woken.set_result(None)

        undoes: list[Undo] = []
        try:
            undoes.extend(source.watch(wake) for source in sources)
            await woken
        finally:
            for undo in undoes:
                undo()


def _nothing() -> None:
    return None
