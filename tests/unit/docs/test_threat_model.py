"""`docs/threat-model.md` says what is true: every test that it names exists, and what is not tried says so."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
TEXT = (TESTS.parent / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)))
ROWS = re.findall(r"^\| ([A-Z]\d+) \| (.+?) \| (.+) \|$", TEXT, re.M)

#: How many threats each section has at least: those that every release is tried against.
SECTIONS = {
    "Memory": 6,
    "CPU": 6,
    "Values": 5,
    "Files": 7,
    "Network": 6,
    "Names and rights": 6,
    "Origin and approval": 3,
    "Quotas": 4,
    "Life": 6,
    "Audit": 2,
    "Compiling": 2,
    "Manifests and policies": 1,
}


@cache
def names_in(file: str) -> frozenset[str]:
    """The names of all tests of a file, those of classes too."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{file}::{name}" for file, name in NAMED])
def test_a_test_that_is_named_exists(file, name):
    assert name.startswith("test_")
    assert name in names_in(file)


def test_every_threat_has_a_number_of_its_own():
    numbers = [number for number, _, _ in ROWS]

    assert len(numbers) == len(set(numbers)) == len(re.findall(r"^\| (?!number )", TEXT, re.M))


def test_every_threat_is_tried_or_said_not_to_be():
    for number, _, tried in ROWS:
        assert "::test_" in tried or "not tried: " in tried, number


def test_what_says_that_a_guest_tries_it_names_a_test_with_a_guest():
    with_guests = re.compile(r"`(guests|adversarial)/[\w/]+\.py::")
    for number, _, tried in ROWS:
        if tried.startswith("with a guest"):
            assert with_guests.search(tried), number


def test_every_section_is_there():
    found = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S))

    assert [*found] == [*SECTIONS]
    for title, least in SECTIONS.items():
        assert len(re.findall(r"^\| [A-Z]\d+ \|", found[title], re.M)) >= least, title
