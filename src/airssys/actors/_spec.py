"""What a supervisor is told about its children, as values that are valid by existing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from airssys.errors import SpecInvalid

from ._actor import Actor
from ._backoff import Backoff
from ._checks import check_choice, check_count, check_seconds, check_word
from ._mailbox import MailboxSpec

ActorFactory: TypeAlias = Callable[[], Actor]
"""Makes a new actor: a class, a `functools.partial`, a lambda. Called again for every restart."""

#: How long a worker may take to stop before it is killed; OTP's default.
DEFAULT_GRACE_SECONDS: Final = 5.0


class RestartType(StrEnum):
    """Which ends of a child lead to a restart."""

    PERMANENT = "permanent"
    """Every one."""
    TRANSIENT = "transient"
    """Those that are abnormal: neither `normal` nor `shutdown`."""
    TEMPORARY = "temporary"
    """None, not even when a sibling's failure took it along."""


class Strategy(StrEnum):
    """Who is restarted when one child is."""

    ONE_FOR_ONE = "one_for_one"
    """That child only."""
    ONE_FOR_ALL = "one_for_all"
    """All children."""
    REST_FOR_ONE = "rest_for_one"
    """That child, and those that were started after it."""


class AutoShutdown(StrEnum):
    """Whether a supervisor ends by itself when significant children have."""

    NEVER = "never"
    """It does not."""
    ANY_SIGNIFICANT = "any_significant"
    """With the first one."""
    ALL_SIGNIFICANT = "all_significant"
    """With the last one."""


class StopOrder(StrEnum):
    """In which order a supervisor stops its children."""

    RIGHT_TO_LEFT = "right_to_left"
    """One after the other, the one that was started last first."""
    AT_ONCE = "at_once"
    """All at the same time; for many children that do not need each other."""


class ChildType(StrEnum):
    """What a child is."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"


Shutdown: TypeAlias = float | Literal["kill", "infinity"]
"""Seconds that a child is given to stop before it is killed; `"kill"` for none, `"infinity"` for no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """How many restarts are too many.

    Attributes:
        max_restarts: that many restarts are made within any `period_seconds`; the next failure is passed up instead.
        period_seconds: restarts longer ago than this are forgotten.

    Raises:
        SpecInvalid: a value is out of range.
    """

    max_restarts: int = 3
    period_seconds: float = 5.0

    def __post_init__(self) -> None:
        check_count("max_restarts", self.max_restarts, least=0)
        period = check_seconds("period_seconds", self.period_seconds, open_end=True)
        object.__setattr__(self, "period_seconds", period)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSpec:
    """What a supervisor does. It becomes one as the `start` of a `ChildSpec`, or with `system.supervise`.

    Attributes:
        children: started in this order, stopped in the other; restarts of the supervisor begin from them again.
        strategy: who is restarted with a child that failed.
        max_restarts, period_seconds: as in `Intensity`, over all children together.
        backoff: how long restarts wait, for children that say nothing themselves.
        host_faults: the intensity of restarts that the host is to blame for; they are counted apart.
        auto_shutdown: whether it ends with its significant children.
        max_children: how many it may have, dynamic ones included; None for no bound.
        stop_order: one after the other, or all at once.

    Raises:
        SpecInvalid: a value is out of range, or two values contradict each other.
    """

    children: tuple[ChildSpec, ...] = ()
    strategy: Strategy = Strategy.ONE_FOR_ONE
    max_restarts: int = 3
    period_seconds: float = 5.0
    backoff: Backoff = field(default_factory=Backoff)
    host_faults: Intensity = field(default_factory=lambda: Intensity(max_restarts=10, period_seconds=60.0))
    auto_shutdown: AutoShutdown = AutoShutdown.NEVER
    max_children: int | None = None
    stop_order: StopOrder = StopOrder.RIGHT_TO_LEFT

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", tuple(self.children))
        object.__setattr__(self, "strategy", check_choice("strategy", self.strategy, Strategy))
        object.__setattr__(self, "auto_shutdown", check_choice("auto_shutdown", self.auto_shutdown, AutoShutdown))
        object.__setattr__(self, "stop_order", check_choice("stop_order", self.stop_order, StopOrder))
        object.__setattr__(self, "period_seconds", self.intensity.period_seconds)
        self._check_children()

    @property
    def intensity(self) -> Intensity:
        """`max_restarts` and `period_seconds` together."""
        return Intensity(max_restarts=self.max_restarts, period_seconds=self.period_seconds)

    def check_child(self, child: ChildSpec) -> ChildSpec:
        """Return the child when this supervisor may have it.

        Raises:
            SpecInvalid: it is significant, and nothing would come of it.
        """
        if child.is_significant and self.auto_shutdown is AutoShutdown.NEVER:
            raise SpecInvalid(
                f"child {child.id} is significant, but the supervisor's auto_shutdown is never",
                hint="set auto_shutdown to any_significant or all_significant, or drop is_significant",
            )
        return child

    def _check_children(self) -> None:
        seen: set[str] = set()
        for child in self.children:
            if self.check_child(child).id in seen:
                raise SpecInvalid(f"two children have the id {child.id}", hint="give each child an id of its own")
            seen.add(child.id)
        if self.max_children is None:
            return
        check_count("max_children", self.max_children, least=0)
        if len(self.children) > self.max_children:
            raise SpecInvalid(f"there are {len(self.children)} children, but max_children is {self.max_children}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What a supervisor needs to know about one child.

    Attributes:
        id: under which its supervisor knows it; part of its path.
        start: makes the actor, or says what the supervisor does that the child is.
        restart: which ends lead to a restart.
        shutdown: seconds it is given to stop, `"kill"` or `"infinity"`; 5 s for workers and `"infinity"` for
            supervisors, which need as long as their children, unless said otherwise.
        is_significant: its end can end its supervisor, see `SupervisorSpec.auto_shutdown`.
        name: under which everybody may find it, see `system.whereis`; None for nobody.
        mailbox: how large its mailbox is.
        backoff: how long its restarts wait; the supervisor's when None.

    Raises:
        SpecInvalid: a value is out of range, or two values contradict each other.
    """

    id: str
    start: ActorFactory | SupervisorSpec
    restart: RestartType = RestartType.PERMANENT
    shutdown: Shutdown | None = None
    is_significant: bool = False
    name: str | None = None
    mailbox: MailboxSpec = field(default_factory=MailboxSpec)
    backoff: Backoff | None = None

    def __post_init__(self) -> None:
        check_word("the id of a child", self.id)
        if self.name is not None:
            check_word("the name of an actor", self.name)
        if type(self.restart) is not RestartType:
            object.__setattr__(self, "restart", check_choice("restart", self.restart, RestartType))
        is_supervisor = isinstance(self.start, SupervisorSpec)
        if not is_supervisor:
            self._check_start()
        if self.is_significant and self.restart is RestartType.PERMANENT:
            raise SpecInvalid(
                f"child {self.id} is significant and permanent: it would be restarted whenever it ends",
                hint="make it transient or temporary, or drop is_significant",
            )
        if self.shutdown is None:
            object.__setattr__(self, "shutdown", "infinity" if is_supervisor else DEFAULT_GRACE_SECONDS)
        elif self.shutdown not in ("kill", "infinity"):
            object.__setattr__(self, "shutdown", check_seconds("shutdown", self.shutdown))

    @property
    def type(self) -> ChildType:
        """Follows from `start`."""
        return ChildType.SUPERVISOR if isinstance(self.start, SupervisorSpec) else ChildType.WORKER

    @property
    def grace_seconds(self) -> float | None:
        """How long it is given to stop; 0 for `"kill"`, None for `"infinity"`."""
        if isinstance(self.shutdown, float):
            return self.shutdown
        return 0.0 if self.shutdown == "kill" else None

    def _check_start(self) -> None:
        if isinstance(self.start, Actor):
            raise SpecInvalid(
                f"the start of child {self.id} is an actor that exists already; a restart needs a new one",
                hint="give the class, or functools.partial(Class, arguments)",
            )
        if not callable(self.start):
            raise SpecInvalid(f"the start of child {self.id} is {self.start!r}: expected something that makes an actor")
