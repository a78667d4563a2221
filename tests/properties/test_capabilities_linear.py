"""Whoever writes the patterns and the requests, an answer takes steps in proportion to the length of the request.

Steps are counted, not timed: every line of the capabilities room that runs, of a set that has answered nothing yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import airssys.capabilities
from airssys.capabilities import ACTIONS, CapabilitySet, Kind, Request
from airssys.capabilities._automaton import Automaton
from airssys.capabilities._effort import Effort
from airssys.capabilities._inclusion import includes
from airssys.capabilities._paths import PathPattern

from .capability_strategies import path_patterns, paths

ROOM = str(Path(airssys.capabilities.__file__).parent)

#: Lines that one character of a request may cost, when nothing is remembered.
LINES_A_CHARACTER = 40
#: Lines that any request may cost besides, to find where to look.
LINES_A_REQUEST = 200


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of the room run."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(ROOM):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def asked(kind: Kind, patterns: list[str], resource: str) -> int:
    """Lines that a new set runs for one request."""
    action = ACTIONS[kind][0]
    rights = CapabilitySet.of({f"{kind}.{action}": patterns})
    return lines_run(lambda: rights.allows(Request(kind, action, resource)))


def hostile_paths() -> Iterator[tuple[str, list[str], Callable[[int], str]]]:
    """Patterns that make a backtracking matcher try everything, and requests of any length that almost match."""
    yield "stars in a segment", ["/" + "*a" * 60 + "b"], lambda size: "/" + "a" * size
    yield "stars and a class", ["/" + "*[ab]" * 40 + "x"], lambda size: "/" + "ab" * (size // 2)
    yield "segments", ["/" + "**/a/" * 40 + "b"], lambda size: "/a" * (size // 2)
    yield "segments with stars", ["/" + "**/*a*/" * 30 + "b"], lambda size: "/aa" * (size // 3)
    yield "question marks", ["/**/a" + "?" * 60], lambda size: "/" + "a" * size
    yield "many patterns", [f"/**/*{n}*/**/x{n}" for n in range(200)], lambda size: "/12" * (size // 3)
    yield "many stems", ["/a" * n + "/*/x" for n in range(60)], lambda size: "/a" * (size // 2)
    yield "an exact path", ["/" + "a" * 4000], lambda size: "/" + "a" * size


@pytest.mark.parametrize(("patterns", "resource"), [pytest.param(*each[1:], id=each[0]) for each in hostile_paths()])
def test_a_path_takes_steps_in_proportion_to_its_length(patterns, resource):
    for size in (100, 1000, 4000):
        assert asked(Kind.FILESYSTEM, patterns, resource(size)) <= LINES_A_REQUEST + LINES_A_CHARACTER * size


def hostile_others() -> Iterator[tuple[str, Kind, list[str], Callable[[int], str]]]:
    """The same for the other kinds."""
    yield "words", Kind.STORAGE, ["*." * 40 + "x"], lambda size: ".".join("a" * (size // 2))
    yield "stems of words", Kind.STORAGE, ["a." * n + "*" for n in range(99)], lambda size: "a." * (size // 2) + "b"
    yield "prefixes", Kind.ENVIRONMENT, ["A_" * n + "*" for n in range(99)], lambda size: "A_" * (size // 2)
    yield (
        "labels",
        Kind.NETWORK,
        ["*." + "a." * n + "a:1" for n in range(1, 99)],
        lambda size: "a." * (size // 2) + "b:1",
    )
    blocks = [f"10.{second}.0.0/{length}:1" for second in (0, 128) for length in range(16, 33)]
    yield "blocks", Kind.NETWORK, blocks, lambda size: "1" * size + ":1"
    yield "ports", Kind.NETWORK, [f"a.org:{n}-{n + 9}" for n in range(1, 250)], lambda _: "a.org:249"


@pytest.mark.parametrize(
    ("kind", "patterns", "resource"), [pytest.param(*each[1:], id=each[0]) for each in hostile_others()]
)
def test_other_resources_take_steps_in_proportion_to_their_length(kind, patterns, resource):
    for size in (50, 1000, 4000):
        assert asked(kind, patterns, resource(size)) <= LINES_A_REQUEST + LINES_A_CHARACTER * size


@given(patterns=st.lists(path_patterns, max_size=8), path=paths, times=st.integers(1, 50))
@settings(max_examples=50)
def test_no_patterns_make_a_request_take_more_steps(patterns, path, times):
    request = (path if path != "/" else "/a") * times

    assert asked(Kind.FILESYSTEM, patterns, request) <= LINES_A_REQUEST + LINES_A_CHARACTER * len(request)


def test_a_known_request_runs_no_line_for_a_character():
    rights = CapabilitySet.of({"filesystem.read": ["/**/*a*/b"]})
    request = Request.parse("filesystem read " + "/xay" * 500 + "/b")
    rights.allows(request)

    assert lines_run(lambda: rights.allows(request)) < 40


@given(pattern=path_patterns)
def test_an_automaton_has_at_most_two_bits_for_each_character_of_its_pattern(pattern):
    automaton = Automaton([PathPattern(pattern).chain], "/")

    assert automaton.accepting.bit_length() <= 2 * len(pattern) + 1


def test_what_takes_too_much_effort_to_tell_is_not_covered():
    """Together these cover everything that is long enough, but every sequence of `a` and others has to be looked at."""
    outer = [PathPattern(f"/*{each}{'?' * 30}").chain for each in ("a", "[!a]")]
    inner = PathPattern(f"/{'?' * 31}*").chain
    effort = Effort(10_000)

    assert not includes(outer, inner, "/", effort)
    assert not effort.allows(1)


def test_what_can_be_told_is_told():
    outer = [PathPattern(f"/*{each}???").chain for each in ("a", "[!a]")]

    assert includes(outer, PathPattern("/????*").chain, "/", Effort())


def test_a_manifest_of_patterns_that_are_hard_to_compare_is_folded_with_bounded_effort(monkeypatch):
    """Without a bound these sixty take forty million lines; what is not told in time stays as it is written."""
    monkeypatch.setattr("airssys.capabilities._right_index.Effort", lambda: Effort(20_000))
    last = "a" + "?" * 24
    patterns = [f"/*{last}", *(f"/*[{chr(0x4E00 + number)}b]{last}" for number in range(60))]
    kept: list[CapabilitySet] = []

    assert lines_run(lambda: kept.append(CapabilitySet.of({"filesystem.read": patterns}))) < 1_000_000
    assert len(kept[0]) > 1
