"""Answers for interfaces that exist but were not granted: the interface's own refusal, or a trap; never silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from airssys.engine import wit
from airssys.engine.values import Case, Err
from airssys.errors import CapabilityDenied

#: How interfaces of WASI 0.2 spell "access denied" in their error types: filesystem `error-code`, sockets
#: `error-code`, keyvalue `error`, http `error-code`.
_WORDS: Final = ("access-denied", "access", "not-permitted", "HTTP-request-denied")


def denying(interface: str, name: str, of: wit.FuncType) -> Callable[..., Any]:
    """A host function that refuses every call.

    It returns the interface's own access-denied error where the result type has one, and raises `CapabilityDenied`,
    which ends the guest, otherwise.
    """
    error = _own_error(of)
    if error is not None:
        return lambda *_args: error

    def refuse(*_args: Any) -> Any:
        raise CapabilityDenied(f"the guest called {interface}#{name}, which was not granted")

    return refuse


def _own_error(of: wit.FuncType) -> Err[Any] | None:
    if not isinstance(of.result, wit.ResultType):
        return None
    match of.result.err:
        case wit.EnumType(_, cases):
            return next((Err(word) for word in _WORDS if word in cases), None)
        case wit.VariantType(_, cases):
            bare = {name for name, payload in cases if payload is None}
            return next((Err(Case(word)) for word in _WORDS if word in bare), None)
    return None
