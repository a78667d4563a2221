"""The Python shapes of component-model values that Python has no built-in for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ok(Generic[T]):
    """The good side of a `result` that is nested in another value. `Ok(None)` where it carries nothing."""

    value: T


@dataclass(frozen=True, slots=True)
class Err(Generic[T]):
    """The bad side of a `result` that is nested in another value. `Err(None)` where it carries nothing."""

    value: T


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """A present `option` whose payload is itself an `option`; plain options are the payload or None."""

    value: T


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a `variant`, with its payload; `value` is None where the case carries nothing.

    >>> match Case("text", "hello"):
    ...     case Case("text", str(text)):
    ...         print(text)
    hello
    """

    name: str
    value: Any = None


class GuestResource:
    """A handle to a resource that lives in a guest; made by the engine only.

    It can be passed back to functions of the same instance: as `borrow` any number of times, as `own` once. `close`
    gives it up. The engine offers no way to run a guest's destructor from outside a call, so what the guest keeps for
    the resource is freed with the instance; the number of such handles is bounded by the engine.
    """

    __slots__ = ("_pointer", "_release", "name", "owner")

    def __init__(self, name: str, pointer: int, owner: object, release: Callable[[int], None]) -> None:
        self.name = name
        self.owner = owner
        self._pointer = pointer
        self._release = release

    @property
    def closed(self) -> bool:
        """True after `close`, or once ownership went back to the guest."""
        return self._pointer == 0

    @property
    def pointer(self) -> int:
        """The native handle; 0 once closed."""
        return self._pointer

    def close(self) -> None:
        """Give the handle up; closing twice is harmless."""
        pointer, self._pointer = self._pointer, 0
        if pointer:
            self._release(pointer)

    def __del__(self) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<GuestResource {self.name} {'closed' if self.closed else 'open'}>"
