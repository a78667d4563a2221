"""Whatever people and components do in whatever order: rights come from an approval of exactly that, and every step is
on record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from airssys.approval import TRANSITIONS, Answer, ApprovalWorkflow, Ask, State
from airssys.capabilities import CapabilitySet
from airssys.errors import ApprovalNotFound, ApprovalSettled, ApprovalsFull, ApprovalWidened
from tests.approving import V1, V2, opened
from tests.approving import ask as asking

LIFETIME, MOST = 10.0, 4

#: Rights that have nothing in common, so that sets of names say all there is to say.
rights = st.frozensets(st.sampled_from(["A", "B", "C"]), min_size=1)
#: Bytes, and the version that they say they are.
versions = st.sampled_from([(V1, "1.0.0"), (V2, "2.0.0")])
places = st.sampled_from(["file:///a", "file:///b"])
proofs = st.sampled_from([None, None, "signing key K"])
ids = st.integers(0, 6)


def rights_of(names: frozenset[str]) -> CapabilitySet:
    return CapabilitySet.of({"environment.read": sorted(names)})


def names_of(capabilities: CapabilitySet) -> frozenset[str]:
    return frozenset(each.pattern.text for each in capabilities)


@dataclass
class Known:
    """A request in the model."""

    place: str
    digest: str
    proof: str | None
    asked: frozenset[str]
    expires_at: float
    states: list[State] = field(default_factory=lambda: [State.PENDING])
    given: frozenset[str] = frozenset()

    @property
    def state(self) -> State:
        return self.states[-1]


class ApprovalMachine(RuleBasedStateMachine):
    """The workflow beside a model of it in plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.desk = self.stack.enter_context(opened(lifetime_seconds=LIFETIME, max_pending=MOST))
        self.workflow = self.desk.workflow
        self.known: dict[int, Known] = {}

    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> float:
        return self.desk.clock.today

    def expire(self) -> None:
        for each in self.known.values():
            if each.state is State.PENDING and each.expires_at <= self.now:
                each.states.append(State.EXPIRED)

    def same(self, ask: Ask) -> list[Known]:
        """What is known about these bytes, the newest first."""
        newest_first = reversed(self.known.values())
        return [each for each in newest_first if (each.place, each.digest) == (ask.source, ask.digest)]

    def standing(self, ask: Ask) -> tuple[Answer, frozenset[str]]:
        wanted, nothing = names_of(ask.capabilities), frozenset[str]()
        for each in self.same(ask):
            if each.state is State.APPROVED and wanted <= each.asked:
                return Answer.COVERED, wanted & each.given
        for each in self.same(ask):
            if each.state is State.PENDING and wanted == each.asked and self.now < each.expires_at:
                return Answer.PENDING, nothing
        for each in self.same(ask):
            if each.state in (State.REJECTED, State.WITHDRAWN) and each.asked <= wanted:
                return Answer(each.state.value), nothing
        for each in reversed(self.known.values()):
            is_update = (each.place, each.digest, ask.digest) == (ask.source, V1, V2)
            is_proven = ask.proof is not None and each.proof == ask.proof
            if each.state is State.APPROVED and is_update and is_proven and wanted <= each.asked:
                return Answer.COVERED, wanted & each.given
        return Answer.NONE, nothing

    def step(self, identifier: int, to: State, act) -> bool:
        """Whether the model lets it happen; if not, the workflow has to refuse."""
        known = self.known.get(identifier)
        if known is None:
            error: type[Exception] = ApprovalNotFound
        elif to not in TRANSITIONS[known.state]:
            error = ApprovalSettled
        else:
            act()
            known.states.append(to)
            return True
        try:
            act()
        except error:
            return False
        raise AssertionError(f"{to} was let happen")

    @rule(place=places, version=versions, wanted=rights, proof=proofs)
    def ask(self, place: str, version: tuple[str, str], wanted: frozenset[str], proof: str | None) -> None:
        digest, number = version
        ask = asking(source=place, digest=digest, version=number, capabilities=rights_of(wanted), proof=proof)
        answer, given = self.standing(ask)
        found = self.workflow.standing(ask)
        assert (found.answer, names_of(found.rights)) == (answer, given)
        self.file(ask, answer, lambda: self.workflow.request(ask).id, (Answer.NONE,))

    @rule(identifier=ids)
    def ask_again(self, identifier: int) -> None:
        if identifier in self.known:
            ask = self.workflow.get(identifier).ask
            files = (Answer.NONE, Answer.REJECTED, Answer.WITHDRAWN)
            answer, _ = self.standing(ask)
            self.file(ask, answer, lambda: self.workflow.ask_again(identifier, by="jo").id, files)

    def file(self, ask: Ask, answer: Answer, act, files: tuple[Answer, ...]) -> None:
        waiting = [each for each in self.known.values() if each.state is State.PENDING and self.now < each.expires_at]
        is_full = len(waiting) >= MOST
        try:
            identifier = act()
        except ApprovalsFull:
            assert is_full
            assert answer in files
            return
        self.expire()
        if answer in files:
            assert not is_full
            assert identifier == len(self.known) + 1
            self.known[identifier] = Known(
                ask.source, ask.digest, ask.proof, names_of(ask.capabilities), self.now + LIFETIME
            )
        else:
            assert identifier in self.known

    @rule(identifier=ids, only=st.none() | rights)
    def approve(self, identifier: int, only: frozenset[str] | None) -> None:
        self.expire()
        known = self.known.get(identifier)
        part = None if only is None else rights_of(only)
        if known is not None and known.state is State.PENDING and only is not None and not only <= known.asked:
            try:
                self.workflow.approve(identifier, by="maria", only=part)
            except ApprovalWidened:
                return
            raise AssertionError("it was widened")
        if self.step(identifier, State.APPROVED, lambda: self.workflow.approve(identifier, by="maria", only=part)):
            approved = self.known[identifier]
            approved.given = approved.asked if only is None else only
            self.tidy(approved)

    def tidy(self, approved: Known) -> None:
        for each in self.known.values():
            if each is approved or each.place != approved.place:
                continue
            is_contained = each.digest == approved.digest and each.asked <= approved.asked
            if each.state is State.APPROVED and (is_contained or each.digest != approved.digest):
                each.states.append(State.SUPERSEDED)
            elif each.state is State.PENDING and is_contained:
                each.states.append(State.EXPIRED)

    @rule(identifier=ids)
    def approve_once(self, identifier: int) -> None:
        self.expire()
        if self.step(identifier, State.APPROVED, lambda: self.workflow.approve_once(identifier, by="maria")):
            self.known[identifier].states.append(State.SUPERSEDED)

    @rule(identifier=ids)
    def reject(self, identifier: int) -> None:
        self.expire()
        self.step(identifier, State.REJECTED, lambda: self.workflow.reject(identifier, by="maria", reason="no"))

    @rule(identifier=ids)
    def withdraw(self, identifier: int) -> None:
        self.step(identifier, State.WITHDRAWN, lambda: self.workflow.withdraw(identifier, by="maria"))

    @rule(seconds=st.sampled_from([1.0, LIFETIME - 1, LIFETIME]))
    def time_passes(self, seconds: float) -> None:
        self.desk.clock.today += seconds

    @rule()
    def look(self) -> None:
        waiting = [request.id for request in self.workflow.pending()]
        self.expire()
        assert waiting == [key for key, each in self.known.items() if each.state is State.PENDING]

    @invariant()
    def every_step_is_kept_in_order_and_on_record(self) -> None:
        recorded: dict[int, list[str]] = {key: [] for key in self.known}
        for identifier, state, _ in self.desk.recorded:
            recorded[identifier].append(state)
        assert recorded == {key: list(each.states) for key, each in self.known.items()}
        for request in self.workflow.requests():
            states = [step.state for step in self.workflow.history(request.id)]
            assert states == self.known[request.id].states
            assert all(State(to) in TRANSITIONS[State(be)] for be, to in pairwise(states))
            assert request.ask.capabilities.covers(request.approved)

    @invariant()
    def what_is_kept_is_all_there_is(self) -> None:
        """A workflow that is made anew, as after a restart, sees the same."""
        again = ApprovalWorkflow(self.desk.store, clock=self.desk.clock, log=None)
        assert again.requests() == self.workflow.requests()


TestApprovals = ApprovalMachine.TestCase
TestApprovals.settings = settings(max_examples=60, stateful_step_count=25)
