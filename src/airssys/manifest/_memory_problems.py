"""Problems of the memory limit, the one thing that a manifest must declare."""

from __future__ import annotations

import copy
from typing import Final, Self

from airssys.units import MIB

from ._problem import Problem
from ._shown import shown, size

#: Where the whole story is told; a path inside the project's documentation.
GUIDE: Final = "docs/guides/manifest.md"

#: Proposed where nothing is known about the component: the smallest round size that the C, Rust and WAT examples fit.
PROPOSED_BYTES: Final = MIB


class MemoryProblem(Problem):
    """The memory limit is missing or outside the operator's bounds.

    Attributes:
        minimum_bytes: the least that the operator allows.
        maximum_bytes: the most that the operator allows.
        smallest_bytes: the smallest limit that would let the component start; `None` where no component is at hand.
    """

    code = "memory-problem"
    hint = f"see {GUIDE}"

    def __init__(
        self, summary: str, *, proposed_bytes: int, minimum_bytes: int, maximum_bytes: int, found: str = ""
    ) -> None:
        expected = f"{size(minimum_bytes)} to {size(maximum_bytes)}"
        super().__init__(summary, key="resources.memory.max_bytes", found=found, expected=expected)
        self.minimum_bytes = minimum_bytes
        self.maximum_bytes = maximum_bytes
        self.smallest_bytes: int | None = None
        self._proposed_bytes = proposed_bytes
        self.write = self._lines()

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """Those of every problem, then the smallest limit that fits, where it is known."""
        return (*super().details, ("smallest", self._smallest()))

    @property
    def wants_smallest(self) -> bool:
        """Until it is known: the author has to choose a number."""
        return self.smallest_bytes is None

    def with_smallest(self, smallest_bytes: int) -> Self:
        """The same problem, telling the smallest limit that would let the component start."""
        other = copy.copy(self)
        other.smallest_bytes = smallest_bytes
        other.write = other._lines()
        return other

    def _lines(self) -> str:
        wanted = max(self._proposed_bytes, self.smallest_bytes or 0)
        return f"max_bytes = {min(max(wanted, self.minimum_bytes), self.maximum_bytes)}"

    def _smallest(self) -> str:
        if self.smallest_bytes is None:
            return ""
        text = f"{size(self.smallest_bytes)} lets this component start"
        if self.smallest_bytes <= self.maximum_bytes:
            return text
        return f"{text}; the operator has to raise [bounds.memory] max_bytes first"


class MemoryNotConfigured(MemoryProblem):
    """No memory limit is declared. It is mandatory and has no default."""

    code = "memory-not-configured"
    hint = f"add the three lines to Component.toml; {GUIDE} tells how to choose the number"

    def __init__(self, *, minimum_bytes: int, maximum_bytes: int, section_exists: bool = False) -> None:
        cause = "has no max_bytes" if section_exists else "is missing"
        super().__init__(
            f"[resources.memory] {cause}: a component must declare its memory limit",
            proposed_bytes=PROPOSED_BYTES,
            minimum_bytes=minimum_bytes,
            maximum_bytes=maximum_bytes,
        )

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """Why there is no default, then what to add and where to read on."""
        why = "limits are mandatory: without one, a component could take the memory of the host and of its neighbours"
        return (("why", why), *super().details, ("guide", GUIDE))

    def _lines(self) -> str:
        return f"# total linear memory of one instance, in bytes\n[resources.memory]\n{super()._lines()}"


class MemoryTooLow(MemoryProblem):
    """The memory limit is below the least that the operator allows.

    Attributes:
        value_bytes: the limit that was declared.
    """

    code = "memory-too-low"
    hint = f"raise max_bytes in [resources.memory]; {GUIDE} tells how to choose the number"

    def __init__(self, value_bytes: int, *, minimum_bytes: int, maximum_bytes: int) -> None:
        super().__init__(
            f"resources.memory.max_bytes is too low: the least allowed is {size(minimum_bytes)}",
            proposed_bytes=minimum_bytes,
            minimum_bytes=minimum_bytes,
            maximum_bytes=maximum_bytes,
            found=size(value_bytes),
        )
        self.value_bytes = value_bytes


class MemoryTooHigh(MemoryProblem):
    """The memory limit is above the most that the operator allows.

    Attributes:
        value_bytes: the limit that was declared.
    """

    code = "memory-too-high"
    hint = "lower max_bytes in [resources.memory], or ask the operator to raise [bounds.memory] max_bytes in host.toml"

    def __init__(self, value_bytes: int, *, minimum_bytes: int, maximum_bytes: int) -> None:
        super().__init__(
            f"resources.memory.max_bytes is too high: the most allowed is {size(maximum_bytes)}",
            proposed_bytes=maximum_bytes,
            minimum_bytes=minimum_bytes,
            maximum_bytes=maximum_bytes,
            found=size(value_bytes),
        )
        self.value_bytes = value_bytes


class MemoryInOperatorFile(Problem):
    """An operator's defaults or profile try to supply the memory limit."""

    code = "memory-in-operator-file"
    hint = "remove the section: only the author of a component knows what it needs"

    def __init__(self, key: str, value: object) -> None:
        super().__init__(
            f"{key} cannot be set here: a component's own manifest declares its memory limit",
            key=key,
            found=shown(value),
            expected="[bounds.memory] min_bytes and max_bytes, which move what a component may declare",
        )
