"""Work that may wait, off the event loop."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest

from airssys.interfaces.wasi import BlockingWork, _work
from airssys.interfaces.wasi._work import MAX_THREADS


class Gate:
    """Work that waits until it is let through."""

    def __init__(self):
        self.entered = threading.Event()
        self.open = threading.Event()

    def __call__(self):
        self.entered.set()
        assert self.open.wait(60)
        return "through"


def run(test):
    """Run with work of its own, which is closed afterwards."""

    async def scenario():
        work = BlockingWork()
        async with asyncio.timeout(60):
            try:
                return await test(work)
            finally:
                work.close()

    return asyncio.run(scenario())


def test_what_is_done_soon_does_not_suspend(monkeypatch):
    """The coroutine ends in its first step. Soon is made long here: a busy machine is no reason to fail."""
    monkeypatch.setattr(_work, "INLINE_SECONDS", 30.0)

    async def test(work):
        with pytest.raises(StopIteration) as done:
            work.run(threading.current_thread).send(None)
        return done.value.value

    thread = run(test)
    assert isinstance(thread, threading.Thread)
    assert thread is not threading.current_thread()


def test_all_that_is_slow_in_one_turn_of_the_loop_shares_the_time_that_it_waits(monkeypatch):
    monkeypatch.setattr(_work, "INLINE_SECONDS", 0.2)

    async def test(work):
        gate, loop = Gate(), asyncio.get_running_loop()
        before = loop.time()
        waiting = [asyncio.create_task(work.run(gate)) for _ in range(MAX_THREADS)]
        await asyncio.sleep(0)
        took = loop.time() - before
        gate.open.set()
        await asyncio.gather(*waiting)
        return took

    assert 0.1 < run(test) < MAX_THREADS * 0.2


def test_slow_work_suspends_its_caller_and_not_the_loop():
    async def test(work):
        gate = Gate()
        waiting = asyncio.create_task(work.run(gate))
        await asyncio.to_thread(gate.entered.wait)
        for _ in range(10):
            await asyncio.sleep(0)
        assert not waiting.done()
        gate.open.set()
        return await waiting

    assert run(test) == "through"


@pytest.mark.parametrize("is_slow", [False, True])
def test_what_work_raises_reaches_its_caller(is_slow):
    async def test(work):
        gate = Gate()

        def fail():
            if is_slow:
                gate()
            raise FileNotFoundError("gone")

        waiting = asyncio.create_task(work.run(fail))
        await asyncio.sleep(0)
        gate.open.set()
        with pytest.raises(FileNotFoundError, match="gone"):
            await waiting

    run(test)


def test_what_nobody_waits_for_any_more_is_put_away_when_it_comes():
    async def test(work):
        gate, put_away, late = Gate(), [], threading.Event()

        def discard(value):
            put_away.append(value)
            late.set()

        waiting = asyncio.create_task(work.run(gate, discard=discard))
        await asyncio.to_thread(gate.entered.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert put_away == []
        gate.open.set()
        await asyncio.to_thread(late.wait)
        return put_away

    assert run(test) == ["through"]


def test_what_came_in_the_moment_of_the_cancellation_is_put_away_once():
    async def test(work):
        gate, put_away = Gate(), list[str]()
        waiting = asyncio.create_task(work.run(gate, discard=put_away.append))
        await asyncio.to_thread(gate.entered.wait)
        gate.open.set()
        await work.run(lambda: None)
        while not put_away:
            waiting.cancel()
            await asyncio.sleep(0)
            if waiting.done() and not waiting.cancelled():
                return [waiting.result()]
        return put_away

    assert run(test) == ["through"]


def test_late_work_that_fails_has_nothing_to_put_away():
    async def test(work):
        gate, put_away, done = Gate(), list[str](), threading.Event()

        def fail():
            gate()
            raise FileNotFoundError

        waiting = asyncio.create_task(work.run(fail, discard=put_away.append))
        await asyncio.to_thread(gate.entered.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.open.set()
        work.send(done.set)
        await asyncio.to_thread(done.wait)
        return put_away

    assert run(test) == []


def test_what_is_sent_is_done_and_its_failure_disturbs_nobody():
    async def test(work):
        done = threading.Event()

        def fail():
            raise ZeroDivisionError

        for _ in range(2 * MAX_THREADS):
            work.send(fail)
        work.send(done.set)
        return await asyncio.to_thread(done.wait, 60)

    assert run(test)


def test_so_much_work_is_under_way_at_once_and_the_rest_waits_in_line():
    async def test(work):
        gates = [Gate() for _ in range(MAX_THREADS + 3)]
        waiting = [asyncio.create_task(work.run(gate)) for gate in gates]
        for gate in gates[:MAX_THREADS]:
            await asyncio.to_thread(gate.entered.wait)
        assert not any(gate.entered.is_set() for gate in gates[MAX_THREADS:])
        for gate in gates:
            gate.open.set()
        return await asyncio.gather(*waiting)

    assert run(test) == ["through"] * (MAX_THREADS + 3)


def test_threads_are_started_when_they_are_needed_and_end_when_it_is_closed():
    async def scenario():
        before = set(threading.enumerate())
        work = BlockingWork()
        assert set(threading.enumerate()) == before
        for _ in range(20):
            await work.run(lambda: None)
        mine = set(threading.enumerate()) - before
        work.close()
        for thread in mine:
            thread.join(60)
        return len(mine), any(thread.is_alive() for thread in mine)

    started, is_alive = asyncio.run(scenario())
    assert 1 <= started <= MAX_THREADS
    assert not is_alive


def test_closing_waits_for_what_was_sent():
    async def scenario():
        work, done = BlockingWork(), list[int]()
        for number in range(100):
            work.send(partial(done.append, number))
        work.close()
        return done

    assert sorted(asyncio.run(scenario())) == list(range(100))
