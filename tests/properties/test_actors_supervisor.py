"""A supervisor with real children against a model that is OTP's `supervisor`, written down as plainly as possible."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from airssys.actors import (
    KILLED,
    NO_BACKOFF,
    NORMAL,
    SHUTDOWN,
    ActorSystem,
    AutoShutdown,
    ChildSpec,
    RestartType,
    State,
    Strategy,
    SupervisorSpec,
)
from airssys.testing import FakeClock
from tests.actors_at_work import Obedient
from tests.quiet import quiet  # noqa: F401 - a fixture for every test of this file

PERIOD = 5.0
IDS = "abcd"


@dataclass
class Modelled:
    """A child of the model."""

    restart: RestartType
    is_significant: bool = False
    is_dynamic: bool = False
    lives: bool = True
    starts: int = 1


@dataclass
class Model:
    """What OTP says that a supervisor does; time passes between calls only."""

    strategy: Strategy
    max_restarts: int
    auto_shutdown: AutoShutdown
    children: dict[str, Modelled]
    restarts: list[float] = field(default_factory=list)
    end: str | None = None

    def child_exits(self, id: str, kind: str, now: float) -> None:
        child = self.children[id]
        child.lives = False
        is_abnormal = kind not in ("normal", "shutdown")
        if child.restart == "permanent" or (child.restart == "transient" and is_abnormal):
            self.restart(id, now)
        else:
            self.forget_if_so(id)
            self.shut_down_with(child)

    def restart(self, id: str, now: float) -> None:
        self.restarts = [at for at in self.restarts if at >= now - PERIOD]
        if len(self.restarts) >= self.max_restarts:
            self.end = "escalated"
            return
        self.restarts.append(now)
        order = list(self.children)
        if self.strategy == "one_for_one":
            group = [id]
        elif self.strategy == "one_for_all":
            group = order
        else:
            group = order[order.index(id) :]
        for name in group:
            child = self.children[name]
            if child.restart == "temporary":
                del self.children[name]
            else:
                child.lives = True
                child.starts += 1

    def shut_down_with(self, child: Modelled) -> None:
        if not child.is_significant or self.auto_shutdown == "never":
            return
        left = [other for other in self.children.values() if other.is_significant and other.lives]
        if self.auto_shutdown == "any_significant" or not left:
            self.end = "shutdown"

    def forget_if_so(self, id: str) -> None:
        child = self.children[id]
        if child.restart == "temporary" or child.is_dynamic:
            del self.children[id]


class SupervisorMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.runner = asyncio.Runner(loop_factory=self.clock.new_event_loop)
        self.system = ActorSystem()
        self.run(self.system.__aenter__())
        self.journal: list[str] = []

    def run(self, coroutine):
        result = self.runner.run(coroutine)
        self.runner.run(self.clock.settle())
        return result

    def teardown(self):
        self.run(self.system.__aexit__(None, None, None))
        assert asyncio.all_tasks(self.runner.get_loop()) == set()
        assert self.system.statistics().actors == 0
        self.runner.close()

    @initialize(
        strategy=st.sampled_from(Strategy),
        max_restarts=st.integers(0, 4),
        auto_shutdown=st.sampled_from(AutoShutdown),
        restarts=st.lists(st.sampled_from(RestartType), min_size=1, max_size=4),
        data=st.data(),
    )
    def make(self, strategy, max_restarts, auto_shutdown, restarts, data):
        children = {}
        for id, restart in zip(IDS, restarts, strict=False):
            may_be_significant = restart != "permanent" and auto_shutdown != "never"
            children[id] = Modelled(restart, may_be_significant and data.draw(st.booleans()))
        self.model = Model(strategy, max_restarts, auto_shutdown, children)
        spec = SupervisorSpec(
            children=tuple(self.spec(id, child) for id, child in children.items()),
            strategy=strategy,
            max_restarts=max_restarts,
            period_seconds=PERIOD,
            backoff=NO_BACKOFF,
            auto_shutdown=auto_shutdown,
        )
        self.ref = self.run(self.system.supervise(spec, id="boss", restart=RestartType.TEMPORARY))

    def spec(self, id, child):
        start = partial(Obedient, self.journal, id)
        return ChildSpec(id=id, start=start, restart=child.restart, is_significant=child.is_significant)

    @property
    def living(self):
        return [id for id, child in self.model.children.items() if child.lives]

    def is_over(self):
        return self.model.end is not None

    @precondition(lambda self: not self.is_over() and self.living)
    @rule(data=st.data(), how=st.sampled_from(["boom", NORMAL, SHUTDOWN, KILLED]))
    def a_child_ends(self, data, how):
        id = data.draw(st.sampled_from(self.living))
        child = self.ref.actor(id)
        if how == "boom":
            child.tell("boom")
        else:
            child.stop(how)
        now = self.clock.monotonic()
        self.runner.run(self.clock.settle())
        self.model.child_exits(id, "failed" if how == "boom" else how.kind, now)

    @precondition(lambda self: not self.is_over())
    @rule(restart=st.sampled_from(RestartType), id=st.sampled_from("wxyz"))
    def a_child_is_added(self, restart, id):
        if id not in self.model.children:
            child = self.model.children[id] = Modelled(restart, is_dynamic=True)
            self.journal[:] = [line for line in self.journal if not line.startswith(f"{id} ")]
            self.run(self.ref.start_child(self.spec(id, child)))

    @precondition(lambda self: not self.is_over() and self.model.children)
    @rule(data=st.data())
    def a_child_is_stopped(self, data):
        id = data.draw(st.sampled_from(sorted(self.model.children)))
        self.run(self.ref.stop_child(id))
        self.model.children[id].lives = False
        self.model.forget_if_so(id)

    @precondition(lambda self: not self.is_over() and self.model.children)
    @rule(data=st.data())
    def a_child_is_started_again(self, data):
        id = data.draw(st.sampled_from(sorted(self.model.children)))
        self.run(self.ref.restart_child(id))
        child = self.model.children[id]
        child.starts += not child.lives
        child.lives = True

    @rule(seconds=st.sampled_from([0.5, PERIOD, PERIOD + 0.5]))
    def time_passes(self, seconds):
        self.run(self.clock.advance(seconds))

    @invariant()
    def the_supervisor_is_as_otp_says(self):
        if not hasattr(self, "model"):
            return
        if self.model.end is not None:
            assert (self.ref.alive, self.ref.exit_reason.kind) == (False, self.model.end)
            return
        states = {id: child.state is State.RUNNING for id, child in self.ref.children.items()}
        assert list(states) == list(self.model.children), "order of the children"
        assert states == {id: child.lives for id, child in self.model.children.items()}
        for id, child in self.model.children.items():
            starts = [line for line in self.journal if line.startswith((f"{id} started", f"{id} restarted"))]
            assert len(starts) == child.starts, f"starts of {id}"
        assert self.ref.state is State.RUNNING


SupervisorMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=20)
TestSupervisor = SupervisorMachine.TestCase
