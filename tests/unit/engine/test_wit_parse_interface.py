"""Interfaces as text."""

from __future__ import annotations

import pytest

from airssys.engine.wit import (
    Borrow,
    EnumType,
    FuncType,
    ListType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    parse_interface,
    parse_interfaces,
    print_function,
)
from airssys.errors import WitSyntaxError

U8, U32, STRING = Primitive.U8, Primitive.U32, Primitive.STRING

SHOP = """
/// A package with everything in it.
package demo:shop@1.2.3-rc.1;

@since(version = 1.0.0)
interface types {
    @since(version = 1.0.0)
    @deprecated(version = 1.2.0)
    type price = u32;
    record item { name: string, cost: price, kind: kind }
    enum kind { food, tool }
    variant problem { sold-out, too-dear(price) }
    flags rights { buy, sell }
    @unstable(feature = baskets)
    resource basket {
        constructor(owner: string);
        @since(version = 1.1.0)
        add: func(item: item) -> result<_, problem>;
        merge: static func(a: borrow<basket>, b: basket) -> basket;
    }
}

interface checkout {
    use types.{basket, price as amount, problem};
    pay: func(from: basket, %use: amount) -> result<amount, problem>;
}
""".replace("from:", "%from:")


def one(body, **options):
    return parse_interface(f"interface a:b/c@1.0.0 {{ {body} }}", **options)


def problem_of(text, **options):
    with pytest.raises(WitSyntaxError) as caught:
        parse_interfaces(text, **options)
    return caught.value.message


def test_every_interface_has_its_full_name():
    assert [i.name for i in parse_interfaces(SHOP)] == ["demo:shop/types@1.2.3-rc.1", "demo:shop/checkout@1.2.3-rc.1"]
    assert [i.name for i in parse_interfaces("package a:b; interface c {}")] == ["a:b/c"]


def test_types_are_there_under_their_names():
    types = parse_interfaces(SHOP)[0].types
    assert list(types) == ["price", "item", "kind", "problem", "rights"]
    kind = EnumType("kind", ("food", "tool"))
    assert types["price"] is U32
    assert types["item"] == RecordType("item", (("name", STRING), ("cost", U32), ("kind", kind)))


def test_functions_of_resources_have_the_names_that_components_use():
    functions = parse_interfaces(SHOP)[0].functions
    assert {name: print_function(function) for name, function in functions.items()} == {
        "[constructor]basket": "func(owner: string) -> basket",
        "[method]basket.add": "func(self: borrow<basket>, item: item) -> result<_, problem>",
        "[static]basket.merge": "func(a: borrow<basket>, b: basket) -> basket",
    }


def test_used_names_mean_what_they_mean_where_they_come_from():
    types, checkout = parse_interfaces(SHOP)
    basket = ResourceType("basket", "demo:shop/types@1.2.3-rc.1")
    assert types.resources == checkout.resources == {"basket": basket}
    assert checkout.types == {"amount": U32, "problem": types.types["problem"]}
    pay = FuncType((("from", Own(basket)), ("use", U32)), ResultType(U32, types.types["problem"]))
    assert checkout.functions == {"pay": pay}


def test_an_interface_can_name_its_package_in_place():
    interface = parse_interface("interface demo:kv/store@0.1.0-draft { get: func(key: string) -> option<list<u8>>; }")
    assert interface.name == "demo:kv/store@0.1.0-draft"
    assert print_function(interface.functions["get"]) == "func(key: string) -> option<list<u8>>"


def test_names_may_be_used_before_they_are_defined():
    interface = one("type a = b; record b { c: list<d> } enum d { e } f: func(x: later); resource later;")
    assert interface.types["a"] == interface.types["b"] == RecordType("b", (("c", ListType(EnumType("d", ("e",)))),))
    assert interface.functions["f"].params == (("x", Own(ResourceType("later", "a:b/c@1.0.0"))),)


def test_interfaces_may_be_used_before_they_are_defined():
    first, second = parse_interfaces("package a:b; interface x { use y.{t}; } interface y { type t = u8; }")
    assert first.types == second.types == {"t": U8}


def test_interfaces_that_the_caller_knows_can_be_used_by_full_name():
    known = parse_interfaces(SHOP)
    interface = one("use demo:shop/types@1.2.3-rc.1.{item}; f: func(i: item);", known=known)
    assert interface.types["item"] is known[0].types["item"]


def test_a_used_interface_matches_as_the_linker_matches():
    known = [
        parse_interface(f"interface x:y/z@0.2.{patch} {{ type t = {kind}; }}")
        for patch, kind in [(1, "u8"), (6, "u32")]
    ]
    assert one("use x:y/z@0.2.0.{t};", known=known).types["t"] is U32
    assert one("use x:y/z@0.2.1.{t};", known=known).types["t"] is U8
    assert "no interface `x:y/z@0.3.0` is known here" in problem_of(
        "interface a:b/c { use x:y/z@0.3.0.{t}; }", known=known
    )


def test_a_resource_can_have_another_name():
    interface = one("resource r; type s = r; f: func(a: s, b: borrow<s>);")
    resource = ResourceType("r", "a:b/c@1.0.0")
    assert interface.resources == {"r": resource, "s": resource}
    assert interface.functions["f"].params == (("a", Own(resource)), ("b", Borrow(resource)))


def test_a_constructor_may_fail():
    interface = one("resource r { constructor(a: u8) -> result<r, string>; }")
    assert print_function(interface.functions["[constructor]r"]) == "func(a: u8) -> result<r, string>"


def test_escaped_keywords_are_names():
    interface = one("record %record { %type: u8 } %func: func(%list: %record) -> %record;")
    assert print_function(interface.functions["func"]) == "func(%list: %record) -> %record"


def test_an_interface_cannot_be_changed():
    with pytest.raises(TypeError):
        one("f: func();").functions["g"] = FuncType((), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("interface x { }", "line 1:11: `x` needs a package: start with `package ns:name;` or use the full name"),
        ("package a:b", "line 1:12: expected `;`, found the end of the text"),
        ("package a;", "line 1:10: expected `:`, found `;`"),
        ("package a:b@1.0;", "line 1:13: expected a version such as `1.0.0`, found `1.0`"),
        ("package a:b@;", "line 1:13: expected a version such as `1.0.0`, found `;`"),
        ("package A:b;", "line 1:9: expected a namespace in lower case, found `A`"),
        ("interface A:b/c {}", "line 1:11: expected a namespace in lower case, found `A`"),
        ("package a:b; world w { }", "line 1:14: `world` is not read here; expected `interface`"),
        ("package a:b; use c:d/e;", "line 1:14: `use` is not read here; expected `interface`"),
        ("package a:b; interface c { f: func() }", "line 1:38: expected `;`, found `}`"),
        ("package a:b; interface c { type t = t; }", "line 1:37: `t` refers to itself; types of values are finite"),
        (
            "package a:b; interface c {\n record r { a: s }\n record s { a: r } }",
            "line 3:16: `r` refers to itself; types of values are finite",
        ),
        ("package a:b; interface c { type t = u8; t: func(); }", "line 1:41: `t` is defined twice in `a:b/c`"),
        ("package a:b; interface c { f: func(); F: func(); }", "line 1:39: `F` is defined twice in `a:b/c`"),
        (
            "package a:b; interface c { resource r { f: func(); f: static func(); } }",
            "line 1:52: `[static]r.f` is defined twice in `a:b/c`",
        ),
        ("package a:b; interface c {} interface c {}", "line 1:39: the interface `a:b/c` is defined twice"),
        ("package a:b; interface c { use d.{e}; }", "line 1:35: no interface `a:b/d` is known here"),
        ("package a:b; interface c { use d.{e}; } interface d {}", "line 1:35: `a:b/d` has no type or resource `e`"),
        (
            "package a:b; interface c { use c.{e}; }",
            "line 1:35: interfaces use each other in a circle or too deeply: a:b/c -> a:b/c",
        ),
        (
            "package a:b; interface c { resource r { constructor() -> u8; } }",
            "line 1:41: a constructor returns nothing or `result<r, ...>`, nothing else",
        ),
        (
            "package a:b; interface c { resource r { f: func(self: u8); } }",
            "line 1:44: a method has a parameter `self` already",
        ),
        (
            "package a:b; interface c { @external-id(x) f: func(); }",
            "line 1:29: expected `since`, `unstable` or `deprecated`, found `external-id`",
        ),
    ],
)
def test_an_error_says_where_and_what_was_expected(text, message):
    assert problem_of(text) == message


def test_a_chain_of_names_is_bounded_like_nesting():
    chain = "".join(f"type t{i} = t{i + 1};" for i in range(10_000))
    assert "deeper than 100 levels" in problem_of(f"interface a:b/c {{ {chain} type t10000 = u8; }}")
    upward = "type t0 = u8;" + "".join(f"type t{i + 1} = list<t{i}>;" for i in range(200))
    assert "deeper than 100 levels" in problem_of(f"interface a:b/c {{ {upward} }}")


def test_a_chain_of_interfaces_is_bounded():
    chain = "".join(f"interface i{i} {{ use i{i + 1}.{{t}}; }}" for i in range(1000))
    assert "too deeply" in problem_of(f"package a:b; {chain} interface i1000 {{ type t = u8; }}")


def test_a_type_that_doubles_with_every_line_is_refused():
    doubling = "type t0 = u8;" + "".join(f"type t{i + 1} = tuple<t{i}, t{i}>;" for i in range(80))
    assert "more than 10000 parts" in problem_of(f"interface a:b/c {{ {doubling} }}")


def test_exactly_one_interface_is_asked_for_and_checked():
    with pytest.raises(WitSyntaxError, match="expected exactly one interface, found 2"):
        parse_interface(SHOP)
    with pytest.raises(WitSyntaxError, match="expected exactly one interface, found 0"):
        parse_interface("package a:b;")
