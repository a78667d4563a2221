"""How types and signatures read."""

from __future__ import annotations

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
    print_function,
    print_type,
)

U32, STRING = Primitive.U32, Primitive.STRING
FILE = ResourceType("file")


@pytest.mark.parametrize(
    ("value_type", "text"),
    [
        (Primitive.BOOL, "bool"),
        (Primitive.F64, "f64"),
        (ListType(Primitive.U8), "list<u8>"),
        (OptionType(OptionType(U32)), "option<option<u32>>"),
        (TupleType((STRING, U32)), "tuple<string, u32>"),
        (ResultType(None, None), "result"),
        (ResultType(U32, None), "result<u32>"),
        (ResultType(None, STRING), "result<_, string>"),
        (ResultType(U32, STRING), "result<u32, string>"),
        (RecordType(None, (("a", U32), ("b-c", STRING))), "record { a: u32, b-c: string }"),
        (VariantType(None, (("none", None), ("some", U32))), "variant { none, some(u32) }"),
        (EnumType(None, ("red", "green")), "enum { red, green }"),
        (FlagsType(None, ("read", "write")), "flags { read, write }"),
        (RecordType("point", (("x", U32),)), "point"),
        (ListType(EnumType("colour", ("red",))), "list<colour>"),
        (Own(FILE), "file"),
        (Borrow(FILE), "borrow<file>"),
    ],
)
def test_a_type_reads_as_wit(value_type, text):
    assert print_type(value_type) == text


def test_a_signature_reads_as_wit():
    function = FuncType((("name", STRING), ("tags", ListType(STRING))), ResultType(U32, STRING))
    assert print_function(function) == "func(name: string, tags: list<string>) -> result<u32, string>"
    assert print_function(FuncType((), None)) == "func()"


def test_keywords_are_escaped_wherever_they_are_names():
    record = RecordType(None, (("type", U32), ("list", Own(ResourceType("own")))))
    assert print_type(record) == "record { %type: u32, %list: %own }"
    assert print_type(EnumType("enum", ("a",))) == "%enum"
    assert print_type(VariantType(None, (("result", None),))) == "variant { %result }"
    assert print_function(FuncType((("from", U32),), None)) == "func(%from: u32)"


def test_named_types_are_spelled_out_when_asked():
    inner = EnumType("colour", ("red", "green"))
    outer = RecordType("pen", (("ink", inner),))
    assert print_type(outer, spell_out=True) == "record { ink: enum { red, green } }"
    assert print_function(FuncType((("p", outer),), None)) == "func(p: pen)"
    assert (
        print_function(FuncType((("p", outer),), None), spell_out=True)
        == "func(p: record { ink: enum { red, green } })"
    )


def test_a_long_text_is_cut_at_the_bound():
    many = RecordType(None, tuple((f"field-{i}", STRING) for i in range(1000)))
    text = print_type(many, max_length=100)
    assert len(text) == 100
    assert text.startswith("record { field-0: string, field-1")
    assert text.endswith("…")
    assert len(print_function(FuncType((("p", many),), None))) == 4096


def test_a_text_of_exactly_the_bound_is_whole():
    assert print_type(ListType(U32), max_length=9) == "list<u32>"
    assert print_type(ListType(U32), max_length=8) == "list<u3…"


def test_a_type_of_astronomical_size_prints_at_once():
    bomb: ValueType = ListType(U32)
    for _ in range(90):
        bomb = TupleType((bomb, bomb))
    assert len(print_type(bomb)) == 4096


def test_a_type_deeper_than_any_engine_accepts_prints_without_recursing_all_the_way():
    deep: ValueType = U32
    for _ in range(100_000):
        deep = OptionType(deep)
    text = print_type(deep)
    assert "…" in text
    assert text.count("option<") == 101


def test_records_and_variants_count_as_one_level_each():
    deep: ValueType = U32
    for _ in range(50):
        deep = RecordType(None, (("a", VariantType(None, (("b", deep),))),))
    assert "…" not in print_type(deep)
    assert "…" in print_type(RecordType(None, (("a", deep),)))
