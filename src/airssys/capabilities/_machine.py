"""Automata of many chains, made deterministic as far as requests go: one dictionary lookup per character.

Promise: finding takes one step per character of the text, whatever the patterns are, and what is remembered between
requests is bounded, whatever they are. A step that is not remembered costs a few operations on an integer with a bit
for each character of the patterns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import getitem
from typing import Final, Generic, TypeVar

from ._automaton import Automaton
from ._chains import Chain, needed_text

#: Most steps that the machines of one index remember together: about 1 MiB. With 50 patterns and requests that match
#: them there are a few hundred.
MAX_STEPS: Final = 8192

#: Most bits of all their states together: 2 MiB.
MAX_BITS: Final = 2**24

T = TypeVar("T")


class StepMemory:
    """Counts what several machines remember. When it is too much, all of them forget, and begin anew."""

    def __init__(self) -> None:
        self._steps = self._bits = 0
        self._forget: list[Callable[[], None]] = []

    def share(self, forget: Callable[[], None]) -> None:
        """Let another machine remember here, that is told when to forget."""
        self._forget.append(forget)

    def make_room(self, bits: int) -> None:
        """Count one more step, to a state of so many bits."""
        if self._steps >= MAX_STEPS or self._bits >= MAX_BITS:
            self._steps = self._bits = 0
            for forget in self._forget:
                forget()
        self._steps += 1
        self._bits += bits


class _State(dict[str, "_State[T]"], Generic[T]):
    """Where a text leads to; the items are the steps that were taken from here."""

    __slots__ = ("machine", "owner", "states")

    def __init__(self, machine: Machine[T], states: int) -> None:
        self.machine = machine
        self.states = states
        self.owner: T | None = machine.owner_of(states)

    def __missing__(self, char: str) -> _State[T]:
        return self.machine.step(self, char)


class Machine(Generic[T]):
    """Finds the first of some chains that matches a text. Threads may share it.

    Args:
        chains: what to look for.
        owners: what each of them stands for.
        memory: shared with other machines.
    """

    def __init__(self, chains: Sequence[Chain], owners: Sequence[T], separator: str, memory: StepMemory) -> None:
        self._automaton = Automaton(chains, separator)
        self._owners = owners
        self._memory = memory
        #: What every match has in it. Looking for it takes a fraction of the steps, and most texts do not have it.
        self._needed = needed_text(chains[0], separator) if len(chains) == 1 else ""
        self._states: dict[int, _State[T]] = {}
        self._start = _State(self, self._automaton.start)
        memory.share(self.forget)

    def find(self, text: str) -> T | None:
        """What the first chain that matches the whole text stands for."""
        if self._needed not in text:
            return None
        return reduce(getitem, text, self._start).owner

    def find_all(self, text: str) -> list[T]:
        """What every chain that matches the whole text stands for."""
        states = reduce(getitem, text, self._start).states
        return [self._owners[number] for number in self._automaton.accepted(states)]

    def owner_of(self, states: int) -> T | None:
        """What the first chain that ends in one of these states stands for."""
        number = next(self._automaton.accepted(states), None)
        return None if number is None else self._owners[number]

    def step(self, state: _State[T], char: str) -> _State[T]:
        """Take a step that is not remembered, and remember it."""
        states = self._automaton.step(state.states, char)
        self._memory.make_room(states.bit_length())
        found = self._states.get(states)
        if found is None:
            found = self._states.setdefault(states, _State(self, states))
        state[char] = found
        return found

    def forget(self) -> None:
        """Drop everything that was remembered. A search that is under way goes on undisturbed."""
        for state in (self._start, *self._states.values()):
            state.clear()
        self._states.clear()
        self._automaton.forget()
