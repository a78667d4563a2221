"""What every problem of a manifest carries and how it reads; and the report of several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from airssys.errors import ManifestError

from ._shown import printable

#: Where the texts behind the labels begin; room for the longest label of most messages, `expected`.
LABEL_WIDTH: Final = 12


class Problem(ManifestError):
    """One thing that is wrong with a manifest, an operator's file, or a limit given from Python.

    Attributes:
        summary: the problem and its cause in one sentence.
        key: the key path, as in `resources.memory.max_bytes`; empty when the file as a whole is meant.
        found: what is there, as TOML writes it; empty when there is nothing.
        expected: what would have been right; empty when the summary says it.
        write: the line (or lines) to write instead; empty when there is nothing to write.
        file: the file, or the option of the command line; `None` for a value given from Python.
        line: line number in that file, from 1.
        extended_by: the file and line whose `extends` led to a file that cannot be read; mostly empty.
    """

    code = "manifest-problem"

    def __init__(
        self,
        summary: str,
        *,
        key: str = "",
        found: str = "",
        expected: str = "",
        write: str = "",
        file: str | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(summary, hint=hint)
        self.summary = summary
        self.key = key
        self.found = found
        self.expected = expected
        self.write = write
        self.file = file
        self.line = line
        self.extended_by = ""

    @property
    def place(self) -> str:
        """`file:line` as far as known, printable."""
        if self.file is None:
            return ""
        return printable(self.file) + (f":{self.line}" if self.line is not None else "")

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """The labelled lines below the summary, in order; empty texts are left out of the message."""
        return (
            ("found", self.found),
            ("expected", self.expected),
            ("write", self.write),
            ("extended by", printable(self.extended_by)),
        )

    @property
    def message(self) -> str:
        """The summary with its place, and one labelled line for everything else that is known."""
        place = f"{self.place}: " if self.place else ""
        return "\n".join([f"{place}{self.summary}", *(_labelled(*detail) for detail in self.details if detail[1])])

    def located(self, file: str | None, line: int | None = None) -> Self:
        """Say where the problem is, unless that is known already. Returns the problem itself."""
        if self.file is None:
            self.file = file
            self.line = line
        return self

    @property
    def wants_smallest(self) -> bool:
        """Whether `with_smallest` would make the message better: true for problems of the memory limit."""
        return False

    def with_smallest(self, smallest_bytes: int) -> Self:
        """The same problem, telling the smallest limit that would let the component start where that matters."""
        return self

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.args, self.__dict__)


class ManifestInvalid(ManifestError):
    """A manifest has several problems; the text is the whole report.

    Attributes:
        problems: every problem, file by file, in the order of the lines.
    """

    code = "manifest-problems"
    hint = "each problem shows the line to write instead; docs/guides/manifest.md has a complete example"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("")
        self.problems = tuple(problems)

    @property
    def message(self) -> str:
        """How many problems there are, then each of them."""
        files = {problem.file for problem in self.problems if problem.file is not None}
        where = f"{printable(files.pop())}: " if len(files) == 1 else ""
        return "\n\n".join([f"{where}{len(self.problems)} problems", *(problem.message for problem in self.problems)])

    @property
    def wants_smallest(self) -> bool:
        """Whether one of the problems is of the memory limit."""
        return any(problem.wants_smallest for problem in self.problems)

    def with_smallest(self, smallest_bytes: int) -> ManifestInvalid:
        """The same report, telling the smallest limit that would let the component start."""
        return ManifestInvalid([problem.with_smallest(smallest_bytes) for problem in self.problems])

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return ManifestInvalid, (self.problems,)


class Report:
    """Collects problems so that all of them are told together."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, problem: Problem) -> None:
        """Keep a problem for the end."""
        self.problems.append(problem)

    def covers(self, key: str) -> bool:
        """Tell whether a problem was already found at this key or at a table around it."""
        return any(key == found.key or key.startswith(f"{found.key}.") for found in self.problems if found.key)

    def raise_problems(self) -> None:
        """Do nothing without problems; raise a single one itself, and several as one `ManifestInvalid`."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            files = list(dict.fromkeys(problem.file for problem in self.problems))
            raise ManifestInvalid(sorted(self.problems, key=lambda each: (files.index(each.file), each.line or 0)))


def _labelled(label: str, text: str) -> str:
    lead = f"  {label}: ".ljust(LABEL_WIDTH)
    return lead + text.replace("\n", "\n" + " " * LABEL_WIDTH)


def _restore(cls: type[Problem], args: tuple[object, ...], state: dict[str, object]) -> Problem:
    problem = cls.__new__(cls)
    problem.args = args
    problem.__dict__.update(state)
    return problem
