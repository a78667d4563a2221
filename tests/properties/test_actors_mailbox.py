"""A mailbox against a model of lists, in every order of operations and with every policy."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from airssys.actors import Envelope, Mailbox, MailboxSpec, Overflow
from airssys.actors._mailbox import Ticket


class MailboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.inside: list[int] = []
        self.first: list[int] = []
        self.blocked: list[tuple[int, Ticket]] = []
        self.admitted: list[int] = []
        self.expected_admitted: list[int] = []
        self.numbers = iter(range(10**9))
        self.high_water = 0
        self.counts = {"accepted": 0, "rejected": 0, "displaced": 0}

    @initialize(capacity=st.integers(1, 4), overflow=st.sampled_from(Overflow))
    def make(self, capacity, overflow):
        self.capacity, self.overflow = capacity, overflow
        self.box = Mailbox(MailboxSpec(capacity=capacity, overflow=overflow))

    def enter(self, number):
        self.inside.append(number)
        self.counts["accepted"] += 1
        self.high_water = max(self.high_water, len(self.inside))

    @rule()
    def offer(self):
        envelope = Envelope(next(self.numbers))
        loser = self.box.offer(envelope)
        if len(self.inside) < self.capacity:
            assert loser is None
            self.enter(envelope.message)
        elif self.overflow is Overflow.DROP_OLDEST:
            assert loser is not None
            assert loser.message == self.inside.pop(0)
            self.enter(envelope.message)
            self.counts["displaced"] += 1
        else:
            assert loser is envelope
            self.counts["rejected"] += 1

    @precondition(lambda self: self.overflow is Overflow.BLOCK)
    @rule()
    def offer_or_wait(self):
        number = next(self.numbers)
        outcome = self.box.offer_or_wait(Envelope(number), lambda: self.admitted.append(number))
        if len(self.inside) < self.capacity:
            assert outcome is None
            self.enter(number)
        else:
            assert isinstance(outcome, Ticket)
            self.blocked.append((number, outcome))

    @precondition(lambda self: self.blocked)
    @rule(data=st.data())
    def withdraw(self, data):
        number, ticket = data.draw(st.sampled_from(self.blocked))
        assert self.box.withdraw(ticket)
        assert not self.box.withdraw(ticket)
        self.blocked.remove((number, ticket))

    @rule()
    def put_first(self):
        number = next(self.numbers)
        self.box.put_first(Envelope(number))
        self.first.append(number)

    @rule()
    def take(self):
        envelope = self.box.take()
        if self.first:
            assert envelope is not None
            assert envelope.message == self.first.pop(0)
        elif self.inside:
            assert envelope is not None
            assert envelope.message == self.inside.pop(0)
            if self.blocked:
                number, ticket = self.blocked.pop(0)
                self.enter(number)
                self.expected_admitted.append(number)
                assert not self.box.withdraw(ticket)
        else:
            assert envelope is None
            self.box.rest()

    @rule()
    def drain_first(self):
        assert [envelope.message for envelope in self.box.drain_first()] == self.first
        self.first = []

    @rule()
    def drain(self):
        left = [*self.first, *self.inside, *(number for number, _ in self.blocked)]
        assert [envelope.message for envelope in self.box.drain()] == left
        self.expected_admitted += [number for number, _ in self.blocked]
        self.first, self.inside, self.blocked = [], [], []

    @invariant()
    def it_is_bounded_and_tells_the_truth(self):
        statistics = self.box.statistics()
        assert statistics.depth == len(self.inside) <= self.capacity
        assert len(self.box) == len(self.inside) + len(self.first)
        assert statistics.waiting_senders == len(self.blocked)
        assert statistics.high_water == self.high_water
        assert self.box.has_room == (len(self.inside) < self.capacity)
        assert {name: getattr(statistics, name) for name in self.counts} == self.counts
        assert self.admitted == self.expected_admitted


MailboxMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=30)
TestMailbox = MailboxMachine.TestCase
