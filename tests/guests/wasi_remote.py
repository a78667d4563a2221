"""Makes remote controls: guests that do with WASI what a test tells them to, one export for each function of WASI.

    text = wasi_remote.component(["wasi:filesystem/preopens", "wasi:filesystem/types"])
    guest = await guests.start(host, "remote", text=text, interfaces=[...])
    [(folder, path)] = await guest.call("preopens-get-directories")
    file = await guest.call("descriptor-open-at", folder, [], "name", ["create"], ["read", "write"])

Promise: an export has the parameters and the result of the function behind it, with `u32` for every handle: the number
under which the guest holds the resource. It passes on what it is given, bit by bit, so a wrong number or a handle that
was dropped is the host's to judge. The guest never drops a handle unless it is told to.

Names of exports:

| WASI function | export |
|---|---|
| `[method]descriptor.open-at` of any interface, statics likewise | `descriptor-open-at` |
| `[constructor]thing` | `new-thing` |
| `now` of `wasi:clocks/monotonic-clock`, `poll` of `wasi:io/poll` | `monotonic-clock-now`, `poll-poll` |
| for every resource in the imports | `drop-descriptor: func(handle: u32)` |
| named types | `filesystem-error-code`, `clocks-datetime`: their package and their name |

`wasi_remote_loops` adds exports that call a function many times: `poll-many`, `read-whole`, ..., each where the
functions that it needs are among the imports. Memory is given back after each call, and within loops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import airssys
from airssys.engine.wit import (
    Borrow,
    EnumType,
    FlagsType,
    Interface,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
    parse_interfaces,
)
from tests.guests.abi import alignment, flat, size
from tests.guests.echo import MAX_FLAT_PARAMS
from tests.guests.wasi_remote_loops import LOOPS, Loop
from tests.guests.wat_imports import COMPONENT, Definers, NamedType, imported, type_id, unversioned
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
)

_WIT: Final = Path(airssys.__file__).parent / "interfaces" / "wasi" / "wit"
#: The files there, those that others use first.
_PACKAGES: Final = ("io", "clocks", "random", "filesystem", "sockets", "cli")
#: Guests export this one; nobody imports it.
_EXPORTED_BY_GUESTS: Final = "wasi:cli/run"


def wit_text(package: str) -> str:
    """Our WIT of one package, such as `io`."""
    return (_WIT / f"{package}.wit").read_text("utf-8")


@cache
def wasi() -> tuple[Interface, ...]:
    """Every interface of our WASI, those that others use first."""
    known: list[Interface] = []
    for package in _PACKAGES:
        known += parse_interfaces(wit_text(package), known=known)
    return tuple(known)


def component(interfaces: Sequence[str] | None = None, *, version: str = "0.2.0", max_pages: int = 256) -> str:
    """The WAT of a remote control.

    Args:
        interfaces: whose functions it imports, such as `wasi:io/poll`; all of WASI when not given. Of interfaces that
            these use, it imports the types, as real guests do, and it exports `drop-R` for their resources.
        version: of WASI, as it stands in the names of the imports.
        max_pages: how large its memory may grow, in pages of 64 KiB; one that is full traps.

    Raises:
        ValueError: there is no such interface.
    """
    definers = Definers(wasi())
    asked, found = _chosen(interfaces, definers)
    calls = [call for each in found for call in _calls(each, definers, with_functions=unversioned(each.name) in asked)]
    names = {call.name for call in calls}
    loops = [loop for loop in LOOPS if names.issuperset(loop.needs)]
    exported: list[Call | Loop] = [*calls, *loops]
    return _COMPONENT.format(
        component=COMPONENT,
        max_pages=max_pages,
        imports="\n  ".join(
            imported(each, each.functions if unversioned(each.name) in asked else {}, definers, version)
            for each in found
        ),
        lowered="\n  ".join(call.lowered for call in calls),
        given="\n    ".join(f'(export "{call.name}" (func ${call.name}))' for call in calls),
        taken="\n    ".join(call.core_import() for call in calls),
        core="\n    ".join([*(call.core() for call in calls), *(loop.code for loop in loops)]),
        types="\n  ".join(map(declaration, _exported_types(calls))),
        lifts="\n  ".join(map(_lifted, exported)),
    )


def _chosen(interfaces: Sequence[str] | None, definers: Definers) -> tuple[set[str], list[Interface]]:
    """The names whose functions are imported, and the interfaces that are imported at all, in order."""
    by_name = {unversioned(each.name): each for each in wasi()}
    asked = set(by_name) - {_EXPORTED_BY_GUESTS} if interfaces is None else set(interfaces)
    if unknown := asked - set(by_name):
        raise ValueError(f"no such interfaces: {', '.join(sorted(unknown))}; there are {', '.join(by_name)}")
    needed: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += definers.needed_by(by_name[name]) - needed
    return asked, [each for name, each in by_name.items() if name in needed]


# ---------------------------------------------------------------- one function


@dataclass(frozen=True, slots=True)
class Call:
    """An export that passes its arguments on to one imported function.

    Attributes:
        lowered: the WAT that makes the imported function a core function of that name.
        params: without handles, like the result.
    """

    name: str
    lowered: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None

    @property
    def core_params(self) -> list[str]:
        """As both sides have them: what is too much for parameters lies in memory, at the address that is passed."""
        carried = flat(Tuple(tuple(kind for _, kind in self.params)))
        return carried if len(carried) <= MAX_FLAT_PARAMS else ["i32"]

    @property
    def core_result(self) -> str | None:
        """What the export returns: the value, or the address of its place in memory."""
        carried = [] if self.result is None else flat(self.result)
        return None if not carried else carried[0] if len(carried) == 1 else "i32"

    @property
    def returns_in_memory(self) -> bool:
        """Whether the imported function wants to be told an address for its result."""
        return self.result is not None and len(flat(self.result)) > 1

    def core_import(self) -> str:
        """The imported function as the core module sees it."""
        params = [*self.core_params, "i32"] if self.returns_in_memory else self.core_params
        result = "" if self.returns_in_memory else _core_result(self.core_result)
        return f'(import "wasi" "{self.name}" (func ${self.name}{_core_params(params)}{result}))'

    def core(self) -> str:
        """The core function: the call, with a fresh place for a result that needs one."""
        arguments = " ".join(f"(local.get {index})" for index in range(len(self.core_params)))
        head = f'(func $remote-{self.name} (export "{self.name}"){_core_params(self.core_params)}'
        if self.result is None or not self.returns_in_memory:
            return f"{head}{_core_result(self.core_result)} (call ${self.name} {arguments}))"
        place = f"(call $allocate (i32.const {size(self.result)}) (i32.const {alignment(self.result)}))"
        return f"""{head} (result i32) (local $to i32)
      (local.set $to {place})
      (call ${self.name} {arguments} (local.get $to))
      (local.get $to))"""


def _core_params(params: Sequence[str]) -> str:
    return f" (param {' '.join(params)})" if params else ""


def _core_result(result: str | None) -> str:
    return "" if result is None else f" (result {result})"


def _calls(interface: Interface, definers: Definers, *, with_functions: bool) -> Iterator[Call]:
    """The exports for one imported interface: its functions if they are asked for, and a drop for each resource."""
    own = unversioned(interface.name)
    for name, function in interface.functions.items() if with_functions else ():
        export = _export_name(own, name)
        yield Call(
            export,
            f'(core func ${export} (canon lower (func ${own} "{name}") {_OPTIONS}))',
            tuple((label, _handle_free(kind, definers)) for label, kind in function.params),
            None if function.result is None else _handle_free(function.result, definers),
        )
    for name, resource in interface.resources.items():
        if definers.of(resource) == own:
            drop = f"drop-{name}"
            lowered = f"(core func ${drop} (canon resource.drop {type_id(own, name)}))"
            yield Call(drop, lowered, (("handle", Scalar("u32")),), None)


def _export_name(interface: str, function: str) -> str:
    """See the table at the top."""
    kind, bracket, rest = function.rpartition("]")
    if not bracket:
        return f"{interface.rpartition('/')[2]}-{function}"
    return f"new-{rest}" if kind == "[constructor" else rest.replace(".", "-")


def _handle_free(kind: ValueType, definers: Definers) -> Type:
    """The type with `u32` for every handle, which is what a handle is to the canonical ABI."""

    def free(part: ValueType) -> Type:
        return _handle_free(part, definers)

    def optional(part: ValueType | None) -> Type | None:
        return None if part is None else free(part)

    match kind:
        case Primitive.STRING:
            return String()
        case Primitive():
            return Scalar(kind.value)
        case Own() | Borrow():
            return Scalar("u32")
        case ListType(element):
            return List(free(element))
        case OptionType(payload):
            return Option(free(payload))
        case ResultType(ok, err):
            return Result(optional(ok), optional(err))
        case TupleType(elements):
            return Tuple(tuple(map(free, elements)))
        case RecordType(_, fields):
            return Record(_type_name(kind, definers), tuple((label, free(field)) for label, field in fields))
        case VariantType(_, cases):
            return Variant(_type_name(kind, definers), tuple((label, optional(case)) for label, case in cases))
        case EnumType(_, labels):
            return Enum(_type_name(kind, definers), labels)
        case FlagsType(_, labels):
            return Flags(_type_name(kind, definers), labels)


def _type_name(kind: NamedType, definers: Definers) -> str:
    package = definers.of(kind).partition(":")[2].partition("/")[0]
    return f"{package}-{kind.name}"


# ---------------------------------------------------------------- the component around them


def _exported_types(calls: Sequence[Call]) -> list[Named]:
    """The named types of the signatures, each after what it is made of."""
    found: dict[str, Named] = {}
    for call in calls:
        for kind in (*(kind for _, kind in call.params), *([] if call.result is None else [call.result])):
            for named in named_types(kind):
                if found.setdefault(named.name, named) != named:
                    raise ValueError(f"two types are called {named.name!r}")
    return list(found.values())


def _lifted(made: Call | Loop) -> str:
    """The component-model function around a core function; its post-return gives the memory back."""
    params = "".join(f' (param "{label}" {wat(kind)})' for label, kind in made.params)
    result = "" if made.result is None else f" (result {wat(made.result)})"
    return f"""(func (export "{made.name}"){params}{result}
    (canon lift (core func $remote "{made.name}") {_OPTIONS}
      (post-return (core func $allocator "done-{made.core_result or "nothing"}"))))"""


_OPTIONS: Final = (
    'string-encoding=utf8 (memory (core memory $allocator "memory")) (realloc (core func $allocator "realloc"))'
)

_COMPONENT: Final = """(component {component}
  {imports}
  ;; The memory and its allocator are a module of their own: imported functions need them before there is a caller.
  (core module $allocator
    (memory (export "memory") 1 {max_pages})
    (global $free (export "free") (mut i32) (i32.const 16))
    (func $allocate (export "allocate") (param $size i32) (param $align i32) (result i32)
      (local $start i32) (local $missing i32)
      (local.set $start (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $start) (local.get $size)))
      (if (i32.lt_u (global.get $free) (local.get $start)) (then unreachable))
      (local.set $missing (i32.sub
        (i32.add (i32.shr_u (global.get $free) (i32.const 16))
          (i32.ne (i32.and (global.get $free) (i32.const 0xffff)) (i32.const 0)))
        (memory.size)))
      (if (i32.gt_s (local.get $missing) (i32.const 0))
        (then (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then unreachable))))
      (local.get $start))
    (func (export "realloc") (param $old i32) (param $had i32) (param $align i32) (param $size i32) (result i32)
      (local $new i32)
      (local.set $new (call $allocate (local.get $size) (local.get $align)))
      (memory.copy (local.get $new) (local.get $old)
        (select (local.get $had) (local.get $size) (i32.lt_u (local.get $had) (local.get $size))))
      (local.get $new))
    (func $reset (global.set $free (i32.const 16)))
    (func (export "done-nothing") (call $reset))
    (func (export "done-i32") (param i32) (call $reset))
    (func (export "done-i64") (param i64) (call $reset)))
  (core instance $allocator (instantiate $allocator))
  {lowered}
  (core module $remote
    (import "allocator" "memory" (memory 1))
    (import "allocator" "free" (global $free (mut i32)))
    (import "allocator" "allocate" (func $allocate (param i32 i32) (result i32)))
    {taken}
    {core})
  (core instance $wasi
    {given})
  (core instance $remote (instantiate $remote (with "allocator" (instance $allocator)) (with "wasi" (instance $wasi))))
  {types}
  {lifts})
"""
