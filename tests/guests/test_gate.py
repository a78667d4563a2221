"""Promise: what a guest asks for through a host function is decided, recorded, and only then done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airssys import Component
from airssys.audit import AuditLog, LifeCycle, MemorySink
from airssys.capabilities import Action, Kind, Request
from airssys.errors import AuditUnavailable, CapabilityDenied
from airssys.policy import Gate, Grant
from tests.clock import WallClock
from tests.guests.hosting import Guests
from tests.guests.interfaces import host_interface
from tests.policies import Kept, component, members


class Files:
    """A host function that reads files for a guest, by a grant and by nothing else."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.acted: list[str] = []

    def relay(self, path: str) -> str:
        return self._read(self.gate.require(Request(Kind.FILESYSTEM, Action.READ, path)))

    def _read(self, grant: Grant) -> str:
        (request,) = grant.requests
        self.acted.append(request.resource)
        return Path(request.resource).read_text("utf-8")


async def start(guests: Guests, host: Any, files: Files) -> Component:
    return await guests.start(host, "host-calls", interfaces=[host_interface(relay=files.relay)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("an invoice")
    (tmp_path / "secret.txt").write_text("a secret")
    return tmp_path.resolve()


async def test_a_guest_gets_what_it_was_granted_and_nothing_else(guests: Guests, folder: Path):
    sink = MemorySink()
    with AuditLog(sink, clock=WallClock()) as log:
        files = Files(Gate(component(f"filesystem read {folder}/in/*"), log))
        async with guests.host() as host:
            guest = await start(guests, host, files)

            assert await guest.call("relay", f"{folder}/in/a.txt") == "an invoice"
            for path in (f"{folder}/secret.txt", f"{folder}/in/../secret.txt", "/etc/shadow", "in/a.txt"):
                with pytest.raises(CapabilityDenied):
                    await guest.call("relay", path)

    assert files.acted == [f"{folder}/in/a.txt"]
    decisions = [(record["decision"], record["rule"]) for record in members(sink)]
    assert decisions == [
        ("allowed", "shipped default"),
        ("denied", "not-declared"),
        ("denied", "malformed-request"),
        ("denied", "forbidden:passwords"),
        ("denied", "malformed-request"),
    ]


async def test_without_a_record_nothing_is_done_for_a_guest(guests: Guests, folder: Path):
    log = Kept()
    files = Files(Gate(component(f"filesystem read {folder}/in/*"), log))
    async with guests.host() as host:
        guest = await start(guests, host, files)
        log.is_full = True

        with pytest.raises(AuditUnavailable):
            await guest.call("relay", f"{folder}/in/a.txt")

    assert files.acted == []


async def test_a_revocation_counts_from_the_next_host_call_of_a_guest_that_runs(guests: Guests):
    """The guest calls ten times within one call; after the third its rights are taken away."""
    log = Kept()
    gate = Gate(component("messaging publish invoices.*"), log)
    done: list[str] = []

    def say(message: str) -> None:
        done.append(gate.require(Request(Kind.MESSAGING, Action.PUBLISH, "invoices.new")).id)
        if len(done) == 3:
            gate.revoke()

    async with guests.host() as host:
        guest = await guests.start(host, "host-calls", interfaces=[host_interface(log=say)])

        with pytest.raises(CapabilityDenied, match="nobody approved it"):
            await guest.call("chatty", 10)

    assert done == ["g-1", "g-2", "g-3"]
    kinds = [type(event) for event in log.events]
    assert kinds.index(LifeCycle) == 3
    assert len(kinds) == 5
