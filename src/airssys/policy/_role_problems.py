"""What can be wrong between roles: one that is not there, and ones that inherit each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from airssys.manifest import Problem, dotted

from ._rules import Role, find_cycle

#: A problem, and the path of the key that has it.
Found: TypeAlias = tuple[Problem, tuple[str, ...]]


class UnknownRole(Problem):
    """A role is inherited or assigned that nobody defines."""

    code = "policy-unknown-role"
    hint = "correct the name, or define the role"

    def __init__(self, at: tuple[str, ...], name: str, known: Sequence[str]) -> None:
        nearest = difflib.get_close_matches(name[:80], known, n=1)
        suggested = f"; did you mean {nearest[0]}?" if nearest else ""
        super().__init__(
            f"there is no role {dotted([name])}{suggested}",
            key=dotted(at),
            found=dotted([name]),
            expected=f"one of {', '.join(dotted([each]) for each in known)}" if known else "a role of [roles]",
        )


class RoleCycle(Problem):
    """Roles inherit each other in a circle, so that nobody could say what they allow."""

    code = "policy-role-cycle"
    hint = "let one of them stop inheriting"

    def __init__(self, names: Sequence[str]) -> None:
        circle = " -> ".join(dotted([name]) for name in names)
        super().__init__(f"roles inherit each other in a circle: {circle}", key=dotted(("roles", names[0], "inherits")))


def role_problems(roles: Sequence[Role], assigned: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Found]:
    """Every name of a role that is no role, and the first circle."""
    known = [role.name for role in roles]
    used = [(("roles", role.name, "inherits"), role.inherits) for role in roles]
    for at, names in (*used, *((("assign", who), names) for who, names in assigned)):
        yield from ((UnknownRole(at, name, known), at) for name in names if name not in known)
    cycle = find_cycle(roles)
    if cycle:
        yield RoleCycle(cycle), ("roles", cycle[0], "inherits")
