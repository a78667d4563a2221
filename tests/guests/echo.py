"""Makes echo guests: components whose every export returns what it was given, for any component-model type.

Promise: a value goes into the guest's memory (or its registers) by the engine's rules and comes out by the engine's
rules, and the guest stores it in between by rules of its own (`abi`): what is equal afterwards was converted
right both ways. `EXPORTS` has one export for every type and every shape that the ABI treats differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.guests.abi import SCALARS, alignment, flat, size, store
from tests.guests.wit_types import (
    Enum,
    Flags,
    List,
    Named,
    Option,
    Record,
    Result,
    Scalar,
    String,
    Tuple,
    Type,
    Variant,
    declaration,
    named_types,
    wat,
    wit,
)

#: More flat parameters than this are passed in memory (Canonical ABI: MAX_FLAT_PARAMS).
MAX_FLAT_PARAMS = 16


@dataclass(frozen=True, slots=True)
class Echo:
    """An export that returns its parameter, or all of its parameters as a tuple."""

    name: str
    params: tuple[Type, ...]
    encoding: str = "utf8"  # how its strings are in the guest's memory: utf8, utf16 or latin1+utf16

    @property
    def result(self) -> Type:
        return self.params[0] if len(self.params) == 1 else Tuple(self.params)

    @property
    def named_params(self) -> list[tuple[str, Type]]:
        """The parameters with their names: `value`, or `value0`, `value1`, ..."""
        names = ["value"] if len(self.params) == 1 else [f"value{i}" for i in range(len(self.params))]
        return list(zip(names, self.params, strict=True))

    @property
    def signature(self) -> str:
        """As WIT writes it: `func(value: u32) -> u32`."""
        params = ", ".join(f"{name}: {wit(kind)}" for name, kind in self.named_params)
        return f"func({params}) -> {wit(self.result)}"

    def core(self) -> str:
        """The core function: it stores its flat parameters, or returns the pointer under which they already are."""
        carried = flat(Tuple(self.params))
        if len(carried) > MAX_FLAT_PARAMS:
            return f'(func (export "{self.name}") (param i32) (result i32) (local.get 0))'
        params = f"(param {' '.join(carried)})"
        if len(carried) == 1:
            return f'(func (export "{self.name}") {params} (result {carried[0]}) (local.get 0))'
        code = "\n      ".join(store(self.result, list(enumerate(carried))))
        place = f"(call $allocate (i32.const {size(self.result)}) (i32.const {alignment(self.result)}))"
        return f"""(func (export "{self.name}") {params} (result i32) (local $to i32)
      (local.set $to {place})
      {code}
      (local.get $to))"""

    def lift(self) -> str:
        """The component-model function around it."""
        carried = flat(Tuple(self.params))
        post = f"done-{carried[0] if len(carried) == 1 else 'i32'}"
        params = " ".join(f'(param "{name}" {wat(kind)})' for name, kind in self.named_params)
        return f"""(func (export "{self.name}") {params} (result {wat(self.result)})
    (canon lift (core func $echo "{self.name}") string-encoding={self.encoding} (memory (core memory $echo "memory"))
      (realloc (core func $echo "realloc")) (post-return (core func $echo "{post}"))))"""


def component(echoes: Iterable[Echo]) -> str:
    """The WAT of a component with these exports. It has one page and grows when the values need more."""
    echoes = list(echoes)
    types: dict[str, Named] = {}
    for echo in echoes:
        for named in named_types(echo.result):
            if types.setdefault(named.name, named) != named:
                raise ValueError(f"two types are called {named.name!r}")
    return _COMPONENT.format(
        core="\n    ".join(echo.core() for echo in echoes),
        types="\n  ".join(declaration(named) for named in types.values()),
        lifts="\n  ".join(echo.lift() for echo in echoes),
    )


_COMPONENT = """(component
  (core module $echo
    (memory (export "memory") 1)
    (global $free (mut i32) (i32.const 16))
    (func $allocate (param $size i32) (param $align i32) (result i32) (local $start i32)
      (local.set $start (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $start) (local.get $size)))
      (if (i32.lt_u (global.get $free) (local.get $start)) (then unreachable))
      (block $enough (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.shl (memory.size) (i32.const 16))))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (br $more)))
      (local.get $start))
    (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (call $allocate (local.get $size) (local.get $align)))
      (memory.copy (local.get $new) (local.get $old)
        (select (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))
      (local.get $new))
    (func $reset (global.set $free (i32.const 16)))
    (func (export "done-i32") (param i32) (call $reset))
    (func (export "done-i64") (param i64) (call $reset))
    (func (export "done-f32") (param f32) (call $reset))
    (func (export "done-f64") (param f64) (call $reset))
    {core})
  (core instance $echo (instantiate $echo))
  {types}
  {lifts})
"""

# ---------------------------------------------------------------- one export for every shape

U8, U32, U64, F64 = Scalar("u8"), Scalar("u32"), Scalar("u64"), Scalar("f64")
TEXT = String()

#: A record in a record, with a list and an option.
ADDRESS = Record("address", (("street", TEXT), ("number", Option(U32))))
PERSON = Record(
    "person",
    (("name", TEXT), ("age", U8), ("tags", List(TEXT)), ("home", ADDRESS), ("former", List(ADDRESS)), ("id", U64)),
)
#: Cases whose payloads need different core types in the same place: i32 with f32, i64 with f64 and with a pointer.
SHAPE = Variant(
    "shape",
    (
        ("none", None),
        ("text", TEXT),
        ("large", U64),
        ("single", Scalar("f32")),
        ("double", F64),
        ("small", Scalar("s16")),
        ("letter", Scalar("char")),
        ("person", ADDRESS),
        ("pair", Tuple((Scalar("f32"), U64))),
    ),
)
COLOUR = Enum("colour", ("red", "green", "blue", "deep-sea"))
LEVEL = Enum("level", tuple(f"level{i}" for i in range(300)))
WIDE = Variant("wide", tuple((f"case{i}", U64 if i == 299 else None) for i in range(300)))
RIGHTS = Flags("rights", ("read", "write", "execute"))
FLAGS = {n: Flags(f"flags{n}", tuple(f"flag{i}" for i in range(n))) for n in (8, 9, 16, 17, 32)}
OUTCOME = Result(U32, TEXT)
#: Everything inside everything.
DEEP = List(Option(Result(List(Tuple((TEXT, Option(U32), List(SHAPE)))), List(Option(PERSON)))))
#: Seventeen flat values: one more than fits, so that it arrives in memory.
MANY = Record("many", tuple((f"field{i}", U32 if i % 2 else U64) for i in range(17)))

EXPORTS: tuple[Echo, ...] = (
    *(Echo(f"echo-{name}", (Scalar(name),)) for name in SCALARS),
    Echo("echo-string", (TEXT,)),
    Echo("echo-string-utf16", (TEXT,), encoding="utf16"),
    Echo("echo-string-latin1", (TEXT,), encoding="latin1+utf16"),
    Echo("echo-bytes", (List(U8),)),
    *(Echo(f"echo-list-{name}", (List(Scalar(name)),)) for name in SCALARS if name != "u8"),
    Echo("echo-list-string", (List(TEXT),)),
    Echo("echo-list-list-u8", (List(List(U8)),)),
    Echo("echo-list-list-string", (List(List(TEXT)),)),
    Echo("echo-list-tuple", (List(Tuple((U8, U64, TEXT))),)),
    Echo("echo-list-record", (List(PERSON),)),
    Echo("echo-list-variant", (List(SHAPE),)),
    Echo("echo-list-enum", (List(COLOUR),)),
    Echo("echo-list-flags", (List(RIGHTS),)),
    Echo("echo-list-option-u64", (List(Option(U64)),)),
    Echo("echo-list-result", (List(OUTCOME),)),
    Echo("echo-option-u32", (Option(U32),)),
    Echo("echo-option-f64", (Option(F64),)),
    Echo("echo-option-string", (Option(TEXT),)),
    Echo("echo-option-bytes", (Option(List(U8)),)),
    Echo("echo-option-record", (Option(PERSON),)),
    Echo("echo-option-option-u32", (Option(Option(U32)),)),
    Echo("echo-option-option-option-bool", (Option(Option(Option(Scalar("bool")))),)),
    Echo("echo-tuple", (Tuple((U8, TEXT, F64)),)),
    Echo("echo-tuple-one", (Tuple((U32,)),)),
    Echo("echo-tuple-nested", (Tuple((Tuple((U8, U64)), Tuple((TEXT, Tuple((COLOUR,)))))),)),
    Echo("echo-record", (PERSON,)),
    Echo("echo-record-many", (MANY,)),
    Echo("echo-variant", (SHAPE,)),
    Echo("echo-variant-wide", (WIDE,)),
    Echo("echo-enum", (COLOUR,)),
    Echo("echo-enum-wide", (LEVEL,)),
    Echo("echo-flags", (RIGHTS,)),
    *(Echo(f"echo-flags-{n}", (flags,)) for n, flags in FLAGS.items()),
    Echo("echo-result-top", (OUTCOME,)),
    Echo("echo-result-ok", (Result(U32),)),
    Echo("echo-result-error", (Result(None, TEXT),)),
    Echo("echo-result-empty", (Result(),)),
    Echo("echo-result-record", (Result(PERSON, SHAPE),)),
    Echo("echo-result-result", (Result(Result(U32, TEXT), Result(None, U64)),)),
    Echo("echo-result", (Tuple((OUTCOME, Result(), Result(TEXT), Result(None, F64))),)),
    Echo("echo-two-params", (TEXT, List(U8))),
    Echo("echo-sixteen-params", tuple(U32 if i % 2 else Scalar("f32") for i in range(16))),
    Echo("echo-seventeen-params", tuple(U64 if i % 2 else Scalar("s8") for i in range(17))),
    Echo("echo-spilled-params", (TEXT, PERSON, SHAPE, RIGHTS, List(TEXT), U8)),
    Echo("echo-deep", (DEEP,)),
)
