"""From Python's exceptions to the errors of WASI's results."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

from airssys.engine import Err
from airssys.errors import CapabilityDenied, QuotaExceeded

from ._codes import Refusal, code_of

P = ParamSpec("P")


def answering(function: Callable[P, Coroutine[Any, Any, Any]]) -> Callable[P, Coroutine[Any, Any, Any]]:
    """Decorator for a host function with `result<_, error-code>` of wasi:filesystem: refusals become its error."""

    @functools.wraps(function)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await function(*args, **kwargs)
        except (Refusal, CapabilityDenied, QuotaExceeded, OSError) as error:
            return Err(error_code(error))

    return answer


def error_code(error: Refusal | CapabilityDenied | QuotaExceeded | OSError) -> str:
    """The `error-code` that stands for an exception."""
    match error:
        case Refusal():
            return error.code
        case CapabilityDenied():
            return "access"
        case QuotaExceeded():
            return "quota"
        case OSError():
            return code_of(error)
