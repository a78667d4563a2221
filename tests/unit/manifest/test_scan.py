"""On which line each key of a TOML text stands."""

from __future__ import annotations

import pytest

from airssys.manifest._scan import find_wild_line, key_lines


def test_keys_tables_and_their_parents_have_lines():
    text = """\
title = "x"

[a.b]
# c = 5
c = 1
d.e = 2
[[list]]
f = 3
"""

    assert key_lines(text) == {
        ("title",): 1,
        ("a",): 3,
        ("a", "b"): 3,
        ("a", "b", "c"): 5,
        ("a", "b", "d"): 6,
        ("a", "b", "d", "e"): 6,
        ("list",): 7,
        ("list", "1"): 7,
        ("list", "1", "f"): 8,
    }


def test_tables_of_an_array_are_numbered_and_so_are_the_arrays_inside_of_them():
    text = """\
[[a]]
b = 1
[[a]]
b = 2
[[a.c]]
[a.c.d]
e = 3
[f]
"""

    assert key_lines(text) == {
        ("a",): 1,
        ("a", "1"): 1,
        ("a", "1", "b"): 2,
        ("a", "2"): 3,
        ("a", "2", "b"): 4,
        ("a", "2", "c"): 5,
        ("a", "2", "c", "1"): 5,
        ("a", "2", "c", "1", "d"): 6,
        ("a", "2", "c", "1", "d", "e"): 7,
        ("f",): 8,
    }


def test_a_table_has_the_line_where_it_first_appears():
    assert key_lines("[a.b]\n[a]\n[c]\n")[("a",)] == 1


def test_keys_of_inline_tables_have_lines_even_after_a_list_of_many_lines():
    text = """\
a = { b = [
    "x", { inside = 1 },
], c = { d = 1, e = {} }, f = 3 }
g = 4
"""

    assert key_lines(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "c"): 3,
        ("a", "c", "d"): 3,
        ("a", "c", "e"): 3,
        ("a", "f"): 3,
        ("g",): 4,
    }


def test_quoted_keys_are_read_as_toml_reads_them():
    assert key_lines('"a b" = 1\n\'c\\d\' = 2\n"e\\u0066" = 3\n"g.h".i = 4\n') == {
        ("a b",): 1,
        ("c\\d",): 2,
        ("ef",): 3,
        ("g.h",): 4,
        ("g.h", "i"): 4,
    }


@pytest.mark.parametrize(
    "value",
    [
        '"# [ { = \\" no"',
        "'# [ { = \" no'",
        '"""\n[no]\nno = 1\n\\"""no = 2\n"quoted"" """',
        '""""two quotes before the end"""""',
        "'''\n[no]\n'' no = 1\n'''",
        "'''''two quotes before the end'''''",
        '[""""one quote inside"""", "#"]',
        "[''''one quote inside'''', '#']",
        "[\n  1, # ]\n  [2, '''\n'''],\n]",
        "1979-05-27T07:32:00-08:00",
        '""',
        "''",
    ],
)
def test_nothing_inside_a_value_is_a_key(value):
    lines = key_lines(f"a = {value}\nb = 1")

    assert lines == {("a",): 1, ("b",): 2 + value.count("\n")}


@pytest.mark.parametrize(
    "tame", ["a." * 15 + "a = 1", "x = " + "[" * 16 + "]" * 16, 'x = "' + "[." * 99 + '"', "1.5\n" * 99]
)
def test_a_tame_text_has_no_wild_line(tame):
    assert find_wild_line(tame) is None


@pytest.mark.parametrize("wild", ["a." * 16 + "a = 1", "x = " + "[" * 17, "x = " + "{a=[" * 9, "'a' . \"b\" ." * 8])
def test_a_wild_line_is_found(wild):
    assert find_wild_line("# first\n" + wild) == 2


@pytest.mark.parametrize("text", ["'", '"', "'''", '"""', '"\\', '"""\\', "]" * 20, "= . , {", "\r", "\0"])
def test_a_text_that_is_no_toml_is_scanned_to_its_end(text):
    assert find_wild_line(text + "\n" + text) is None
