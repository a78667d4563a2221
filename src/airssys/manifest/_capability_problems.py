"""Problems of `[capabilities]`: patterns that break their rules, and rights that no component can have."""

from __future__ import annotations

from typing import Final

from airssys.capabilities import SYNTAX, Kind, PatternError

from ._key import Key
from ._problem import Problem
from ._shown import printable, quoted, shown
from ._value_problems import ValueProblem

#: Where patterns are explained; a path inside the project's documentation.
CAPABILITIES_GUIDE: Final = "docs/guides/capabilities.md"


class CapabilityProblem(ValueProblem):
    """What is asked for cannot be asked for like that, or at all.

    Attributes:
        why: the reason.
    """

    code = "capability-problem"
    hint = f"see {CAPABILITIES_GUIDE}"

    def __init__(
        self, key: Key, value: object, said: str, *, why: str, expected: str = "", write: str | None = None
    ) -> None:
        super().__init__(key, value, said, expected=expected, write=write)
        self.why = why

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """What was found, why that cannot be, then what to write."""
        found, *others = super().details
        return (found, ("why", printable(self.why)), *others)


class MalformedPattern(CapabilityProblem):
    """A pattern breaks the rules of its kind."""

    code = "malformed-pattern"
    hint = f"write one of the forms that {CAPABILITIES_GUIDE} shows"

    def __init__(self, key: Key, kind: Kind, error: PatternError, *, write: str | None) -> None:
        said = f"has a malformed pattern, which {printable(error.said)}"
        super().__init__(key, error.text, said, why=error.why, expected=SYNTAX[kind].expected, write=write)


class PatternTooLong(CapabilityProblem):
    """A pattern is longer than anybody can read."""

    code = "pattern-too-long"
    hint = "name a folder or a domain instead of everything that is in it"


class TooManyPatterns(CapabilityProblem):
    """A list has more patterns than anybody who approves it would read."""

    code = "too-many-patterns"
    hint = "name a folder or a domain instead of everything that is in it"


class DuplicatePattern(CapabilityProblem):
    """A list has the same pattern twice, perhaps written in two ways."""

    code = "duplicate-pattern"
    hint = "write every pattern once: a second one is mostly a typing mistake in something else"

    def __init__(self, key: Key, first: str, second: str, *, write: str | None) -> None:
        said = "has the same pattern twice"
        if first != second:
            said = f"has another pattern that means the same as {quoted(first)}"
        super().__init__(key, second, said, why="one of the two was probably meant to be another one", write=write)


class EmptyList(CapabilityProblem):
    """A list has no patterns in it."""

    code = "empty-list"
    hint = "remove the key: what is absent is denied"

    def __init__(self, key: Key) -> None:
        super().__init__(key, [], "is empty", why="what is absent is denied, so that an empty list says nothing")
        self.found = "[]"


class WildcardRefused(CapabilityProblem):
    """A wildcard leaves nothing of the sandbox, and the operator does not allow it by name."""

    code = "wildcard-refused"
    hint = "name what the component needs; an operator who really means everything allows this pattern by name"

    def __init__(self, key: Key, text: str, kind: Kind) -> None:
        why = "a component that may reach all of it is held by nothing, and nobody could tell what it is meant to do"
        said = "has a wildcard that cancels the sandbox"
        super().__init__(key, text, said, why=why, expected=SYNTAX[kind].expected)


class ProcessControl(Problem):
    """A component asks to start or to stop processes, which no component can."""

    code = "process-control"
    hint = "remove it; what has to be done by a process can be a host function of the program that embeds airssys"

    def __init__(self, path: str, value: object) -> None:
        super().__init__(
            f"{path} asks for control of processes, which no component can have: they would be outside of the sandbox",
            key=path,
            found=shown(value),
        )


class IncludedAction(Problem):
    """What is asked for is no action of its own, because another one includes it."""

    code = "included-action"
    hint = "ask for the action that includes it"

    def __init__(self, path: str, value: object, key: Key) -> None:
        super().__init__(
            f"{path} is no action of its own: {key.path.rpartition('.')[2]} includes it",
            key=path,
            found=shown(value),
            expected=key.name,
            write=key.line,
        )
