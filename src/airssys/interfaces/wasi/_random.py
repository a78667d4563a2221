"""`wasi:random`: bytes from the system, or from whatever a test passes in its place."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, TypeAlias

from airssys.errors import GuestTrapped

#: Gives so many bytes that nobody can foretell; never waits.
Entropy: TypeAlias = Callable[[int], bytes]

#: Most bytes of one call (design: wit.md). WASI gives all that was asked for or nothing, and has no error for too much.
MAX_RANDOM_BYTES: Final = 64 * 1024
_WORD_BYTES: Final = 8


class Random:
    """One component's. What is insecure comes from a generator of its own, seeded once."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def functions(self) -> dict[str, dict[str, Callable[..., Any]]]:
        """Every function, by interface."""
        return {
            "wasi:random/random": {
                "get-random-bytes": lambda size: self._entropy(_bounded(size)),
                "get-random-u64": self._word,
            },
            "wasi:random/insecure": {
                "get-insecure-random-bytes": lambda size: self._insecure.randbytes(_bounded(size)),
                "get-insecure-random-u64": lambda: self._insecure.getrandbits(64),
            },
            "wasi:random/insecure-seed": {"insecure-seed": lambda: self._seed},
        }

    @cached_property
    def _insecure(self) -> random.Random:
        """Made when it is first asked for: few components do."""
        return random.Random(self._entropy(_WORD_BYTES))  # noqa: S311 - insecure by name

    @cached_property
    def _seed(self) -> tuple[int, int]:
        return self._word(), self._word()

    def _word(self) -> int:
        return int.from_bytes(self._entropy(_WORD_BYTES), "little")


def _bounded(size: int) -> int:
    if size > MAX_RANDOM_BYTES:
        raise GuestTrapped(
            f"the guest asked for {size} random bytes at once; the most is {MAX_RANDOM_BYTES}",
            kind="resource-limit",
            hint="let the component ask for them in pieces",
        )
    return size
