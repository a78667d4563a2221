"""What a supervisor remembers about restarts, and decides from it. Pure: time and randomness come in as numbers."""

from __future__ import annotations

from collections import deque

from ._children import Child
from ._decide import Decision, Restart, RestartHistory, RestartRule, decide_restart
from ._reasons import ExitReason
from ._spec import SupervisorSpec


class Ledger:
    """The restarts that one supervisor made.

    Attributes:
        restarts: how many because a child failed; a group counts once.
        host_fault_restarts: how many that the host was to blame for.
    """

    __slots__ = ("_host_times", "_intensity", "_supervisor", "_times", "host_fault_restarts", "restarts")

    def __init__(self, supervisor: SupervisorSpec) -> None:
        self._supervisor = supervisor
        self._intensity = supervisor.intensity
        # no decision looks further back than this
        self._times: deque[float] = deque(maxlen=supervisor.max_restarts)
        self._host_times: deque[float] = deque(maxlen=supervisor.host_faults.max_restarts)
        self.restarts = 0
        self.host_fault_restarts = 0

    def decide(self, child: Child, reason: ExitReason, now: float, draw: float) -> Decision:
        """What becomes of a child that ended; a restart is written down at once."""
        rule = RestartRule(
            restart=child.spec.restart,
            intensity=self._intensity,
            host_faults=self._supervisor.host_faults,
            backoff=child.spec.backoff or self._supervisor.backoff,
        )
        history = RestartHistory(
            restarts=self._times,
            host_restarts=self._host_times,
            streak=child.streak,
            last_start=child.last_start,
        )
        decision = decide_restart(rule, reason, history, now, draw=draw)
        if isinstance(decision, Restart):
            child.streak = decision.streak
            self._write(reason, now)
        return decision

    def forget(self) -> None:
        """Begin anew, as the supervisor itself was restarted; the totals stay."""
        self._times.clear()
        self._host_times.clear()

    def _write(self, reason: ExitReason, now: float) -> None:
        if reason.is_host_fault:
            self._host_times.append(now)
            self.host_fault_restarts += 1
        else:
            self._times.append(now)
            self.restarts += 1
