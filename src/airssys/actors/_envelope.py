"""What a mailbox holds: a message and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._ref import Ref
    from ._reply import Reply


@dataclass(slots=True, eq=False)
class Envelope:
    """One message on its way. Nobody changes one; it is not frozen because one is made for every message, and that
    takes a tenth of the time of a frozen one (0.08 us against 0.8 us, CPython 3.11).

    Attributes:
        message: what was sent, as it is: nothing is copied.
        sender: who said to have sent it, or None.
        reply: where the answer goes; None when nobody waits for one.
        correlation_id: joins a question, its answer, and what was told while answering.
        deadline: time of the system's clock after which nobody wants it to be handled any more.
    """

    message: Any
    sender: Ref | None = None
    reply: Reply | None = None
    correlation_id: int | None = None
    deadline: float | None = None
