"""What a mailbox holds: a message and what belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ._ref import Ref
    from ._reply import Reply


class Envelope(NamedTuple):
    """One message on its way. Immutable; a tuple because one is made for every message.

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
