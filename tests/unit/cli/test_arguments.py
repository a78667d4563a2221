"""From words to arguments, and from a wanted name to an export."""

from __future__ import annotations

import pytest

from airssys.cli._arguments import (
    choose_export,
    mark_dashes,
    read_arguments,
    shield,
    split_at_dashes,
    unshield,
)
from airssys.engine import Case
from airssys.engine.wit import EnumType, FuncType, ListType, OptionType, Primitive, RecordType, VariantType
from airssys.errors import ArgumentTypeError, ExportNotFound

TEXT, U32 = Primitive.STRING, Primitive.U32
BYTES = ListType(Primitive.U8)
WORDS = EnumType(None, ("true", "null", "red"))
SHAPE = VariantType(None, (("null", None), ("size", U32)))
NOTHING = FuncType((), None)


def read(of, word):
    [value] = read_arguments(FuncType((("value", of),), None), [word])
    return value


@pytest.mark.parametrize(
    ("of", "word", "value"),
    [
        (TEXT, "World", "World"),
        (TEXT, "", ""),
        (TEXT, "42", "42"),
        (TEXT, "null", "null"),
        (TEXT, '{"a": 1}', '{"a": 1}'),
        (TEXT, '{"a', '{"a'),
        (TEXT, '"quoted"', "quoted"),
        (TEXT, r'"\"quoted\""', '"quoted"'),
        (Primitive.CHAR, "5", "5"),
        (BYTES, "text", b"text"),
        (BYTES, "123", b"123"),
        (BYTES, "[1, 2]", b"\x01\x02"),
        (BYTES, "base64:AQI=", b"\x01\x02"),
        (OptionType(TEXT), "null", None),
        (OptionType(TEXT), "World", "World"),
        (OptionType(TEXT), "42", "42"),
        (OptionType(TEXT), "{", "{"),
        (WORDS, "red", "red"),
        (WORDS, "true", "true"),
        (WORDS, "null", "null"),
        (WORDS, '"red"', "red"),
        (SHAPE, "null", Case("null")),
        (SHAPE, '{"size": 3}', Case("size", 3)),
        (U32, "3", 3),
        (U32, " 3 ", 3),
        (Primitive.S32, "-3", -3),
        (Primitive.F64, "1e3", 1000.0),
        (Primitive.F64, "NaN", pytest.approx(float("nan"), nan_ok=True)),
        (Primitive.F64, "-Infinity", float("-inf")),
        (ListType(TEXT), '["a", "b"]', ["a", "b"]),
    ],
)
def test_a_word_is_json_or_text_as_its_type_wants(of, word, value):
    assert read(of, word) == value


@pytest.mark.parametrize(
    ("of", "word", "message"),
    [
        (U32, "three", "argument value: expected a whole number (u32), got a text"),
        (U32, "1" * 5_000, "argument value: expected a whole number (u32), got a text"),
        (Primitive.BOOL, "yes", "argument value: expected true or false, got a text"),
        (ListType(TEXT), '["a"', "argument value: this is no JSON: Expecting ',' delimiter at character 5"),
        (ListType(TEXT), "[1]", "argument value[0]: expected a text, got a whole number"),
        (ListType(U32), "[" * 100_000, "argument value: nested deeper than any type"),
    ],
)
def test_a_word_that_does_not_fit_names_the_parameter(of, word, message):
    with pytest.raises(ArgumentTypeError) as raised:
        read(of, word)

    assert raised.value.message == message
    assert raised.value.hint.startswith("its type is ")


def test_a_huge_type_does_not_fill_the_screen():
    of = RecordType(None, tuple((f"field{i}", U32) for i in range(1_000)))

    with pytest.raises(ArgumentTypeError) as raised:
        read(of, "1")

    assert len(str(raised.value)) + len(raised.value.hint) < 1_000


@pytest.mark.parametrize("words", [[], ["1"], ["1", "2", "3"]])
def test_the_number_of_words_must_be_right(words):
    with pytest.raises(ArgumentTypeError) as raised:
        read_arguments(FuncType((("a", U32), ("b", U32)), U32), words)

    assert raised.value.message == f"the function takes 2 arguments (a, b), got {len(words)}"
    assert raised.value.hint == "its signature is func(a: u32, b: u32) -> u32"


def test_a_function_without_parameters_takes_no_words():
    assert read_arguments(NOTHING, []) == ()
    with pytest.raises(ArgumentTypeError, match=r"takes 0 arguments \(none\), got 1"):
        read_arguments(NOTHING, ["1"])


EXPORTS = dict.fromkeys(["greet", "a:b/c@1.0.0#greet", "a:b/c@1.0.0#bow", "a:b/c@1.0.0#wave", "a:b/d#wave"], NOTHING)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("greet", "greet"),
        ("a:b/c@1.0.0#greet", "a:b/c@1.0.0#greet"),
        ("bow", "a:b/c@1.0.0#bow"),
    ],
)
def test_an_export_is_found_by_its_full_name_or_by_one_that_no_other_has(wanted, chosen):
    assert choose_export(EXPORTS, wanted) == chosen


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        ("wave", "2 interfaces export a function wave", "name one of them in full: a:b/c@1.0.0#wave, a:b/d#wave"),
        ("gret", "the component exports no function 'gret'", "did you mean greet?"),
        ("zzz", "the component exports no function 'zzz'", f"it exports {', '.join(EXPORTS)}"),
    ],
)
def test_an_export_that_is_not_there_is_refused_with_what_is(wanted, message, hint):
    with pytest.raises(ExportNotFound) as raised:
        choose_export(EXPORTS, wanted)

    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_numbers_below_zero_are_no_options():
    words = ["run", "path", "-1", "-.5", "-Infinity", "-x", "--json", "--", "-2"]
    shielded = shield(words)

    assert [word for word in shielded if word.startswith("-")] == ["-x", "--json", "--", "-2"]
    assert [unshield(word) for word in shielded] == words


@pytest.mark.parametrize(
    ("words", "named", "argv"),
    [
        (["run", "path"], ["path"], None),
        (["run", "path", "export", "-5"], ["path", "export", "-5"], None),
        (["run", "path", "--"], ["path"], []),
        (["run", "path", "--", "a", "-5", "--", "--json"], ["path"], ["a", "-5", "--", "--json"]),
        (["run", "path", "export", "-1", "--", "-5"], ["path", "export", "-1"], ["-5"]),
        (["run", "--", "path", "a"], ["path", "a"], None),
        (["run", "--json", "--", "path", "a"], ["--json"], ["path", "a"]),
    ],
)
def test_run_knows_what_stood_after_two_dashes(words, named, argv):
    """Typer forgets `--` itself, and keeps what is after it."""
    marked = mark_dashes(shield(words))
    if "--" in marked:
        marked.remove("--")

    assert split_at_dashes(marked[1:]) == (named, argv)


@pytest.mark.parametrize("words", [["run", "path"], ["inspect", "path", "--", "x"], ["--", "run"], [], ["run"]])
def test_only_run_is_told_where_two_dashes_were(words):
    assert mark_dashes(words) == words


def test_an_argument_can_not_pretend_to_be_the_mark():
    """No process can be given a word with a NUL in it; that is what makes the mark one."""
    marked = mark_dashes(["run", "path", "--", "x"])
    marks = [word for word in marked if word not in ("run", "path", "--", "x")]

    assert len(marks) == 1
    assert "\0" in marks[0]
