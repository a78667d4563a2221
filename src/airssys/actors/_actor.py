"""What users write: an actor."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from ._context import Context
    from ._reasons import ExitReason


class Directive(StrEnum):
    """What becomes of an actor whose `handle` raised. The message is gone in every case."""

    RESUME = "resume"
    """It goes on with its state and the next message; whoever asked gets `AskFailed`."""
    RESTART = "restart"
    """It ends with the reason `failed`; its supervisor decides by its specification."""
    STOP = "stop"
    """It ends with the reason `shutdown`, in order; a permanent child is restarted even so."""
    ESCALATE = "escalate"
    """It ends with the reason `failed`, and its supervisor gives up at once instead of restarting it."""


class Actor:
    """State that only one message at a time can touch. Derive from it and write `handle`.

        class Greeter(Actor):
            async def handle(self, message, context):
                return f"Hello, {message}!"

    One instance lives from its start to its end or failure; a restart makes a new one, with the state that its
    constructor gives it, while its `ActorRef`, its mailbox and its name stay. All methods of one actor run one after
    the other, in one `contextvars` context of its own, on the event loop of its system.

    Attributes:
        traps_exits: the ends of linked actors arrive as `Exit` messages instead of ending this one as well.
    """

    traps_exits: ClassVar[bool] = False

    async def handle(self, message: Any, context: Context) -> Any:
        """Handle one message; the next one waits until this has returned.

        Returns:
            The reply, when somebody asked and neither `context.reply` nor `context.defer_reply` was used.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it handles messages")

    async def pre_start(self, context: Context) -> None:
        """Acquire what the actor needs, before its first message. When it raises, the start has failed."""

    async def post_stop(self, context: Context) -> None:
        """Release what `pre_start` acquired, after its last message; within the grace time of its specification.

        Called however the started actor ends, failure included, except when it is killed.
        """

    async def on_restart(self, reason: ExitReason, context: Context) -> None:
        """Called on the new instance in place of `pre_start` when it takes over from one that ended.

        Args:
            reason: why the one before it ended.
        """
        await self.pre_start(context)

    def on_error(self, error: Exception, message: Any, context: Context) -> Directive:
        """Decide what becomes of this actor after `handle` raised; by default, its supervisor decides."""
        return Directive.RESTART
