"""The registry against a model of two dictionaries."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from airssys.actors import NameTaken, Registry
from airssys.testing import FakeClock

NAMES = st.sampled_from(["a", "b", "c", "d"])
REFS = st.integers(0, 4)


class Stand:
    """Stands in for a ref: the registry needs its path for messages only."""

    def __init__(self, number: int) -> None:
        self.path = f"/{number}"


class RegistryMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.registry = Registry()
        self.refs: list[Any] = [Stand(number) for number in range(5)]
        self.names: dict[str, int] = {}
        self.waiting: list[tuple[str, asyncio.Task[Any]]] = []
        self.runner = asyncio.Runner(loop_factory=FakeClock().new_event_loop)

    def teardown(self):
        for _, task in self.waiting:
            task.cancel()
        self.settle()
        self.runner.close()

    def settle(self):
        self.runner.run(asyncio.sleep(0.001))

    @rule(name=NAMES, number=REFS)
    def register(self, name, number):
        if self.names.get(name, number) != number:
            with pytest.raises(NameTaken):
                self.registry.register(name, self.refs[number])
            return
        self.registry.register(name, self.refs[number])
        self.names[name] = number
        self.settle()
        for task in [task for awaited, task in self.waiting if awaited == name]:
            assert task.result() is self.refs[number]
        self.waiting = [(awaited, task) for awaited, task in self.waiting if awaited != name]

    @rule(name=NAMES)
    def unregister(self, name):
        self.registry.unregister(name)
        self.names.pop(name, None)

    @rule(number=REFS)
    def forget(self, number):
        self.registry.forget(self.refs[number])
        self.names = {name: holder for name, holder in self.names.items() if holder != number}

    @rule(name=NAMES)
    def wait(self, name):
        task = self.runner.get_loop().create_task(self.registry.wait_registered(name))
        self.settle()
        if name in self.names:
            assert task.result() is self.refs[self.names[name]]
        else:
            self.waiting.append((name, task))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up(self, data):
        index = data.draw(st.integers(0, len(self.waiting) - 1))
        self.waiting.pop(index)[1].cancel()
        self.settle()

    @invariant()
    def it_tells_the_truth(self):
        assert {name: self.refs.index(ref) for name, ref in self.registry.names.items()} == self.names
        for name in "abcd":
            holder = self.names.get(name)
            assert self.registry.whereis(name) is (None if holder is None else self.refs[holder])
        statistics = self.registry.statistics()
        assert (statistics.names, statistics.waiting) == (len(self.names), len(self.waiting))
        assert not any(task.done() for _, task in self.waiting)


RegistryMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestRegistry = RegistryMachine.TestCase
