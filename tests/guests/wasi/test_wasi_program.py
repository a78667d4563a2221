"""Promise: a component with `wasi:cli/run` runs as a program: with arguments, the variables that its capabilities name,
standard input and an exit status, in an instance that nobody has used before."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Final

import pytest

from airssys import ComponentState, Host
from airssys.audit import MemorySink
from airssys.engine import Err, Ok
from airssys.errors import (
    ApprovalRequired,
    ComponentStopped,
    DeadlineExceeded,
    ExportNotFound,
    GuestExited,
    GuestTrapped,
)
from airssys.interfaces.wasi import WasiSetup
from airssys.policy import Policy
from tests.clock import WallClock
from tests.guests.hosting import Guests, until
from tests.guests.wasi.programs import (
    CLOSED,
    COPIES,
    COUNTS_RUNS,
    PRINTS_ARGUMENTS,
    SLEEPS,
    TRAPS,
    Pipe,
    Remote,
    ends,
    program,
    readers,
    start,
)
from tests.policies import deny, members

ASKS: Final = """[capabilities]
environment.read = ["APP_*", "LANG"]
"""
OFFERED: Final = {"APP_NAME": "wc", "APP_TOKEN": "s3cret", "LANG": "C", "HOME": "/root", "app_name": "no"}


def steps(sink: MemorySink) -> list[str]:
    return [record["step"] for record in members(sink) if record["event"] == "life-cycle"]


def printed(remote: Remote) -> list[str]:
    return [line.text for line in remote.component.logs.lines()]


async def busy(remote: Remote) -> None:
    await until(lambda: remote.component.status.state is ComponentState.BUSY)


# ---------------------------------------------------------------- arguments and standard input


async def test_the_first_argument_is_the_name_of_the_file(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=PRINTS_ARGUMENTS, name="known-as-something-else")
        assert await remote.component.run(["--flag", "", "zwei Wörter 🎉"]) == 0
        assert printed(remote) == ["remote.wat", "--flag", "", "zwei Wörter 🎉"]


async def test_a_run_has_its_own_arguments_or_those_of_its_setup(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=PRINTS_ARGUMENTS, wasi=WasiSetup(arguments=("set", "up")))
        for given, found in ((None, ["set", "up"]), (["own"], ["own"]), ([], []), (None, ["set", "up"])):
            before = len(printed(remote))
            await remote.component.run(given)
            assert printed(remote)[before + 1 :] == found


async def test_a_run_has_its_own_input_or_that_of_its_setup_from_the_beginning(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=COPIES, wasi=WasiSetup(stdin=b"set up\n"))
        for given in (None, b"own\n", b"", None):
            assert await remote.component.run(stdin=given) == 0
        assert printed(remote) == ["set up", "own", "set up"]


async def test_a_run_reads_a_pipe_while_it_is_written(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, code=COPIES)
            before = readers()
            running = asyncio.create_task(remote.component.run(stdin=pipe.reader))
            for word in ("one", "two"):
                await until(lambda: readers() > before)
                pipe.write(f"{word}\n".encode())
                await until(lambda word=word: printed(remote)[-1:] == [word])  # type: ignore[misc]
            pipe.end()
            assert await running == 0


# ---------------------------------------------------------------- how it ends


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("(func $run (result i32) (i32.const 0))", 0),
        ("(func $run (result i32) (i32.const 1))", 1),
        (ends("(call $exit-exit (i32.const 0))"), 0),
        (ends("(call $exit-exit (i32.const 1))"), 1),
        (ends("(call $exit-exit-with-code (i32.const 0))"), 0),
        (ends("(call $exit-exit-with-code (i32.const 7))"), 7),
        (ends("(call $exit-exit-with-code (i32.const 255))"), 255),
    ],
)
async def test_a_run_ends_with_the_status_of_its_program(guests: Guests, code: str, status: int):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        remote = await start(guests, host, code=code)
        assert await remote.component.run() == status
        assert remote.component.status.last_failure is None
        assert remote.component.status.state is ComponentState.READY
        assert guests.memories() == 0, "its instance ended with it"
    assert steps(sink) == ["started", "exited", "stopped"]


async def test_what_follows_an_exit_does_not_run(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=ends("(call $exit-exit-with-code (i32.const 3)) unreachable"))
        assert await remote.component.run() == 3


async def test_a_second_run_meets_fresh_memory(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        remote = await start(guests, host, code=COUNTS_RUNS)
        assert [await remote.component.run() for _ in range(3)] == [0, 0, 0]
    assert steps(sink) == ["started", "exited", "restarted", "exited", "restarted", "exited", "stopped"]


async def test_a_run_does_not_meet_what_a_call_left_nor_a_call_what_a_run_left(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=ends("(call $exit-exit-with-code (call $stdin-get-stdin))"))
        first = await remote.component.run()
        assert await remote("stdin-get-stdin") == first, "handles are numbered from the beginning in each instance"
        assert await remote("stdin-get-stdin") == first + 1
        assert await remote.component.run() == first
        assert await remote("stdin-get-stdin") == first


async def test_the_first_run_uses_the_instance_that_was_started(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=COUNTS_RUNS)
        await remote.component.run()
        assert remote.component.status.restarts == 0


async def test_a_program_that_traps_has_failed(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        remote = await start(guests, host, code=TRAPS)
        with pytest.raises(GuestTrapped) as trapped:
            await remote.component.run()
        assert remote.component.status.last_failure is trapped.value
        with pytest.raises(GuestTrapped):
            await remote.component.run()
    assert steps(sink) == ["started", "failed", "restarted", "failed", "stopped"]


async def test_what_is_no_program_cannot_be_run_and_says_what_it_is(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "add")
        with pytest.raises(ExportNotFound, match="add is no program") as missing:
            await component.run()
        assert "echo-string" in missing.value.hint
        assert await component.call("add", 1, 2) == 3


@pytest.mark.parametrize(
    ("export", "argument", "status"),
    [("exit-exit", Ok(None), 0), ("exit-exit", Err(None), 1), ("exit-exit-with-code", 42, 42)],
)
async def test_an_exit_within_a_call_is_told_and_is_no_failure(guests: Guests, export: str, argument: Any, status: int):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        remote = await start(guests, host)
        stream = await remote("stdin-get-stdin")
        with pytest.raises(GuestExited, match=f"status {status}") as exited:
            await remote(export, argument)
        assert exited.value.status == status
        assert remote.component.status.last_failure is None
        assert remote.component.status.state is ComponentState.READY
        with pytest.raises(GuestTrapped):  # a new instance has no such handle
            await remote("drop-input-stream", stream)
    assert steps(sink) == ["started", "exited", "restarted", "failed", "stopped"]


# ---------------------------------------------------------------- among calls, stops and deadlines


async def test_a_run_waits_for_the_call_before_it(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, code=PRINTS_ARGUMENTS, wasi=WasiSetup(stdin=pipe.reader))
            stream = await remote("stdin-get-stdin")
            calling = asyncio.create_task(remote("input-stream-blocking-read", stream, 1))
            await busy(remote)
            running = asyncio.create_task(remote.component.run(["late"]))
            await until(lambda: remote.component.status.waiting == 1)
            assert not calling.done()
            pipe.write(b"x")
            assert (await calling, await running) == (b"x", 0)
            assert printed(remote) == ["remote.wat", "late"]


async def test_runs_are_served_one_after_the_other_each_with_its_own_arguments(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=PRINTS_ARGUMENTS)
        assert await asyncio.gather(*(remote.component.run([str(number)]) for number in range(5))) == [0] * 5
        assert printed(remote)[1::2] == ["0", "1", "2", "3", "4"]


async def test_a_run_obeys_a_deadline_and_the_next_one_works(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=COPIES)
        with Pipe() as pipe, pytest.raises(DeadlineExceeded):
            await remote.component.run(stdin=pipe.reader, timeout=0.1)
        assert isinstance(remote.component.status.last_failure, DeadlineExceeded)
        assert await remote.component.run(stdin=b"x") == 0


async def test_a_run_has_no_more_time_than_was_declared(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host, code=SLEEPS, timeout_seconds=1)
        with pytest.raises(DeadlineExceeded) as exceeded:
            await remote.component.run(timeout=3600)
        assert exceeded.value.timeout_seconds == 1


async def test_a_stop_ends_a_run(guests: Guests):
    async with guests.host(authority={"clock": WallClock()}) as host:
        remote = await start(guests, host, code=SLEEPS)
        running = asyncio.create_task(remote.component.run())
        await busy(remote)
        await remote.component.stop(grace_seconds=0)
        with pytest.raises(ComponentStopped):
            await running
        with pytest.raises(ComponentStopped):
            await remote.component.run()


async def test_a_run_that_is_cancelled_leaves_a_component_that_runs(guests: Guests):
    with Pipe() as pipe:
        async with guests.host() as host:
            remote = await start(guests, host, code=COPIES)
            running = asyncio.create_task(remote.component.run(stdin=pipe.reader))
            await busy(remote)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert await remote.component.run(stdin=b"x\n") == 0
            assert printed(remote) == ["x"]


async def test_a_component_that_is_held_does_not_run(guests: Guests):
    async with guests.host() as host:
        project = guests.project("add", more=ASKS)
        with pytest.raises(ApprovalRequired):
            await host.start(project)
        remote = await held(guests, host)
        with pytest.raises(ApprovalRequired):
            await remote.component.run()
        await host.approvals.approve(2, by="maria")
        assert await remote.component.run() == 0


async def held(guests: Guests, host: Host) -> Remote:
    project = guests.project("remote", text=program(PRINTS_ARGUMENTS), more=ASKS)
    return Remote(await host.start(project, hold=True))


# ---------------------------------------------------------------- what it finds around it


async def variables(guests: Guests, *, more: str = ASKS, environment: Any = None, **authority: Any) -> dict[str, str]:
    async with guests.host(authority={"development": True, **authority}) as host:
        remote = await start(guests, host, more=more, wasi=WasiSetup(environment=environment))
        return dict(await remote("environment-get-environment"))


async def test_it_sees_the_variables_that_its_capabilities_name(guests: Guests):
    found = await variables(guests, environment=OFFERED)
    assert found == {"APP_NAME": "wc", "APP_TOKEN": "s3cret", "LANG": "C"}


async def test_without_a_capability_it_sees_none_and_nothing_is_recorded(guests: Guests):
    sink = MemorySink()
    assert await variables(guests, more="", environment=OFFERED, audit=sink) == {}
    assert [record for record in members(sink) if record["event"] == "decision"] == []


async def test_that_it_saw_a_variable_is_recorded_by_name_and_never_by_value(guests: Guests):
    sink = MemorySink()
    await variables(guests, environment=OFFERED, audit=sink)
    decisions = [record for record in members(sink) if record["event"] == "decision"]
    assert [each["request"]["resource"] for each in decisions] == ["APP_NAME", "APP_TOKEN", "LANG"]
    assert {each["decision"] for each in decisions} == {"allowed"}
    assert "s3cret" not in str(members(sink))


async def test_a_variable_that_the_policy_denies_is_not_there(guests: Guests):
    policy = Policy(rules=(*Policy().rules, deny("environment read APP_TOKEN")))
    assert set(await variables(guests, environment=OFFERED, policy=policy)) == {"APP_NAME", "LANG"}


async def test_by_default_it_chooses_from_the_variables_of_this_process(
    guests: Guests, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("APP_HERE", "of this process")
    monkeypatch.delenv("LANG", raising=False)
    assert await variables(guests) == {"APP_HERE": "of this process"}
    assert await variables(guests, environment={}) == {}


async def test_a_value_that_is_no_text_is_no_reason_to_fail(guests: Guests):
    offered = {"APP_BYTES": os.fsdecode(b"a\xff"), "APP_EMPTY": ""}
    found = await variables(guests, environment=offered)
    assert found == {"APP_BYTES": "a\ufffd", "APP_EMPTY": ""}


async def test_it_starts_in_no_folder(guests: Guests):
    async with guests.host() as host:
        assert await (await start(guests, host))("environment-initial-cwd") is None


@pytest.mark.parametrize("is_terminal", [False, True])
async def test_only_standard_input_can_be_a_terminal(guests: Guests, is_terminal: bool):
    async with guests.host() as host:
        remote = await start(guests, host, wasi=WasiSetup(is_terminal=is_terminal))
        found = [
            await remote(f"terminal-{stream}-get-terminal-{stream}") is not None
            for stream in ("stdin", "stdout", "stderr")
        ]
        assert found == [is_terminal, False, False]


async def test_what_was_given_for_one_run_is_gone_after_it(guests: Guests):
    """The descriptor is the caller's again, and its number may be another file's by then."""
    async with guests.host() as host:
        remote = await start(guests, host, code=COPIES)
        with Pipe() as pipe:
            pipe.end()
            assert await remote.component.run(stdin=pipe.reader) == 0
        stream = await remote("stdin-get-stdin")
        assert await remote.failure("input-stream-blocking-read", stream, 1) == CLOSED
