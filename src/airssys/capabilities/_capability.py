"""A right to do one kind of thing with what a pattern matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from ._chain_pattern import ChainPattern
from ._effort import Effort
from ._endpoints import EndpointPattern
from ._kinds import RIGHTS, Action, Kind, read_right
from ._problems import CapabilityError
from ._syntax import SYNTAX, Pattern


@dataclass(frozen=True, slots=True)
class Capability:
    """A right: what may be done with every resource that a pattern matches.

    Attributes:
        kind: what is reached.
        action: what is done with it.
        pattern: which of them; of the class that belongs to the kind.

    Raises:
        CapabilityError: the kind has no such action, or patterns of another class.

    >>> str(Capability.parse("storage", "read", "invoices.**"))
    'storage read invoices.#'
    """

    kind: Kind
    action: Action
    pattern: Pattern

    def __post_init__(self) -> None:
        read_right(self.kind, self.action)
        if type(self.pattern) is not SYNTAX[self.kind].pattern:
            given, wanted = type(self.pattern).__name__, SYNTAX[self.kind].pattern.__name__
            raise CapabilityError(f"a {given} is no pattern of {self.kind}: it has to be a {wanted}")

    @classmethod
    def parse(cls, kind: str, action: str, pattern: str) -> Self:
        """Read a capability from its three parts.

        Raises:
            CapabilityError: there is no such kind or action.
            PatternError: the pattern breaks the rules of its kind.
        """
        known_kind, known_action = read_right(kind, action)
        return cls(known_kind, known_action, SYNTAX[known_kind].pattern(pattern))

    @property
    def key(self) -> str:
        """Where it is declared in `[capabilities]`: `filesystem.read`."""
        return f"{self.kind}.{self.action}"

    @property
    def line(self) -> str:
        """The line of `[capabilities]` in Component.toml that asks for this and nothing else."""
        return f'{self.key} = ["{self.pattern.text.replace(chr(34), chr(92) + chr(34))}"]'

    @property
    def cancels_the_sandbox(self) -> bool:
        """Whether the pattern is a wildcard that leaves nothing of the wall: everything of its kind, more or less.

        Who may send to a component is not such a right, however wide: it opens the component, and nothing else.
        """
        return self.action is not Action.RECEIVE and self.pattern.is_boundless

    def covers(self, other: Capability) -> bool:
        """Whether every request that the other one admits, this one admits. True is certain."""
        if (self.kind, self.action) != (other.kind, other.action):
            return False
        match self.pattern, other.pattern:
            case ChainPattern() as mine, ChainPattern() as theirs:
                return mine.covers(theirs)
            case EndpointPattern() as mine_there, EndpointPattern() as theirs_there:
                return mine_there.covers(theirs_there)
        return False

    def meet(self, other: Capability, effort: Effort | None = None) -> tuple[Capability, ...]:
        """Capabilities that together admit what both admit, and never more; empty when there is nothing."""
        if (self.kind, self.action) != (other.kind, other.action):
            return ()
        patterns: tuple[Pattern, ...] = ()
        match self.pattern, other.pattern:
            case ChainPattern() as mine, ChainPattern() as theirs:
                patterns = mine.meet(theirs, effort or Effort())
            case EndpointPattern() as mine_there, EndpointPattern() as theirs_there:
                patterns = mine_there.meet(theirs_there)
        return tuple(Capability(self.kind, self.action, each) for each in patterns)

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.pattern}"

    def __lt__(self, other: Capability) -> bool:
        """The order in which people are shown them: by kind, action and text."""
        return self._rank < other._rank

    @property
    def _rank(self) -> tuple[int, str]:
        return RIGHTS.index((self.kind, self.action)), self.pattern.text
