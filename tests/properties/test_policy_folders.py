"""Folders: what is said about a whole folder holds for every path in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from airssys.capabilities import Action, CapabilitySet, Kind, Request
from airssys.policy import Policy, SecurityContext, allows_below, decide, move_widens
from tests.policies import allow, component, deny

ACTIONS = (Action.READ, Action.WRITE)
NAMES = ("a", "b", "c")
#: How far below a folder paths are looked at: further than any pattern below has segments.
DEPTH = 3
#: Wildcards that the policy names, so that they count.
EVERYTHING = CapabilitySet.of({"filesystem.read": ["/**"], "filesystem.write": ["/**"]})

segments = st.sampled_from([*NAMES, "*", "**", "[ab]"])
patterns = st.lists(segments, min_size=1, max_size=4).map(lambda chain: "/" + "/".join(chain))
rights = st.builds("{} {}".format, st.sampled_from(["filesystem read", "filesystem write"]), patterns)
folders = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(lambda chain: "/" + "/".join(chain))


@cache
def below(folder: str) -> tuple[str, ...]:
    """The folder, and what may be in it."""
    return tuple("/".join((folder, *rest)) for depth in range(DEPTH + 1) for rest in product(NAMES, repeat=depth))


def context(given: Sequence[str], denied: Sequence[str]) -> SecurityContext:
    """A component with these rights, under a policy with these rules."""
    rules = (allow("filesystem read /**"), allow("filesystem write /**"), *(deny(text) for text in denied))
    return component(*given, policy=Policy(rules=rules, wildcards=(("*", EVERYTHING),)))


def allowed(of: SecurityContext, action: Action, path: str) -> bool:
    return decide(Request(Kind.FILESYSTEM, action, path), of).allowed


@given(st.lists(rights, max_size=3), st.lists(rights, max_size=3), folders)
@example(["filesystem read /**"], ["filesystem read /a/**"], "/a")
@example(["filesystem read /*/b"], [], "/a")
def test_a_folder_that_is_called_closed_has_nothing_open_in_it(given, denied, folder):
    about = context(given, denied)

    for action in ACTIONS:
        if not allows_below(about, action, folder):
            assert not [path for path in below(folder) if allowed(about, action, path)]


@given(st.lists(rights, max_size=3), folders)
def test_a_folder_that_is_called_open_has_something_open_in_it(given, folder):
    """Without deny rules it is certain: patterns here have no more segments than paths that are looked at."""
    about = context(given, [])

    for action in ACTIONS:
        if allows_below(about, action, folder):
            assert [path for path in below(folder) if allowed(about, action, path)]


@given(st.lists(rights, min_size=1, max_size=3), st.lists(rights, max_size=3), folders, folders)
@example(["filesystem read /**"], ["filesystem read /**/c"], "/a", "/b")
@example(["filesystem read /**"], ["filesystem read /**/c"], "/c", "/b")
@example(["filesystem read /**"], ["filesystem read /**/c/**"], "/a/c", "/b")
@example(["filesystem read /**"], ["filesystem read /**/c/**"], "/c/a", "/c/b")
@example(["filesystem read /**"], ["filesystem read /a/**"], "/a", "/b")
@example(["filesystem read /**"], ["filesystem read /*/c"], "/a", "/b/b")
@example(["filesystem read /**"], ["filesystem read /**/[ab]"], "/a/b", "/c/c")
@example(["filesystem read /a/*", "filesystem read /b/**"], [], "/a", "/b")
@example(["filesystem read /a/**", "filesystem read /b"], [], "/b", "/a/b")
@example(["filesystem read /a/**", "filesystem write /b/**"], [], "/b", "/a")
def test_a_move_that_does_not_widen_opens_nothing(given, denied, old, new):
    about = context(given, denied)

    if not move_widens(about, old, new, folder=True):
        for before, after in zip(below(old), below(new), strict=True):
            for action in ACTIONS:
                assert allowed(about, action, before) or not allowed(about, action, after), (action, before, after)


@given(st.lists(rights, max_size=3), st.lists(rights, max_size=3), folders, folders)
def test_a_file_that_is_moved_is_judged_by_its_two_paths_and_nothing_else(given, denied, old, new):
    about = context(given, denied)

    widens = any(allowed(about, action, new) and not allowed(about, action, old) for action in ACTIONS)

    assert move_widens(about, old, new, folder=False) == widens


@given(st.lists(rights, min_size=1, max_size=3), st.lists(rights, max_size=2), folders)
def test_a_file_that_stays_where_it_is_never_widens(given, denied, folder):
    about = context(given, denied)

    assert not move_widens(about, folder, folder, folder=False)


@given(folders, folders)
def test_who_may_do_everything_may_move_everything(old, new):
    about = context(["filesystem read /**", "filesystem write /**"], ["filesystem read /**/secret.key"])

    assert not move_widens(about, old, new, folder=True)
