"""Why an actor ended, as a value, and the one place that turns an exception into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from airssys.errors import HostError, InternalError

#: The kinds of this room. A room above adds its own words through `ActorSystem(exit_kinds=...)`.
NORMAL_KIND: Final = "normal"
SHUTDOWN_KIND: Final = "shutdown"
KILLED_KIND: Final = "killed"
FAILED_KIND: Final = "failed"
ESCALATED_KIND: Final = "escalated"

_CLEAN: Final = frozenset({NORMAL_KIND, SHUTDOWN_KIND})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitReason:
    """Why one incarnation of an actor ended.

    Attributes:
        kind: `normal`, `shutdown`, `killed`, `failed`, `escalated`, or a word of the room that knows better, such as
            `out_of_memory`. Everything but `normal` and `shutdown` counts as abnormal.
        error: what was raised, if anything was.
        detail: the rest of the sentence, for people.
        is_host_fault: the host could not do its part, so the restart is not held against the child.
        must_escalate: the actor itself asked that its supervisor gives up instead of restarting it.
    """

    kind: str
    error: BaseException | None = None
    detail: str = ""
    is_host_fault: bool = False
    must_escalate: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether it ended because it was done or was told to; a transient child is not restarted then."""
        return self.kind in _CLEAN

    def __str__(self) -> str:
        rest = self.detail or ("" if self.error is None else describe(self.error))
        return f"{self.kind}: {rest}" if rest else self.kind


#: It was done.
NORMAL: Final = ExitReason(kind=NORMAL_KIND)
#: It was told to stop, in order.
SHUTDOWN: Final = ExitReason(kind=SHUTDOWN_KIND)
#: It was ended without being asked.
KILLED: Final = ExitReason(kind=KILLED_KIND)


def reason_of(error: BaseException, kinds: Mapping[type[BaseException], str]) -> ExitReason:
    """Turn what an actor raised into the reason of its exit.

    Args:
        error: what left one of its methods.
        kinds: words of the room above, by class; the nearest base class decides.

    >>> reason_of(ValueError("no"), {}).kind, reason_of(KeyError(1), {LookupError: "denied"}).kind
    ('failed', 'denied')
    """
    kind = next((kinds[each] for each in type(error).__mro__ if each in kinds), FAILED_KIND)
    return ExitReason(kind=kind, error=error, is_host_fault=isinstance(error, HostError | InternalError))


def describe(error: BaseException) -> str:
    """An exception in one line.

    >>> describe(ValueError("no")), describe(KeyError())
    ('ValueError: no', 'KeyError')
    """
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
