"""One component before its host: what it may do, what it may use, and whether it may run at all."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping

from airssys.approval import Answer, Ask, Standing, State, approval_required
from airssys.audit import LevelCrossed, LifeCycle, LimitViolated, Step, Subject
from airssys.errors import AirssysError, ApprovalSettled, OutOfMemory, QuotaExceeded, QuotaInvalid
from airssys.host._authority import Authority
from airssys.manifest import Manifest
from airssys.policy import Gate, SecurityContext, places_in
from airssys.quotas import LevelChange, QuotaKind, QuotaTracker
from airssys.trust import Source, TrustDecision

#: Answers of people that end what runs. An approval that was superseded, or was for one start, does not.
_ENDING = (Answer.WITHDRAWN, Answer.REJECTED)


class Admission:
    """Decides for one component, records what becomes of it, and counts what it uses.

    Args:
        name: under which the component is known in the host.
        manifest: of the component.
        source: where it came from, and the digests of the bytes that run.
        decision: how far that is vouched for.
        authority: of the host.

    Attributes:
        gate: asked before every effect of a host function.
        tracker: of its quotas, over all its instances.
    """

    def __init__(
        self, *, name: str, manifest: Manifest, source: Source, decision: TrustDecision, authority: Authority
    ) -> None:
        self._authority = authority
        self._decision = decision
        self._ask: Ask = authority.ask(manifest, source, decision)
        self._standing: Standing | None = None
        self._instances = 0
        self._last_step: Step | None = None
        self._subject = Subject(component=name, digest=source.wasm.sha256)
        self.gate = Gate(
            SecurityContext(
                component=name,
                version=source.version,
                digest=source.wasm.sha256,
                trust=decision.level,
                declared=manifest.capabilities,
                approved=type(manifest.capabilities)(),
                policy=authority.policy,
                declared_at=places_in(manifest),
            ),
            authority.log,
            refusals=authority.refusals,
            grant_ids=authority.grant_ids,
        )
        self.tracker = QuotaTracker(manifest.quotas, clock=authority.clock, on_level=self._on_level)

    @property
    def asks(self) -> bool:
        """Whether there is anything that somebody has to approve."""
        return bool(self._ask.capabilities)

    @property
    def is_held(self) -> bool:
        """It may not run: nobody approved it, or somebody took that back."""
        return self._standing is None or self._standing.answer is not Answer.COVERED

    # -- may it run?

    async def decide(self) -> None:
        """Decide whether it may run, asking the host's approver if nobody decided yet. Waits for the disk, and for the
        approver.

        Raises:
            ApprovalRequired: it may not; the request says what it asks for, the hint how it is approved.
            ApprovalsFull: too many requests wait already.
            AuditUnavailable, StorageFailed: nothing may be decided.
        """
        if self._standing is not None and not self.is_held:
            return
        standing = await self._authority.standing(self._ask, self._decision)
        if standing.answer is not Answer.COVERED:
            standing = await self._request()
        self._take(standing)

    async def _request(self) -> Standing:
        approvals, approver = self._authority.approvals, self._authority.approver
        request = await asyncio.to_thread(approvals.request, self._ask)
        if request.state is not State.PENDING or approver is None:
            self._hold(Standing(answer=Answer.PENDING, request=request))
            raise approval_required(request)
        verdict = await approver(request)
        try:
            standing = await asyncio.to_thread(approvals.apply, request.id, verdict)
        except ApprovalSettled:  # somebody else answered meanwhile, and that answer holds
            standing = await self._authority.standing_now(self._ask)
        if standing.answer is not Answer.COVERED:
            self._hold(standing)
            raise approval_required(await asyncio.to_thread(approvals.get, request.id))
        return standing

    def _take(self, standing: Standing) -> None:
        self._standing = standing
        context = dataclasses.replace(self.gate.context, approved=standing.rights, approved_by=standing.by)
        self.gate.update(context)

    def _hold(self, standing: Standing) -> None:
        self._standing = standing
        if self._last_step is not Step.HELD:
            self.note(Step.HELD)

    async def review(self) -> bool:
        """Look again at what people decided. Waits for the disk.

        Returns:
            Whether it may not run any longer: its rights are gone from the next host call on.
        """
        standing = await self._authority.standing_now(self._ask)
        if self.is_held:
            if standing.answer is Answer.COVERED:
                self._take(standing)
            return False
        if standing.answer not in _ENDING:
            return False
        self._standing = standing
        self.gate.revoke()
        return True

    # -- recording

    def begin_instance(self) -> None:
        """A new instance is about to run; recorded before it does.

        Raises:
            AuditUnavailable: it could not be recorded, so the instance must not run.
        """
        number = self._instances + 1
        subject = dataclasses.replace(self._subject, instance=f"{self._subject.component}-{number}")
        step = Step.RESTARTED if self._instances else Step.STARTED
        self._authority.record(LifeCycle(subject=subject, step=step))
        self._instances, self._subject, self._last_step = number, subject, step
        self.gate.update(self.gate.context.of_instance(subject.instance))

    def record(self, step: Step) -> None:
        """Record a step that is about to be made.

        Raises:
            AuditUnavailable: it could not be recorded, so it must not be made.
        """
        self._authority.record(LifeCycle(subject=self._subject, step=step))
        self._last_step = step

    def note(self, step: Step, error: BaseException | None = None) -> None:
        """Record a step that was made already; `error` is what led to it."""
        reason = None if error is None else error.code if isinstance(error, AirssysError) else type(error).__name__
        self._authority.note(LifeCycle(subject=self._subject, step=step, reason=reason))
        self._last_step = step
        if isinstance(error, OutOfMemory):
            self._authority.note_violation(
                LimitViolated(
                    subject=self._subject,
                    limit="resources.memory.max_bytes",
                    used=error.peak_bytes,
                    requested=error.requested_bytes,
                    most=error.limit_bytes,
                )
            )

    # -- quotas

    def restore(self, usage: Mapping[str, int]) -> None:
        """Go on counting where the last run ended; memory is counted by the instances themselves."""
        self.tracker.restore({kind: used for kind, used in usage.items() if kind != QuotaKind.MEMORY})

    def usage(self) -> Mapping[str, int]:
        """What is to be kept when the host is left."""
        return {str(kind): used for kind, used in self.tracker.usage().items()}

    def charge(self, kind: QuotaKind, amount: int) -> None:
        """Charge what the component is about to use.

        Raises:
            QuotaExceeded: it does not fit; recorded, and nothing was charged.
        """
        try:
            self.tracker.consume(kind, amount)
        except QuotaExceeded as error:
            self._authority.note_violation(
                LimitViolated(
                    subject=self._subject,
                    limit=str(kind),
                    used=error.used,
                    requested=error.requested,
                    most=error.limit,
                )
            )
            raise

    def take(self, size_bytes: int) -> None:
        """Charge what is about to be kept. Any thread may.

        Raises:
            QuotaExceeded: it does not fit; recorded, and nothing was charged.
        """
        self.charge(QuotaKind.STORAGE, size_bytes)

    def give_back(self, size_bytes: int) -> None:
        """What is kept no longer; more than was charged counts as all of it. Any thread may."""
        if size_bytes:
            try:
                self.tracker.release(QuotaKind.STORAGE, size_bytes)
            except QuotaInvalid:  # it was there before the component was
                self.tracker.recount(QuotaKind.STORAGE, 0)

    def meter_cpu(self, cpu_ns: int) -> float:
        """Charge CPU time that was used; seconds until there may be more. For the engine, on any thread."""
        return self.tracker.charge(QuotaKind.CPU, cpu_ns)

    def watch_memory(self, size_bytes: int) -> None:
        """Linear memory in use changed. For the engine, on any thread."""
        self.tracker.recount(QuotaKind.MEMORY, size_bytes)

    def _on_level(self, change: LevelChange) -> None:
        self._authority.note(LevelCrossed(subject=self._subject, change=change))
