"""No regular expression of ours is one that a supported Python misreads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import airssys

SOURCES = sorted(Path(airssys.__file__).parent.rglob("*.py"))
#: A group that is repeated possessively. CPython before 3.11.5 takes too much for one: it let a path end in a slash.
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{[0-9,{}]+\})\+")


@pytest.mark.parametrize("path", SOURCES, ids=[path.stem for path in SOURCES])
def test_no_group_is_repeated_possessively(path):
    found = [line for line in path.read_text("utf-8").splitlines() if POSSESSIVE_GROUP.search(line)]

    assert found == []
