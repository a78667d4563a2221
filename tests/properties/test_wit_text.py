"""WIT text and types: there and back, and whatever the text is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from airssys.engine.wit import (
    parse_function,
    parse_interfaces,
    print_function,
    print_type,
    same_function,
    same_type,
)
from airssys.engine.wit._identifiers import KEYWORDS
from airssys.errors import WitSyntaxError
from tests.properties.wit_strategies import RESOURCES, functions, value_types

#: Pieces of WIT in any order get deeper into the parser than random characters do.
SYMBOLS = [*"=,:;(){}<>*/.@_%", "->", "//", "/*", "*/", "\n", " "]
WORDS = [
    "a",
    "b-c",
    "A:B",
    "1.0.0",
    "a:b/c@1.0.0",
    "since(version = 1.0.0)",
    "interface a:b/c {",
    "resource r {",
    "func(",
]
pieces = st.sampled_from([*sorted(KEYWORDS), *SYMBOLS, *WORDS, "record r { a:", "\u00e9", "\x00", "\ud800"])
texts = st.one_of(st.text(), st.lists(pieces, max_size=40).map(" ".join), st.lists(pieces, max_size=40).map("".join))


@given(functions())
def test_a_printed_signature_parses_to_the_same_signature(function):
    assert parse_function(print_function(function, max_length=10**6), names=RESOURCES) == function


@given(functions())
def test_printing_what_was_parsed_from_print_changes_nothing(function):
    text = print_function(function, max_length=10**6)
    assert print_function(parse_function(text, names=RESOURCES), max_length=10**6) == text


@given(functions(), functions())
def test_signatures_are_the_same_exactly_when_they_are_equal(left, right):
    """The strategy gives no names to types, so nothing else can tell them apart."""
    assert same_function(left, left)
    assert same_function(left, right) == (left == right)


@given(value_types(), value_types())
def test_types_are_the_same_exactly_when_they_read_the_same(left, right):
    assert same_type(left, right) == (print_type(left, max_length=10**6) == print_type(right, max_length=10**6))


@given(value_types(), st.integers(1, 300))
def test_a_printed_type_is_never_longer_than_asked_for(value_type, max_length):
    whole = print_type(value_type, max_length=10**6)
    text = print_type(value_type, max_length=max_length)
    assert len(text) <= max_length
    assert text == whole or whole.startswith(text.removesuffix("…"))


@given(texts)
def test_no_text_makes_the_parser_raise_anything_but_a_syntax_error(text):
    problem = problem_of(parse_function, text) or problem_of(parse_interfaces, text)
    assert problem is None or problem.startswith("line ")


@given(functions(), st.data())
def test_a_mangled_signature_is_read_or_refused(function, data):
    text = print_function(function, max_length=10**6)
    cut = data.draw(st.integers(0, len(text)))
    mangled = text[:cut] + data.draw(pieces) + text[data.draw(st.integers(cut, len(text))) :]
    problem = problem_of(parse_function, mangled)
    assert problem is None or problem.startswith("line ")


def problem_of(parse, text):
    """The message of the only error that parsing may raise; None when it raised none."""
    try:
        parse(text)
    except WitSyntaxError as error:
        return error.message
    return None
