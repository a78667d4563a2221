"""A program may end at any moment, with guests suspended, spinning and half started: it ends the way it meant to.

A store that is deleted while the interpreter is torn down crashes the process, most times but not every time. So the
usual ways to end are tried twenty times each.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from airssys.engine import CodeCache, Compiler
from tests.guests import wat

USUAL_TIMES, OTHER_TIMES = 20, 3
USUAL = {
    "returning-without-leaving-the-host",
    "a-bare-loop-that-is-left-as-it-is",
    "sys-exit",
    "an-unhandled-exception",
    "sigint",
}
#: A program that hangs fails its test after this long.
SECONDS = 15.0
#: Asks for memory and is refused, for ever: it calls into Python from a worker's thread all the time.
BEGS = """(component
  (core module $begs
    (memory 1)
    (func (export "beg") (loop $again (drop (memory.grow (i32.const 16000))) (br $again))))
  (core instance $main (instantiate $begs))
  (func (export "beg") (canon lift (core func $main "beg"))))
"""
GUESTS = {
    "hostile": wat.text("hostile"),
    "host-calls": wat.text("host-calls"),
    "start-spins": wat.text("start-spins"),
    "begs": BEGS,
    "slow": wat.slow_to_compile(),
}

#: What every program begins with. `live` makes guests of every kind, and `READY` is written when they are.
BEGINNING = """
import asyncio, contextlib, os, signal, sys, threading, time
from pathlib import Path
import airssys
from airssys import Host, HostConfig, HostInterface
from airssys.errors import AirssysError
from tests.guests.interfaces import host_interface

GUESTS = Path(sys.argv[1])
CONFIG = HostConfig(cache_folder=GUESTS / "cache", stop_grace_seconds=0.01)

async def live(host, prefix="", interface=None):
    interface = interface or host_interface()
    idle = await host.start(GUESTS / "hostile", name=prefix + "idle")
    assert await idle.call("count-calls") == 1
    spinning = await host.start(GUESTS / "hostile", name=prefix + "spinning")
    suspended = await host.start(GUESTS / "host-calls", name=prefix + "suspended", interfaces=[interface])
    begging = await host.start(GUESTS / "begs", name=prefix + "begging")
    tasks = [
        asyncio.ensure_future(begging.call("beg")),
        asyncio.ensure_future(spinning.call("spin")),
        asyncio.ensure_future(suspended.call("nap", 1_000_000)),
        asyncio.ensure_future(host.start(GUESTS / "start-spins", name=prefix + "half-started")),
    ]
    for task in tasks:
        task.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody else asks
    while len(airssys.engine.runtime().stores) < 5 * (len(prefix) + 1):
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    assert not any(task.done() for task in tasks)
    print("READY", flush=True)
    return tasks

async def enter():
    host = Host(CONFIG)
    await host.__aenter__()
    return host

def interrupt(after=0.01):
    loop = asyncio.get_running_loop()
    def kill():
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGINT)
        # A signal that meets Python on the way into `epoll_wait`, where it sends no more bytecode to interrupt, waits
        # for the loop's next turn. asyncio's, with or without us.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(int)
    threading.Thread(target=kill).start()
"""

#: Ways to end: what the program does, its status, and what its error output says; None if asyncio may complain.
WAYS: dict[str, tuple[str, int, str | None]] = {
    "returning-from-asyncio-run": (
        """
        async def main():
            async with Host(CONFIG) as host:
                await live(host)
        asyncio.run(main())
        """,
        0,
        "",
    ),
    "returning-without-leaving-the-host": (
        """
        async def main():
            await live(await enter())
        asyncio.run(main())
        """,
        0,
        "",
    ),
    "a-bare-loop-that-is-left-as-it-is": (
        """
        async def main():
            global host, tasks
            host = await enter()
            tasks = await live(host)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        """,
        0,
        None,
    ),
    "a-bare-loop-that-lives-longer-than-every-module": (
        """
        async def main():
            host = await enter()
            return host, await live(host)
        loop = asyncio.new_event_loop()
        sys.kept = (loop, loop.run_until_complete(main()))
        """,
        0,
        None,
    ),
    "a-bare-loop-that-is-closed": (
        """
        async def main():
            await live(await enter())
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        """,
        0,
        None,
    ),
    "sys-exit": (
        """
        async def main():
            async with Host(CONFIG) as host:
                await live(host)
                sys.exit(7)
        asyncio.run(main())
        """,
        7,
        "",
    ),
    "sys-exit-in-a-bare-loop": (
        """
        async def main():
            await live(await enter())
            sys.exit(7)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        """,
        7,
        None,
    ),
    "sys-exit-in-a-host-function": (
        """
        async def main():
            async with Host(CONFIG) as host:
                await live(host)
                exiting = host_interface(count=lambda: sys.exit(7))
                guest = await host.start(GUESTS / "host-calls", name="exiting", interfaces=[exiting])
                await guest.call("count-times", 1)
        asyncio.run(main())
        """,
        7,
        "",
    ),
    "an-unhandled-exception": (
        """
        async def main():
            async with Host(CONFIG) as host:
                await live(host)
                raise LookupError("of the program")
        asyncio.run(main())
        """,
        1,
        "LookupError: of the program",
    ),
    "an-unhandled-exception-in-a-bare-loop": (
        """
        async def main():
            await live(await enter())
            raise LookupError("of the program")
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        """,
        1,
        "LookupError: of the program",
    ),
    "sigint": (
        """
        async def main():
            async with Host(CONFIG) as host:
                tasks = await live(host)
                interrupt()
                await asyncio.gather(*tasks)
        asyncio.run(main())
        """,
        -signal.SIGINT,
        "KeyboardInterrupt",
    ),
    "sigint-twice": (
        """
        async def main():
            async with Host(CONFIG) as host:
                tasks = await live(host)
                interrupt(0.01)
                interrupt(0.0105)
                await asyncio.gather(*tasks)
        asyncio.run(main())
        """,
        -signal.SIGINT,
        "KeyboardInterrupt",
    ),
    "sigint-in-a-bare-loop": (
        """
        async def main():
            tasks = await live(await enter())
            interrupt()
            await asyncio.gather(*tasks)
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        """,
        -signal.SIGINT,
        "KeyboardInterrupt",
    ),
    "a-daemon-thread-with-a-loop": (
        """
        ready = threading.Event()
        async def main():
            async with Host(CONFIG) as host:
                tasks = await live(host)
                ready.set()
                await asyncio.gather(*tasks)
        threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
        ready.wait()
        """,
        0,
        "",
    ),
    "two-loops-in-two-threads": (
        """
        ready = threading.Barrier(2)
        async def main(prefix):
            tasks = await live(await enter(), prefix)
            while True:
                await asyncio.sleep(1)
        threading.Thread(target=lambda: asyncio.run(main("x")), daemon=True).start()
        async def other():
            await live(await enter(), "y")
        asyncio.run(other())
        """,
        0,
        "",
    ),
    "while-a-component-is-compiled": (
        """
        async def main():
            host = await enter()
            await live(host)
            begun = asyncio.Event()
            asyncio.ensure_future(host.start(GUESTS / "slow", on_compile=begun.set))
            await begun.wait()
            await asyncio.sleep(0.02)
        asyncio.run(main())
        """,
        0,
        "",
    ),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has run."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Projects of all guests, compiled."""
    folder = tmp_path_factory.mktemp("guests")

    for name, text in GUESTS.items():
        (folder / name).mkdir()
        (folder / name / f"{name}.wat").write_text(text, "utf-8")
        (folder / name / "Component.toml").write_text(
            f'[component]\nname = "{name}"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'
            "[resources.cpu]\ntimeout_seconds = 60\n",
            "utf-8",
        )

    async def compile_all() -> None:
        compiler = Compiler(cache=CodeCache(folder / "cache"))
        for name in GUESTS:
            if name != "slow":
                await compiler.compile_file(folder / name / f"{name}.wat")

    asyncio.run(compile_all())
    return folder


def end(program: str, folder: Path) -> Ended:
    """Run it; one that hangs is killed and fails the test."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", BEGINNING + textwrap.dedent(program), str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def end_often(program: str, folder: Path, times: int) -> list[Ended]:
    """Run it so many times, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return [*pool.map(lambda _: end(program, folder), range(times))]


def assert_all(runs: list[Ended], *, status: int, err: str | None = "", out: str = "READY") -> None:
    """All of them were well until they ended with that status, and nothing crashed on the way out."""
    statuses = Counter(run.status for run in runs)
    odd = next((run for run in runs if run.status != status), runs[0])
    assert statuses == {status: len(runs)}, f"{statuses}; one of them said:\n{odd.out}\n{odd.err[-3000:]}"
    for run in runs:
        assert out in run.out
        assert "Fatal Python error" not in run.err
        assert "Exception ignored" not in run.err
        if err is not None:
            assert err in run.err
            assert err or not run.err, run.err


@pytest.mark.parametrize("way", WAYS)
def test_a_program_ends_as_it_meant_by(folder: Path, way: str) -> None:
    program, status, err = WAYS[way]
    times = USUAL_TIMES if way in USUAL else OTHER_TIMES
    assert_all(end_often(program, folder, times), status=status, err=err)


# ---------------------------------------------------------------- Ctrl-C in the middle of a guest


#: Interrupts a guest forty times: in its first slice on the loop's thread, in a host function, on its way in or out.
INTERRUPTED = """
async def main():
    host = await enter()
    return await host.start(GUESTS / "host-calls", interfaces=[host_interface()])
loop = asyncio.new_event_loop()
{before}
guest = loop.run_until_complete(main())
{after}
interrupted = 0
for turn in range(40):
    task = loop.create_task(guest.call("chatty", 100_000_000))
    signal.setitimer(signal.ITIMER_REAL, 0.0002 + turn * 0.0001)
    try:
        loop.run_until_complete(task)
    except KeyboardInterrupt:
        interrupted += 1
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    assert loop.run_until_complete(guest.call("count-times", 3)) == 3
loop.run_until_complete(guest.stop())
loop.close()
print("READY", interrupted)
"""
#: Raises only inside of the engine room: asyncio itself loses callbacks when it is interrupted between two of them.
HANDLER = """
def interrupt_the_engine(number, frame):
    if os.path.basename(frame.f_code.co_filename) in ("_store.py", "_instance.py", "_host_calls.py", "_lift.py"):
        raise KeyboardInterrupt
    signal.setitimer(signal.ITIMER_REAL, 0.00005)
signal.signal(signal.SIGALRM, interrupt_the_engine)
"""


def test_ctrl_c_while_a_guest_runs_on_the_loop_s_thread_interrupts_the_program_and_nothing_else(folder: Path) -> None:
    assert_all(end_often(INTERRUPTED.format(before=HANDLER, after=""), folder, 4), status=0, out="READY 40")


def test_a_signal_handler_that_was_set_after_the_host_was_entered_does_no_harm_either(folder: Path) -> None:
    assert_all(end_often(INTERRUPTED.format(before="", after=HANDLER), folder, 4), status=0, out="READY 40")


# ---------------------------------------------------------------- forks


def test_a_fork_of_a_program_with_live_guests_can_start_its_own(folder: Path) -> None:
    program = """
    async def main():
        async with Host(CONFIG) as host:
            await live(host)
            child = os.fork()
            if child == 0:
                told = []
                threading.Thread(target=lambda: told.append(
                    airssys.call(GUESTS / "hostile", "spin-for", 20_000_000, config=CONFIG))).start()
                while not told:
                    time.sleep(0.001)
                os._exit(0 if isinstance(told[0], int) else 9)
            _, status = await asyncio.to_thread(os.waitpid, child, 0)
            assert os.waitstatus_to_exitcode(status) == 0, status
            assert await host.components["idle"].call("count-calls") == 2
            print("CHILD WELL")
    asyncio.run(main())
    """
    assert_all(end_often(program, folder, OTHER_TIMES), status=0, out="CHILD WELL")


@pytest.mark.parametrize("again", ["asyncio.run(coroutine)", "loop.run_until_complete(coroutine)"])
def test_a_fork_cannot_call_the_guests_of_its_parent(folder: Path, again: str) -> None:
    program = f"""
    async def main():
        global host, tasks
        host = await enter()
        tasks = await live(host)
        sys.stdout.flush()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main())
    child = os.fork()
    if child == 0:
        for name in ("idle", "suspended"):
            coroutine = asyncio.wait_for(host.components[name].call("count-calls", timeout=1), 5)
            try:
                {again}
            except AirssysError as error:
                continue
            os._exit(9)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status
    assert loop.run_until_complete(host.components["idle"].call("count-calls")) == 2
    for component in host.components.values():
        loop.run_until_complete(component.stop())
    """
    assert_all(end_often(program, folder, OTHER_TIMES), status=0, err=None)


@pytest.mark.parametrize(("leave", "status"), [("sys.exit(5)", 5), ("raise LookupError", 1), ("return", 0)])
def test_a_fork_in_the_middle_of_a_call_can_end_like_any_program(folder: Path, leave: str, status: int) -> None:
    program = f"""
    async def main():
        await live(await enter())
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            {leave}
            return
        _, status = os.waitpid(child, 0)
        # The child closed the loop, which asyncio shares with its parent: this program cannot go on, airssys or not.
        os._exit(0 if os.waitstatus_to_exitcode(status) == {status} else 9)
    asyncio.run(main())
    """
    assert_all(end_often(program, folder, OTHER_TIMES), status=0, err=None)


def test_a_process_of_multiprocessing_that_was_forked_has_guests_of_its_own(folder: Path) -> None:
    program = """
    import multiprocessing
    def work(queue):
        queue.put(airssys.call(GUESTS / "hostile", "count-calls", config=CONFIG))
    async def main():
        async with Host(CONFIG) as host:
            await live(host)
            context = multiprocessing.get_context("fork")
            queue = context.SimpleQueue()
            workers = [context.Process(target=work, args=[queue]) for _ in range(3)]
            for worker in workers:
                worker.start()
            for worker in workers:
                await asyncio.to_thread(worker.join)
            assert [worker.exitcode for worker in workers] == [0, 0, 0]
            assert [queue.get() for _ in workers] == [1, 1, 1]
    asyncio.run(main())
    """
    assert_all(end_often(program, folder, OTHER_TIMES), status=0)
