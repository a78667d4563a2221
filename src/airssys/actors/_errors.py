"""Errors that carry an exit reason; all others are in `airssys.errors`."""

from __future__ import annotations

from airssys.errors import ActorError

from ._reasons import ExitReason


class ActorExited(ActorError):
    """The actor that was asked ended before it replied; told at once, not when the time is over.

    Attributes:
        path: who was asked.
        reason: why it ended; `reason.error` is also the cause of this exception.
    """

    code = "actor-exited"
    hint = "ask again when its supervisor restarts it; `reason` says why it ended"

    def __init__(self, path: str, reason: ExitReason) -> None:
        super().__init__(f"{path} ended before it replied: {reason}")
        self.path = path
        self.reason = reason
        self.__cause__ = reason.error


class ActorStartFailed(ActorError):
    """The actor did not come to life: its factory, its `pre_start`, or a child of the supervisor that it is, failed.

    Attributes:
        path: who did not start; of several, the one that failed first.
        reason: why; `reason.error` is also the cause of this exception.
    """

    code = "actor-start-failed"
    hint = "the cause is what its factory or its `pre_start` raised"

    def __init__(self, path: str, reason: ExitReason) -> None:
        super().__init__(f"{path} did not start: {reason}")
        self.path = path
        self.reason = reason
        self.__cause__ = reason.error


class ActorSystemFailed(ActorError):
    """A failure climbed to the top of the tree, and the system stopped everything.

    Attributes:
        reason: of the child at the top that could not be restarted any more.
    """

    code = "actor-system-failed"
    hint = "the cause is the failure that nobody could mend; `max_restarts` of the system decides how often is tried"

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(f"the actor system gave up: {reason}")
        self.reason = reason
        self.__cause__ = reason.error
