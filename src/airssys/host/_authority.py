"""What a host decides by: policy, trust, approvals, quotas and the audit log, for as long as the host is entered."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from airssys.approval import ApprovalWorkflow, Approver, Ask, Standing, proof_of
from airssys.audit import AuditLog, Event, FileSink, LimitViolated, MemorySink, Repeats, Sink
from airssys.clock import Clock
from airssys.errors import AuditUnavailable
from airssys.manifest import Manifest
from airssys.policy import Policy
from airssys.storage import Store, audit_folder_in, database_in
from airssys.trust import DevelopmentMode, Source, TrustConfig, TrustDecision, TrustLevel, development_mode

logger: Final = logging.getLogger("airssys.host")


class Authority:
    """Opened when the host is entered, closed after everything that it judges has stopped.

    Args:
        state: the state directory; None keeps everything in memory.
        policy: the operator's policy.
        trust: the operator's rules of trust.
        audit: where records go; True for the state directory or memory, False for nowhere.
        development: components of unknown origin run without approval.
        approver: answers requests for approval; None leaves them to the command line.
        clock: where times come from.

    Attributes:
        grant_ids: numbers of grants, one sequence for all components.
        approvals: requests for approval; blocking.
    """

    def __init__(
        self,
        *,
        state: Path | None,
        policy: Policy,
        trust: TrustConfig,
        audit: Sink | bool,
        development: bool,
        approver: Approver | None,
        clock: Clock,
    ) -> None:
        kept = () if state is None else (state,)
        self.policy = policy.protecting(*kept, *trust.files)
        self.trust = trust
        self.approver = approver
        self.clock = clock
        self.grant_ids = itertools.count(1)
        self._development = development
        self._mode = DevelopmentMode()
        self._store = Store(None if state is None else database_in(state))
        self.log = None if audit is False else AuditLog(_sink(audit, state), clock=clock)
        self.refusals = None if self.log is None else Repeats(self.log, clock=clock)
        self.approvals = ApprovalWorkflow(self._store, clock=clock, log=self.log)

    # -- life

    async def open(self) -> Self:
        """Open everything. Waits for the disk.

        Raises:
            DevelopmentRefused: development mode is wanted on a machine in production.
            StorageFailed, AuditUnavailable, AuditDamaged: what is kept cannot be used, so nothing may start.
        """
        self._mode = development_mode(self._development, environment=os.environ)
        self._mode.announce()
        await asyncio.to_thread(self._open)
        return self

    def _open(self) -> None:
        with contextlib.ExitStack() as opened:
            opened.enter_context(self._store)
            if self.log is not None:
                opened.enter_context(self.log)
            opened.pop_all()

    async def close(self, usage: Mapping[str, Mapping[str, int]]) -> None:
        """Keep what was used of quotas, and close everything. Waits for the disk; closes also what fails.

        Raises:
            StorageFailed, AuditUnavailable: not everything could be kept.
        """
        await asyncio.to_thread(self._close, usage)

    def _close(self, usage: Mapping[str, Mapping[str, int]]) -> None:
        with contextlib.ExitStack() as closing:
            closing.callback(self._store.close)
            if self.log is not None and self.refusals is not None:
                closing.callback(self.log.close)
                closing.callback(self.refusals.flush)
            if usage:
                self._store.quota_usage.save(usage)

    # -- judging

    async def judge(self, source: Source) -> TrustDecision:
        """How far the origin of a component is vouched for. Reads files, in a thread."""
        return await asyncio.to_thread(self.trust.assess, source, development=self._mode)

    def ask(self, manifest: Manifest, source: Source, decision: TrustDecision) -> Ask:
        """What a component asks for."""
        proof = proof_of(decision, self.trust.rules)
        return Ask.of(source, capabilities=manifest.capabilities, rationale=manifest.rationale, proof=proof)

    async def standing(self, ask: Ask, decision: TrustDecision) -> Standing:
        """Where a component stands that is about to start. Waits for the disk only if it asks for something.

        Raises:
            AuditUnavailable: an approval by rule could not be recorded.
        """
        if not ask.capabilities:
            return self.approvals.standing(ask)
        if decision.level is TrustLevel.UNKNOWN:
            return await self.standing_now(ask)
        by = "development mode" if decision.level is TrustLevel.DEVELOPMENT else f"trust rule {decision.rule}"
        return await asyncio.to_thread(self.approvals.vouch, ask, by=by)

    async def standing_now(self, ask: Ask) -> Standing:
        """What people decided about it. Waits for the disk."""
        return await asyncio.to_thread(self.approvals.standing, ask)

    async def usage_of(self, component: str) -> Mapping[str, int]:
        """What a component had used of its quotas when the host was left. Waits for the disk."""
        return await asyncio.to_thread(self._store.quota_usage.load, component)

    # -- recording

    def record(self, event: Event) -> None:
        """Record what is about to be done.

        Raises:
            AuditUnavailable: it could not be recorded, so it must not be done.
        """
        if self.log is not None:
            self.log.append(event)

    def note(self, event: Event) -> None:
        """Record what happened already: a full disk cannot undo it, and is reported to the program's log."""
        try:
            self.record(event)
        except AuditUnavailable as error:
            logger.critical("not in the audit log: %s (%s)", event, error)

    def note_violation(self, violation: LimitViolated) -> None:
        """Record a refusal; one that repeats is counted."""
        try:
            if self.refusals is not None:
                self.refusals.append(violation)
        except AuditUnavailable as error:
            logger.critical("not in the audit log: %s (%s)", violation, error)


def _sink(audit: Sink | bool, state: Path | None) -> Sink:
    if not isinstance(audit, bool):
        return audit
    return MemorySink() if state is None else FileSink(audit_folder_in(state))
