"""What an embedding program answers when it is shown a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from airssys.capabilities import CapabilitySet

from ._request import ApprovalRequest


class Choice(StrEnum):
    """One of the three answers."""

    ONCE = "once"
    """For this start; the next one asks again."""

    ALWAYS = "always"
    """For these bytes with these rights, until it is withdrawn."""

    NO = "no"
    """Not these bytes with these rights, until a person asks for them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An answer to a request.

    Attributes:
        choice: the answer.
        by: who gives it; recorded.
        only: for once and always: the part that is given; None for all that is asked for.
        note: why; recorded.
    """

    choice: Choice
    by: str
    only: CapabilitySet | None = None
    note: str = ""


#: Is shown a request and answers it; a coroutine function, so that it may ask somebody. The host awaits it.
Approver: TypeAlias = Callable[[ApprovalRequest], Awaitable[Verdict]]
