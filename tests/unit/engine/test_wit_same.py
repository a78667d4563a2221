"""Which types are one to the canonical ABI."""

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
    same_function,
    same_resource,
    same_type,
)

U8, U32, STRING = Primitive.U8, Primitive.U32, Primitive.STRING
FILE, SOCKET = ResourceType("file"), ResourceType("socket")

DIFFERENT: list[ValueType] = [
    U8,
    U32,
    STRING,
    ListType(U8),
    ListType(U32),
    OptionType(U8),
    TupleType((U8,)),
    TupleType((U8, U8)),
    ResultType(None, None),
    ResultType(U8, None),
    ResultType(None, U8),
    RecordType(None, (("a", U8),)),
    RecordType(None, (("b", U8),)),
    RecordType(None, (("a", U8), ("b", U8))),
    VariantType(None, (("a", U8),)),
    VariantType(None, (("a", None),)),
    EnumType(None, ("a",)),
    EnumType(None, ("a", "b")),
    FlagsType(None, ("a",)),
    Own(FILE),
    Own(SOCKET),
    Borrow(FILE),
]


@pytest.mark.parametrize("left", DIFFERENT, ids=repr)
def test_a_type_is_the_same_as_itself_and_as_no_other(left):
    assert [same_type(left, right) for right in DIFFERENT] == [left is right for right in DIFFERENT]


def test_no_type_is_only_the_same_as_no_type():
    assert same_type(None, None)
    assert not same_type(None, U8)
    assert not same_type(U8, None)


@pytest.mark.parametrize(
    ("named", "anonymous"),
    [
        (RecordType("point", (("x", U8),)), RecordType(None, (("x", U8),))),
        (VariantType("shape", (("dot", None),)), VariantType("form", (("dot", None),))),
        (EnumType("colour", ("red",)), EnumType(None, ("red",))),
        (FlagsType("rights", ("read",)), FlagsType(None, ("read",))),
    ],
    ids=["record", "variant", "enum", "flags"],
)
def test_names_of_types_do_not_count(named, anonymous):
    assert named != anonymous
    assert same_type(named, anonymous)
    assert same_type(ListType(named), ListType(anonymous))


def test_equal_parts_in_other_objects_are_the_same():
    assert same_type(TupleType((ListType(U8), ListType(U8))), TupleType((ListType(U8), ListType(U8))))
    assert not same_type(TupleType((ListType(U8), ListType(U8))), TupleType((ListType(U8), ListType(U32))))


def test_resources_compare_by_name_and_by_interface_where_both_are_known():
    one = ResourceType("file", "a:b/c@1.0.0")
    assert same_resource(one, FILE)
    assert same_resource(one, ResourceType("file", "a:b/c@1.0.0"))
    assert not same_resource(one, ResourceType("file", "a:b/d@1.0.0"))
    assert not same_resource(FILE, SOCKET)


def test_the_caller_can_decide_which_resources_are_one():
    def known_as(left, right):
        return (left.name, right.name) == ("file", "socket")

    assert same_type(ListType(Own(FILE)), ListType(Own(SOCKET)), resources=known_as)
    assert not same_type(Own(FILE), Own(FILE), resources=known_as)


def test_parameter_names_types_and_result_all_count_in_a_signature():
    one = FuncType((("a", U8), ("b", RecordType("r", (("x", U8),)))), STRING)
    assert same_function(one, FuncType((("a", U8), ("b", RecordType(None, (("x", U8),)))), STRING))
    assert not same_function(one, FuncType((("a", U8), ("c", RecordType("r", (("x", U8),)))), STRING))
    assert not same_function(one, FuncType((("a", U8), ("b", U8)), STRING))
    assert not same_function(one, FuncType(one.params, None))
    assert not same_function(one, FuncType(one.params[:1], STRING))


def test_shared_parts_are_compared_once():
    left: ValueType = ListType(U8)
    right: ValueType = ListType(U8)
    for _ in range(200):  # written out: 2**200 parts
        left, right = TupleType((left, left)), TupleType((right, right))
    assert same_type(left, right)
    assert not same_type(left, TupleType((left, right)))
