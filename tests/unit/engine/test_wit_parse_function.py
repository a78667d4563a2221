"""Signatures as text."""

from __future__ import annotations

import inspect
import sys
from contextlib import contextmanager

import pytest

from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
    parse_function,
    print_function,
)
from airssys.errors import WitSyntaxError

U8, U32, STRING = Primitive.U8, Primitive.U32, Primitive.STRING
FILE = ResourceType("file", "a:b/c")
NAMES: dict[str, ValueType | ResourceType] = {"file": FILE, "point": RecordType("point", (("x", U32),)), "list": U8}


def result_of(text):
    return parse_function(f"func() -> {text}", names=NAMES).result


def problem_of(text):
    with pytest.raises(WitSyntaxError) as caught:
        parse_function(text, names=NAMES)
    return caught.value.message


@pytest.mark.parametrize("primitive", Primitive, ids=lambda p: p.value)
def test_every_primitive_is_read_by_its_name(primitive):
    assert result_of(primitive.value) is primitive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("list<u8>", ListType(U8)),
        ("option<list<u8>>", OptionType(ListType(U8))),
        ("tuple<u8>", TupleType((U8,))),
        ("tuple<u8, string,>", TupleType((U8, STRING))),
        ("result", ResultType(None, None)),
        ("result<u8>", ResultType(U8, None)),
        ("result<_, u8>", ResultType(None, U8)),
        ("result<u8, string>", ResultType(U8, STRING)),
        ("record { a: u8, b: string, }", RecordType(None, (("a", U8), ("b", STRING)))),
        ("variant { a, b(u8) }", VariantType(None, (("a", None), ("b", U8)))),
        ("enum { a, B-2 }", EnumType(None, ("a", "B-2"))),
        ("flags { a, %flags }", FlagsType(None, ("a", "flags"))),
        ("point", NAMES["point"]),
        ("file", Own(FILE)),
        ("own<file>", Own(FILE)),
        ("list<%list>", ListType(U8)),
    ],
)
def test_every_compound_type_is_read(text, expected):
    assert result_of(text) == expected


def test_parameters_keep_their_order_and_names():
    function = parse_function("func(z: u8, %type: string, a: borrow<file>)", names=NAMES)
    assert function == FuncType((("z", U8), ("type", STRING), ("a", Borrow(FILE))), None)


def test_space_comments_and_a_semicolon_do_not_matter():
    text = "func /* a /* nested */ comment */ (\r\n\ta:// the rest of the line )\n u8,\n)->string ;  /// done"
    assert parse_function(text) == FuncType((("a", U8),), STRING)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1:1: expected `func`, found the end of the text"),
        ("func(a: u8", "line 1:11: expected `,` or `)`, found the end of the text"),
        ("func(", "line 1:6: expected a parameter name, found the end of the text"),
        ("func(a u8)", "line 1:8: expected `:`, found `u8`"),
        ("func(\n  a: u33)", "line 2:6: `u33` is not defined here"),
        ("func(a: list<u8)", "line 1:16: expected `>`, found `)`"),
        ("func() -> result<_>", "line 1:19: expected `,`, found `>`"),
        ("func() -> tuple<>", "line 1:17: expected a type, found `>`"),
        ("func() u8", "line 1:8: expected the end of the text, found `u8`"),
        ("func(type: u8)", "line 1:6: expected a parameter name; `type` is a keyword, write `%type`"),
        ("func(aB: u8)", "line 1:6: `aB` is no identifier; a parameter name is kebab-case, like `a-name` or `a-URL`"),
        ("func(a_b: u8)", "line 1:6: `a_b` is no identifier; a parameter name is kebab-case, like `a-name` or `a-URL`"),
        ("func(a: u8, A: u8)", "line 1:13: `A` appears twice (upper and lower case do not tell apart)"),
        (
            "func() -> enum { 1 }",
            "line 1:18: `1` is no identifier; a case name is kebab-case, like `a-name` or `a-URL`",
        ),
        (
            "func() -> flags { 1 }",
            "line 1:19: `1` is no identifier; a flag name is kebab-case, like `a-name` or `a-URL`",
        ),
        ("func() -> record {}", "line 1:19: expected a first field: an empty record has no values, found `}`"),
        ("func() -> enum {}", "line 1:17: expected a first case: an empty enum has no values, found `}`"),
        ("func(a: borrow<point>)", "line 1:9: `point` is not a resource; only resources are owned or lent"),
        ("func(a: own<nothing>)", "line 1:9: `nothing` is not defined here"),
        ("func(a: %u8)", "line 1:9: `u8` is not defined here"),
        ("func(a: #)", "line 1:9: the character '#' has no place here"),
        ("func() /* never", "line 1:8: this comment never ends"),
        ("func() // \x1b[2J", "line 1:11: the character '\\x1b' is not allowed anywhere in WIT"),
        ("func() // \u202e", "line 1:11: the character '\\u202e' is not allowed anywhere in WIT"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text, message):
    assert problem_of(text) == message


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("async func()", "`async func`"),
        ("func(a: future<u8>)", "`future`"),
        ("func(a: list<stream>)", "`stream`"),
        ("func() -> error-context", "`error-context`"),
        ("func() -> map<string, u8>", "`map`"),
        ("func() -> list<u8, 4>", "lists of fixed length"),
    ],
)
def test_what_the_engine_does_not_do_is_refused_by_name(text, word):
    problem = problem_of(text)
    assert word in problem
    assert "not supported" in problem


def test_named_results_are_refused_with_the_way_out():
    assert "return a record or a tuple" in problem_of("func() -> (a: u8)")


@pytest.mark.parametrize("text", ["borrow<file>", "list<borrow<file>>", "result<_, variant { a(borrow<file>) }>"])
def test_a_borrow_cannot_be_returned(text):
    assert "`borrow`" in problem_of(f"func() -> {text}")


def test_flags_have_at_most_32_labels():
    labels = ", ".join(f"l{i}" for i in range(33))
    assert "33 labels" in problem_of(f"func() -> flags {{ {labels} }}")
    assert len(result_of(f"flags {{ {labels.removesuffix(', l32')} }}").labels) == 32


def test_nesting_is_bounded_where_the_engine_bounds_it():
    assert isinstance(result_of("list<" * 99 + "u8" + ">" * 99), ListType)
    assert "deeper than 100 levels" in problem_of("func() -> " + "list<" * 100 + "u8" + ">" * 100)
    assert "deeper than 100 levels" in problem_of("func() -> " + "list<" * 100_000)
    assert "deeper than 100 levels" in problem_of("func() -> " + "variant { a(" * 10_000)


def test_given_names_count_towards_the_bounds():
    bomb = TupleType((U8, U8))
    for _ in range(60):
        bomb = TupleType((bomb, bomb))
    with pytest.raises(WitSyntaxError, match="more than 10000 parts"):
        parse_function("func(a: bomb)", names={"bomb": bomb})
    with pytest.raises(WitSyntaxError, match="deeper than 100 levels"):
        parse_function("func(a: " + "list<" * 60 + "bomb" + ">" * 60 + ")", names={"bomb": bomb})


def test_a_text_longer_than_the_bound_is_refused_unread():
    assert parse_function("func()" + " " * 999_994) == FuncType((), None)
    assert "more than 1000000" in problem_of("func()" + " " * 999_995)


@pytest.mark.parametrize("level", ["record {{ a: {} }}", "variant {{ a({}) }}", "tuple<{}>", "result<_, {}>"])
def test_the_deepest_type_fits_into_half_of_the_stack(level):
    text = "u8"
    for _ in range(99):
        text = level.format(text)
    frames = len(inspect.stack(0))
    with recursion_limit(frames + 500):
        function = parse_function(f"func(a: {text})")
        assert print_function(function) == f"func(a: {text})"
        assert "deeper than 100 levels" in problem_of(f"func(a: {level.format(text)})")


@contextmanager
def recursion_limit(frames):
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(frames)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
