"""What holds for every decision and every plan, whatever the values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airssys.actors import (
    NO_BACKOFF,
    Backoff,
    Escalate,
    ExitReason,
    Intensity,
    Remove,
    Restart,
    RestartHistory,
    RestartRule,
    RestartType,
    StopOrder,
    Strategy,
    decide_restart,
    restart_plan,
    stop_plan,
)
from airssys.actors._agenda import Agenda, StartNext, StopNext

SECONDS = st.floats(0.0, 1e6)
DRAWS = st.floats(0.0, 1.0, exclude_max=True)
REASONS = st.builds(
    ExitReason,
    kind=st.sampled_from(["normal", "shutdown", "killed", "failed", "trapped"]),
    is_host_fault=st.booleans(),
    must_escalate=st.booleans(),
)
INTENSITIES = st.builds(Intensity, max_restarts=st.integers(0, 5), period_seconds=st.floats(0.1, 100.0))


@st.composite
def backoffs(draw):
    initial = draw(SECONDS)
    return Backoff(
        initial_seconds=initial,
        factor=draw(st.floats(1.0, 10.0)),
        max_seconds=initial + draw(SECONDS),
        jitter=draw(st.floats(0.0, 1.0)),
        reset_after_seconds=draw(SECONDS),
    )


@given(backoff=backoffs(), streak=st.integers(0, 10_000), draw=DRAWS)
def test_a_wait_is_never_longer_than_its_bound_nor_shorter_than_its_jitter_allows(backoff, streak, draw):
    delay = backoff.delay_seconds(streak, draw)
    longest = backoff.delay_seconds(streak, 0.0)

    assert 0.0 <= longest * (1.0 - backoff.jitter) * (1 - 1e-9) <= delay <= longest <= backoff.max_seconds
    assert longest <= backoff.delay_seconds(streak + 1, 0.0)


@given(intensity=INTENSITIES, gaps=st.lists(st.floats(0.0, 30.0), max_size=40))
def test_no_window_of_one_period_ever_holds_more_restarts_than_allowed_and_no_failure_escalates_too_early(
    intensity, gaps
):
    rule = RestartRule(restart=RestartType.PERMANENT, intensity=intensity, backoff=NO_BACKOFF)
    now = 0.0
    restarts: list[float] = []
    for gap in gaps:
        now += gap
        within = [at for at in restarts if at >= now - intensity.period_seconds]
        decision = decide_restart(rule, ExitReason(kind="failed"), RestartHistory(restarts=restarts), now)
        if isinstance(decision, Escalate):
            assert len(within) >= intensity.max_restarts
            return
        assert len(within) < intensity.max_restarts
        restarts.append(now)


@given(
    restart=st.sampled_from(RestartType),
    reason=REASONS,
    intensity=INTENSITIES,
    backoff=backoffs(),
    past=st.lists(SECONDS, max_size=10).map(sorted),
    streak=st.integers(0, 50),
    now=SECONDS,
    draw=DRAWS,
)
def test_a_decision_is_one_of_three_and_always_the_same(restart, reason, intensity, backoff, past, streak, now, draw):
    rule = RestartRule(restart=restart, intensity=intensity, host_faults=intensity, backoff=backoff)
    history = RestartHistory(restarts=past, host_restarts=past, streak=streak)
    decision = decide_restart(rule, reason, history, now, draw=draw)

    assert decision == decide_restart(rule, reason, history, now, draw=draw)
    match decision:
        case Restart(delay_seconds=delay):
            assert restart is not RestartType.TEMPORARY
            assert 0.0 <= delay <= backoff.max_seconds
        case Remove():
            assert not reason.must_escalate
            assert restart is not RestartType.PERMANENT
        case Escalate():
            assert reason.must_escalate or restart is not RestartType.TEMPORARY


CHILDREN = st.lists(st.text("abcdefgh", min_size=1, max_size=2), min_size=1, max_size=8, unique=True)


@given(children=CHILDREN, order=st.sampled_from(StopOrder))
def test_everybody_stops_once_and_nobody_before_those_that_were_started_later(children, order):
    flat = [child for group in stop_plan(order, children) for child in group]

    assert flat == list(reversed(children))


@given(children=CHILDREN, strategy=st.sampled_from(Strategy), data=st.data())
def test_a_restart_stops_and_starts_the_same_children_in_opposite_orders(children, strategy, data):
    failed = data.draw(st.sampled_from(children))
    temporary = frozenset(data.draw(st.sets(st.sampled_from(children)))) - {failed}
    plan = restart_plan(strategy, StopOrder.RIGHT_TO_LEFT, children, failed, temporary)
    stopped = [child for group in plan.stop for child in group]

    assert failed in plan.start
    assert failed not in stopped
    assert not temporary & set(plan.start)
    assert [child for child in reversed(stopped) if child not in temporary] == [
        child for child in plan.start if child != failed
    ]
    assert list(plan.start) == [child for child in children if child in plan.start]


@given(
    children=CHILDREN,
    order=st.sampled_from(StopOrder),
    interruptions=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(Strategy)), max_size=3),
    data=st.data(),
)
def test_an_agenda_never_starts_before_all_stops_and_never_two_at_once(children, order, interruptions, data):
    """Plays a supervisor whose children obey, with new failures in between; at the end everybody lives."""
    agenda = Agenda()
    living: set[str] = set()
    stopping: set[str] = set()
    starting: set[str] = set()
    agenda.replace((), children)
    at = dict(interruptions)
    for turn in range(400):
        if turn in at and living - stopping - starting:
            failed = data.draw(st.sampled_from(sorted(living - stopping - starting)))
            living.discard(failed)
            agenda.exited(failed)
            plan = restart_plan(at[turn], order, children, failed)
            due = {*plan.start, *agenda.to_start}
            stop = [tuple(child for child in group if child in living) for group in plan.stop]
            agenda.replace(tuple(group for group in stop if group), [child for child in children if child in due])
            starting.clear()
        match agenda.next_step(may_start=True):
            case StopNext(children=group):
                assert not stopping, "the group before it has not stopped yet"
                stopping.update(group)
            case StartNext(child=child):
                assert not stopping
                assert not starting
                starting.add(child)
                living.add(child)
            case None if stopping:
                child = data.draw(st.sampled_from(sorted(stopping)))
                stopping.discard(child)
                living.discard(child)
                agenda.exited(child)
            case None if starting:
                agenda.started(starting.pop())
            case None:
                assert not agenda.is_busy
                break

    assert living == set(children)
