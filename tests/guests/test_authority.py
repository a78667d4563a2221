"""Promise: a component runs with what it declared and somebody approved, or it does not run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import airssys
from airssys import Component, ComponentState, Host
from airssys.approval import ApprovalRequest, ApprovalWorkflow, Choice, State, Verdict
from airssys.audit import Head, MemorySink, verify
from airssys.capabilities import Action, CapabilitySet, Kind, Request
from airssys.clock import SystemClock
from airssys.errors import (
    ApprovalRequired,
    AuditUnavailable,
    CapabilityDenied,
    DeadlineExceeded,
    DevelopmentRefused,
    GuestTrapped,
    LimitRejected,
    OutOfMemory,
    QuotaExceeded,
)
from airssys.policy import Policy
from airssys.quotas import QuotaKind, QuotaLevel, ResourceQuota
from airssys.storage import Store, database_in
from airssys.trust import TrustConfig, TrustLevel
from tests.guests.hosting import MIB, PAGE, Guests, until
from tests.guests.interfaces import host_interface
from tests.policies import deny, members

ASKS = """
[capabilities]
filesystem.read = ["/srv/in/*"]
[capabilities.rationale]
filesystem = "the invoices"
"""
IN = Request(Kind.FILESYSTEM, Action.READ, "/srv/in/a.xml")


class Reader:
    """A host function that does something for a guest, by a grant."""

    def __init__(self) -> None:
        self.component: Component | None = None
        self.done: list[str] = []

    def relay(self, path: str) -> str:
        if self.component is None:
            raise LookupError("too early")
        grant = self.component.require(Request(Kind.FILESYSTEM, Action.READ, path))
        self.done.append(grant.requests[0].resource)
        return "read"


class Disk(MemorySink):
    """A sink whose disk can be full."""

    is_full = False

    def write(self, line: bytes, head: Head) -> None:
        if self.is_full:
            raise AuditUnavailable("the disk is full")
        super().write(line, head)


async def start(guests: Guests, host: Host, *, hold: bool = False, more: str = ASKS) -> tuple[Component, Reader]:
    reader = Reader()
    project = guests.project("host-calls", more=more)
    reader.component = await host.start(project, interfaces=[host_interface(relay=reader.relay)], hold=hold)
    return reader.component, reader


def answering(choice: Choice, **more: Any) -> tuple[Callable[[ApprovalRequest], Awaitable[Verdict]], list[str]]:
    shown: list[str] = []

    async def approver(request: ApprovalRequest) -> Verdict:
        shown.append(" ".join(str(right.capability) for right in request.rights))
        return Verdict(choice=choice, by="maria", **more)

    return approver, shown


def real(path: Path) -> Path:
    return path.resolve()


def state_of(component: Component) -> ComponentState:
    return component.status.state


def steps(sink: MemorySink) -> list[str]:
    return [record["step"] for record in members(sink) if record["event"] == "life-cycle"]


# ---------------------------------------------------------------- approval


async def test_a_component_that_asks_for_nothing_runs_without_ceremony(guests: Guests):
    async with guests.host() as host:
        component = await guests.start(host, "add")
        assert await component.call("add", 1, 2) == 3
        assert state_of(component) is ComponentState.READY
        assert await host.approvals.pending() == ()


async def test_an_unknown_component_is_refused_until_somebody_approves_it(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(ApprovalRequired, match="before a person approves it") as refused:
            await start(guests, host)
        assert guests.memories() == 0
        assert not host.components
        (request,) = await host.approvals.pending()
        assert f"airssys approve {request.id}" in str(refused.value.hint)


async def test_a_held_component_waits_runs_once_approved_and_not_once_withdrawn(guests: Guests):
    async with guests.host() as host:
        component, reader = await start(guests, host, hold=True)
        assert state_of(component) is ComponentState.HELD
        for _ in range(2):
            with pytest.raises(ApprovalRequired):
                await component.call("relay", IN.resource)
        assert guests.memories() == 0
        (request,) = await host.approvals.pending()

        await host.approvals.approve(request.id, by="maria")
        assert state_of(component) is ComponentState.READY
        assert await component.call("relay", IN.resource) == "read"
        assert component.security.approved_by == "maria"

        await host.approvals.withdraw(request.id, by="maria", reason="a mistake")
        assert state_of(component) is ComponentState.HELD
        assert guests.memories() == 0
        with pytest.raises(ApprovalRequired, match="withdrawn"):
            await component.call("relay", IN.resource)
        assert reader.done == [IN.resource]


async def test_a_withdrawal_meets_a_call_in_progress_at_its_next_host_call(guests: Guests):
    async with guests.host() as host:
        component, _ = await start(guests, host, hold=True)
        (request,) = await host.approvals.pending()
        await host.approvals.approve(request.id, by="maria")
        napping = asyncio.create_task(component.call("nap", 50))
        await until(lambda: state_of(component) is ComponentState.BUSY)
        await host.approvals.withdraw(request.id, by="maria")
        with pytest.raises(CapabilityDenied):
            component.require(IN)
        await napping  # what was begun ends by itself
        assert state_of(component) is ComponentState.HELD
        assert guests.memories() == 0


async def test_what_another_process_decides_reaches_what_runs_here(guests: Guests, tmp_path: Path):
    """Another process: another workflow on the same database."""
    state = tmp_path / "state"
    async with guests.host(authority={"state": state}, review_seconds=0.01) as host:
        component, _ = await start(guests, host, hold=True)
        with Store(database_in(state)) as store:
            workflow = ApprovalWorkflow(store, clock=SystemClock(), log=None)
            workflow.approve(1, by="paul")
            await until(lambda: state_of(component) is ComponentState.READY)
            component.require(IN)
            workflow.withdraw(1, by="paul")
            await until(lambda: state_of(component) is ComponentState.HELD)
        with pytest.raises(CapabilityDenied):
            component.require(IN)


async def test_an_approval_survives_the_host_and_is_for_these_bytes_and_rights_only(guests: Guests, tmp_path: Path):
    project = guests.project("host-calls", more=ASKS)
    approver, shown = answering(Choice.ALWAYS)
    authority = {"state": tmp_path / "state", "approver": approver}
    async with guests.host(authority=authority) as host:
        await host.start(project, interfaces=[host_interface()])
    authority = {"state": tmp_path / "state"}
    async with guests.host(authority=authority) as host:
        await host.start(project, interfaces=[host_interface()])
    assert shown == ["filesystem read /srv/in/*"]

    wat = project / "host-calls.wat"
    original = wat.read_text("utf-8")
    wat.write_text(original + ";; other bytes\n", "utf-8")
    async with guests.host(authority=authority) as host:
        with pytest.raises(ApprovalRequired):
            await host.start(project, interfaces=[host_interface()])
    wat.write_text(original, "utf-8")
    manifest = project / "Component.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("/srv/in/*", "/srv/**"), "utf-8")
    async with guests.host(authority=authority) as host:
        with pytest.raises(ApprovalRequired) as refused:
            await host.start(project, interfaces=[host_interface()])
    request = refused.value.request
    assert isinstance(request, ApprovalRequest)
    assert [str(right) for right in request.new] == ["filesystem read /srv/**"]


@pytest.mark.parametrize("choice", [Choice.ONCE, Choice.ALWAYS])
async def test_an_approver_that_says_yes_lets_it_run(guests: Guests, choice: Choice):
    approver, shown = answering(choice)
    project = guests.project("host-calls", more=ASKS)
    reader = Reader()
    async with guests.host(authority={"approver": approver}) as host:
        component = reader.component = await host.start(project, interfaces=[host_interface(relay=reader.relay)])
        with pytest.raises(GuestTrapped):
            await component.call("log-and-trap")
        assert await component.call("relay", IN.resource) == "read"  # a new instance asks nobody anew
        await component.stop()
        await host.start(project, interfaces=[host_interface()])
    assert len(shown) == (2 if choice is Choice.ONCE else 1)


def test_one_call_without_asyncio_asks_as_well(guests: Guests):
    project = guests.project("add", more=ASKS)
    with pytest.raises(ApprovalRequired):
        airssys.call(project, "add", 1, 2, config=guests.config())
    approver, shown = answering(Choice.ONCE)
    assert airssys.call(project, "add", 1, 2, config=guests.config(), approver=approver) == 3
    assert len(shown) == 1


async def test_an_approver_may_narrow_and_may_say_no(guests: Guests):
    narrow, _ = answering(Choice.ALWAYS, only=CapabilitySet.of({"filesystem.read": ["/srv/in/a.xml"]}))
    async with guests.host(authority={"approver": narrow}) as host:
        component, _ = await start(guests, host)
        assert await component.call("relay", "/srv/in/a.xml") == "read"
        with pytest.raises(CapabilityDenied):
            await component.call("relay", "/srv/in/b.xml")
    no, shown = answering(Choice.NO, note="never")
    async with guests.host(authority={"approver": no}) as host:
        project = guests.project("host-calls", more=ASKS)
        for _ in range(2):
            with pytest.raises(ApprovalRequired):
                await host.start(project, interfaces=[host_interface()])
        assert len(shown) == 1  # a no stands
        (request,) = [await host.approvals.get(1)]
        assert request.state is State.REJECTED


async def test_of_an_approver_and_somebody_who_was_faster_the_first_one_counts(guests: Guests):
    async def slow(request: ApprovalRequest) -> Verdict:
        await host.approvals.approve(request.id, by="paul")
        return Verdict(choice=Choice.NO, by="maria")

    async with guests.host(authority={"approver": slow}) as host:
        component, _ = await start(guests, host)
        assert component.security.approved_by == "paul"


async def test_a_trusted_component_runs_by_its_rule(guests: Guests, tmp_path: Path):
    project = guests.project("host-calls", more=ASKS)
    rules = f'[[rule]]\nname = "mine"\nkind = "local"\npath = "{project.resolve()}/**"\n'
    async with guests.host(authority={"trust": TrustConfig.parse(rules)}) as host:
        component = await host.start(project, interfaces=[host_interface()])
        assert component.security.trust is TrustLevel.TRUSTED
        assert component.security.approved_by == "trust rule mine"
        component.require(IN)


async def test_development_mode_says_so_asks_nobody_and_lifts_nothing(
    guests: Guests, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AIRSSYS_ENV", raising=False)
    more = '[capabilities]\nfilesystem.read = ["/srv/in/*", "/etc/shadow"]\n'
    async with guests.host(authority={"development": True}) as host:
        assert "DEVELOPMENT MODE" in caplog.text
        component, reader = await start(guests, host, more=more)
        assert await component.call("relay", IN.resource) == "read"
        with pytest.raises(CapabilityDenied, match="forbidden"):
            await component.call("relay", "/etc/shadow")
    monkeypatch.setenv("AIRSSYS_ENV", "production")
    with pytest.raises(DevelopmentRefused):
        async with guests.host(authority={"development": True}):
            pass
    assert reader.done == [IN.resource]


async def test_the_policy_stands_above_the_approval(guests: Guests):
    approver, _ = answering(Choice.ALWAYS)
    policy = Policy(rules=(*Policy().rules, deny("filesystem read /srv/in/b.xml", "host-calls")))
    async with guests.host(authority={"approver": approver, "policy": policy}) as host:
        component, _ = await start(guests, host)
        assert await component.call("relay", "/srv/in/a.xml") == "read"
        with pytest.raises(CapabilityDenied):
            await component.call("relay", "/srv/in/b.xml")


async def test_nobody_gets_near_the_state_of_the_host(guests: Guests, tmp_path: Path):
    approver, _ = answering(Choice.ALWAYS)
    state = real(tmp_path) / "state"
    more = f'[capabilities]\nfilesystem.read = ["{state}/*"]\n'
    async with guests.host(authority={"approver": approver, "state": state}) as host:
        component, _ = await start(guests, host, more=more)
        with pytest.raises(CapabilityDenied, match="forbidden"):
            await component.call("relay", f"{state}/airssys.db")


# ---------------------------------------------------------------- audit


async def test_every_step_is_on_record(guests: Guests):
    sink = MemorySink()
    approver, _ = answering(Choice.ALWAYS)
    async with guests.host(authority={"audit": sink, "approver": approver}) as host:
        component, _ = await start(guests, host)
        with pytest.raises(GuestTrapped):
            await component.call("log-and-trap")
        await component.call("relay", IN.resource)
        await component.set_limits(max_bytes=2 * MIB)
        await component.stop()
        await component.stop()
    assert steps(sink) == ["started", "failed", "restarted", "limits-changed", "stopped"]
    by_event = {record["event"]: record for record in members(sink)}
    assert by_event["approval"]["state"] == "approved"
    decision = by_event["decision"]
    assert (decision["component"], decision["instance"]) == ("host-calls", "host-calls-2")
    failed = next(record for record in members(sink) if record.get("step") == "failed")
    assert (failed["reason"], failed["instance"]) == ("guest-trapped", "host-calls-1")


async def test_a_limit_that_is_not_changed_is_not_on_record(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        component = await guests.start(host, "hostile", max_bytes=8 * PAGE)
        await component.call("grow", 4)
        with pytest.raises(LimitRejected):
            await component.set_limits(max_bytes=2 * PAGE)
        assert steps(sink) == ["started"]
        await component.set_limits(max_bytes=5 * PAGE)
        assert steps(sink) == ["started", "limits-changed"]


async def test_a_guest_that_runs_out_of_memory_is_on_record_with_its_limit(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        component = await guests.start(host, "hostile", max_bytes=4 * PAGE)
        with pytest.raises(OutOfMemory):
            await component.call("exhaust")
    (limit,) = [record for record in members(sink) if record["event"] == "limit"]
    assert (limit["limit"], limit["most"]) == ("resources.memory.max_bytes", 4 * PAGE)


async def test_without_a_record_nothing_starts(guests: Guests):
    log = Disk()
    async with guests.host(authority={"audit": log}) as host:
        component = await guests.start(host, "hostile")
        log.is_full = True
        with pytest.raises(AuditUnavailable):
            await guests.start(host, "add")
        assert list(host.components) == ["hostile"]
        with pytest.raises(AuditUnavailable):
            await component.set_limits(max_bytes=2 * MIB)
        assert component.memory.limit_bytes == MIB
        with pytest.raises(GuestTrapped):
            await component.call("trap")
        with pytest.raises(AuditUnavailable):  # nor starts again
            await component.call("count-calls")
        log.is_full = False
        assert await component.call("count-calls") == 1


async def test_the_log_of_a_state_folder_is_whole_when_the_host_was_left(guests: Guests, tmp_path: Path):
    async with guests.host(authority={"state": tmp_path / "state"}) as host:
        await (await guests.start(host, "add")).call("add", 1, 2)
    assert verify(tmp_path / "state" / "audit").head.sequence == 2  # started, stopped


async def test_with_the_audit_log_turned_off_everything_else_goes_on(guests: Guests):
    async with guests.host(authority={"audit": False}) as host:
        assert host.audit is None
        with pytest.raises(ApprovalRequired):
            await start(guests, host)
        component, _ = await start(guests, host, more="[quotas]\nnetwork_per_second = 10\n")
        with pytest.raises(QuotaExceeded):
            component.charge(QuotaKind.NETWORK, 11)
        with pytest.raises(CapabilityDenied):
            await component.call("relay", IN.resource)


# ---------------------------------------------------------------- quotas


async def test_cpu_time_holds_within_one_call(guests: Guests):
    """A tenth of a core: half a second of wall time is not much more than 50 ms of CPU time."""
    async with guests.host() as host:
        project = guests.project("hostile", more="[quotas]\ncpu_ms_per_second = 100\n")
        component = await host.start(project)
        with pytest.raises(DeadlineExceeded):
            await component.call("spin", timeout=0.8)
        assert component.cpu.total_seconds < 0.2
        free = await guests.start(host, "hostile", name="free")
        with pytest.raises(DeadlineExceeded):
            await free.call("spin", timeout=0.8)
        assert free.cpu.total_seconds > 2 * component.cpu.total_seconds


async def test_a_debt_of_cpu_time_is_paid_before_the_next_call_and_by_the_next_instance(guests: Guests):
    async with guests.host() as host:
        project = guests.project("hostile", more="[quotas]\ncpu_ms_per_second = 50\n")
        component = await host.start(project)
        with pytest.raises(DeadlineExceeded):
            await component.call("spin", timeout=0.3)
        started = time.perf_counter()
        assert await component.call("count-calls") == 1
        assert time.perf_counter() - started > 0.3
        lifted = await component.set_quotas(ResourceQuota())
        assert lifted.cpu_ms_per_second is None
        started = time.perf_counter()
        with pytest.raises(DeadlineExceeded):
            await component.call("spin", timeout=0.4)
        assert component.cpu.last_call_seconds > 0.1


async def test_no_cpu_time_at_all_lets_nothing_run(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(QuotaExceeded) as refused:
            await host.start(guests.project("add", more="[quotas]\ncpu_ms_per_second = 0\n"))
        assert refused.value.kind == "cpu_ms_per_second"


async def test_memory_is_counted_and_its_levels_are_told(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        component = await guests.start(host, "hostile", max_bytes=10 * PAGE)
        await component.call("grow", 8)
        status = component.status.quotas[QuotaKind.MEMORY]
        assert (status.used, status.limit, status.level) == (9 * PAGE, 10 * PAGE, QuotaLevel.WARNING)
        await component.set_limits(max_bytes=20 * PAGE)
        assert component.status.quotas[QuotaKind.MEMORY].limit == 20 * PAGE
    levels = [(record["limit"], record["from"], record["to"]) for record in members(sink) if record["event"] == "level"]
    assert levels == [("memory", "normal", "warning"), ("memory", "warning", "normal")]


async def test_what_a_host_function_charges_is_refused_beyond_the_quota(guests: Guests):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        holder: list[Component] = []

        def relay(text: str) -> str:
            holder[0].charge(QuotaKind.STORAGE, len(text))
            return text

        project = guests.project("host-calls", more="[quotas]\nstorage = 10\n")
        holder.append(await host.start(project, interfaces=[host_interface(relay=relay)]))
        component = holder[0]
        await component.call("relay", "123456")
        with pytest.raises(QuotaExceeded):
            await component.call("relay", "123456")
        assert component.status.quotas[QuotaKind.STORAGE].used == 6
        component.release(QuotaKind.STORAGE, 6)
        await component.call("relay", "1234567890")
    (limit,) = [record for record in members(sink) if record["event"] == "limit"]
    assert (limit["limit"], limit["used"], limit["requested"], limit["most"]) == ("storage", 6, 6, 10)


async def test_usage_outlives_the_component_and_the_host(guests: Guests, tmp_path: Path):
    project = guests.project("add", more="[quotas]\nstorage = 10\n")
    for _ in range(2):
        async with guests.host(authority={"state": tmp_path / "state"}) as host:
            component = await host.start(project)
            before = component.status.quotas[QuotaKind.STORAGE].used
            component.charge(QuotaKind.STORAGE, 2)
            await component.stop()
            component = await host.start(project)
            component.charge(QuotaKind.STORAGE, 2)
            assert component.status.quotas[QuotaKind.STORAGE].used == before + 4
    assert before == 4
