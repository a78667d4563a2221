"""Time that passes when everybody waits, and never otherwise."""

from __future__ import annotations

import asyncio
import time

import pytest

from airssys.clock import Clock
from airssys.testing import Deadlock, FakeClock, LeftBehind
from airssys.testing import _loop as loop_module


def test_an_hour_passes_at_once_and_to_the_second():
    clock, began = FakeClock(now=5.0), time.perf_counter()
    clock.run(asyncio.sleep(3600.0))

    assert clock.monotonic() == pytest.approx(3605.0)
    assert time.perf_counter() - began < 60.0


def test_timers_go_off_in_order_each_at_its_own_time():
    clock = FakeClock()
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, clock.monotonic() - 1000.0))

    async def scenario():
        loop = asyncio.get_running_loop()
        for name, seconds in (("c", 3.0), ("a", 1.0), ("b", 2.0)):
            loop.call_later(seconds, note, name)
        await clock.advance(2.5)

    clock.run(scenario())
    assert [name for name, _ in seen] == ["a", "b"]
    assert [at for _, at in seen] == pytest.approx([1.0, 2.0])


def test_time_stands_still_while_anything_can_run():
    clock = FakeClock()

    async def scenario():
        for _ in range(100):
            await asyncio.sleep(0)
        return clock.monotonic()

    assert clock.run(scenario()) == 1000.0


def test_settling_waits_for_a_chain_of_tasks_and_lets_no_time_pass():
    clock = FakeClock()
    steps: list[int] = []

    async def chain(n: int):
        for _ in range(n):
            await asyncio.sleep(0)
        steps.append(n)
        if n > 1:
            await asyncio.create_task(chain(n - 1))

    async def scenario():
        task = asyncio.create_task(chain(20))
        late = asyncio.create_task(asyncio.sleep(1.0))
        await clock.settle()
        assert (task.done(), late.done(), clock.monotonic()) == (True, False, 1000.0)
        await late

    clock.run(scenario())
    assert steps == [*range(20, 0, -1)]


def test_advancing_runs_all_that_follows_from_what_was_due():
    clock = FakeClock()
    seen: list[str] = []

    async def follow():
        await asyncio.sleep(0)
        seen.append("followed")

    async def scenario():
        tasks: list[asyncio.Task[None]] = []
        asyncio.get_running_loop().call_later(1.0, lambda: tasks.append(asyncio.create_task(follow())))
        await clock.advance(1.0)
        assert seen == ["followed"]

    clock.run(scenario())


def test_a_jump_is_later_with_nothing_having_run_in_between():
    clock = FakeClock()
    seen: list[float] = []

    async def scenario():
        asyncio.get_running_loop().call_later(1.0, lambda: seen.append(clock.monotonic()))
        clock.jump(60.0)
        assert seen == []
        await clock.settle()

    clock.run(scenario())
    assert seen == [1060.0]
    with pytest.raises(ValueError, match="cannot go back by 1 s"):
        clock.jump(-1.0)


def test_the_wall_clock_goes_along_and_may_be_set_without_the_other_noticing():
    clock = FakeClock(wall=100.0)
    port: Clock = clock
    clock.jump(5.0)
    assert (port.wall(), port.monotonic()) == (105.0, 1005.0)
    clock.set_wall(0.0)

    assert (clock.wall(), clock.monotonic()) == (0.0, 1005.0)


def test_the_same_scenario_gives_the_same_result_every_time():
    def play() -> list[tuple[int, float]]:
        clock = FakeClock()
        seen: list[tuple[int, float]] = []

        async def worker(n: int):
            for turn in range(5):
                await asyncio.sleep((n * 7 + turn * 3) % 5 / 10)
                seen.append((n, clock.monotonic()))

        async def scenario():
            await asyncio.gather(*map(worker, range(20)))

        clock.run(scenario())
        return seen

    assert play() == play()


def test_a_task_that_is_left_behind_fails_the_test(recwarn):
    async def scenario():
        asyncio.get_running_loop()._left = asyncio.create_task(asyncio.sleep(1e9), name="forgotten")  # type: ignore[attr-defined]

    with pytest.raises(LeftBehind, match="1 tasks are still running: forgotten"):
        FakeClock().run(scenario())


def test_an_exception_that_nobody_retrieved_fails_the_test():
    async def fail():
        raise LookupError("nobody looks")

    async def scenario():
        asyncio.create_task(fail())  # noqa: RUF006  # that is the point
        await asyncio.sleep(1.0)

    with pytest.raises(LeftBehind, match=r"never retrieved \(LookupError\('nobody looks'\)\)"):
        FakeClock().run(scenario())


def test_an_error_of_the_test_itself_is_passed_on_and_not_covered_up():
    async def scenario():
        task = asyncio.create_task(asyncio.sleep(1e9))
        await asyncio.sleep(0)
        assert not task.done()
        raise KeyError("the test's own")

    with pytest.raises(KeyError):
        FakeClock().run(scenario())


def test_everybody_waiting_for_nothing_is_a_deadlock(monkeypatch):
    monkeypatch.setattr(loop_module, "PATIENCE_SECONDS", 0.01)

    async def scenario():
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match="nothing will ever wake anybody"):
        FakeClock().run(scenario())


def test_a_thread_may_wake_the_loop():
    async def scenario():
        return await asyncio.to_thread(lambda: "from a thread")

    assert FakeClock().run(scenario()) == "from a thread"


def test_settling_needs_a_loop_in_fake_time():
    with pytest.raises(RuntimeError, match=r"clock\.run"):
        asyncio.run(FakeClock().settle())
