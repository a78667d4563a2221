"""What tests of approval share: components that ask, and a workflow over a store in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airssys.approval import ApprovalWorkflow, Ask
from airssys.audit import AuditLog, MemorySink
from airssys.capabilities import CapabilitySet, Kind
from airssys.storage import Store
from tests.clock import WallClock

READ = {"filesystem.read": ["/srv/in/**"]}
MORE = {"filesystem.read": ["/srv/in/**"], "network.connect": ["rates.example.org:443"]}
LESS = {"filesystem.read": ["/srv/in/new/*"]}

V1, V2 = "1" * 64, "2" * 64
WHY: Mapping[Kind, str] = {Kind.FILESYSTEM: "reads invoices"}


def ask(rights: Mapping[str, list[str]] = READ, **changes: Any) -> Ask:
    """A component that asks for rights."""
    values: dict[str, Any] = {
        "component": "invoice",
        "version": "1.0.0",
        "digest": V1,
        "source": "file:///srv/invoice/invoice.wasm",
        "capabilities": CapabilitySet.of(rights),
        "rationale": WHY,
    }
    return Ask(**{**values, **changes})


@dataclass(slots=True)
class Desk:
    """A workflow, and what stands behind it."""

    workflow: ApprovalWorkflow
    store: Store
    clock: WallClock
    sink: MemorySink

    @property
    def recorded(self) -> list[tuple[int, str, str]]:
        """The steps in the audit log."""
        return [
            (entry.members["approval"], entry.members["state"], entry.members["by"])
            for entry in self.sink.entries()
            if entry.event == "approval"
        ]


@contextmanager
def opened(path: Path | None = None, **options: Any) -> Iterator[Desk]:
    """A workflow over a store of its own."""
    clock, sink = WallClock(), MemorySink()
    with Store(path) as store, AuditLog(sink, clock=clock) as log:
        yield Desk(ApprovalWorkflow(store, clock=clock, log=log, **options), store, clock, sink)
