"""From Python's exceptions to the errors of WASI's results."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, Final, ParamSpec

from airssys.engine import Err
from airssys.errors import QuotaExceeded

from ._codes import Refusal, code_of
from ._rights import Denied

P = ParamSpec("P")

#: What acting on files fails with.
FAILURES: Final = (Refusal, QuotaExceeded, OSError)


def answering(function: Callable[P, Coroutine[Any, Any, Any]]) -> Callable[P, Coroutine[Any, Any, Any]]:
    """Decorator for a host function with `result<_, error-code>` of wasi:filesystem: refusals become its error."""

    @functools.wraps(function)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await function(*args, **kwargs)
        except FAILURES as error:
            return Err(await error_code(error))

    return answer


async def error_code(error: Refusal | QuotaExceeded | OSError) -> str:
    """The `error-code` that stands for an exception. Who is denied too often waits for it."""
    match error:
        case Refusal():
            if isinstance(error, Denied) and error.pause_seconds:
                await asyncio.sleep(error.pause_seconds)
            return error.code
        case QuotaExceeded():
            return "quota"
        case OSError():
            return code_of(error)
