"""What a binary would create, compared with what the engine creates when it is instantiated."""

from __future__ import annotations

import pytest
from wasmtime import Engine, Store, WasmtimeError, wat2wasm
from wasmtime.component import Component, Linker

from airssys.engine.binary import BinaryKind, MemoryFacts, TableFacts, analyse

PAGE = 65_536

#: WAT of a component, and how many (core instances, memories, tables, minimum pages in total) it comes to.
ORDINARY = {
    "nothing": ("(component)", (0, 0, 0, 0)),
    "a module that nobody instantiates": ("(component (core module (memory 5)))", (0, 0, 0, 0)),
    "one module": (
        "(component (core module $m (memory 5) (table 3 funcref)) (core instance (instantiate $m)))",
        (1, 1, 1, 5),
    ),
    "a module without memory": ("(component (core module $m) (core instance (instantiate $m)))", (1, 0, 0, 0)),
    "one module twice": (
        "(component (core module $m (memory 5)) (core instance (instantiate $m)) (core instance (instantiate $m)))",
        (2, 2, 0, 10),
    ),
    "several memories": (
        "(component (core module $m (memory 1) (memory 2 9) (table 1 funcref) (table 2 4 externref))"
        " (core instance (instantiate $m)))",
        (1, 2, 2, 3),
    ),
    "an imported memory is not a new one": (
        """(component
          (core module $libc (memory (export "memory") 4) (table (export "table") 1 funcref))
          (core module $main (import "libc" "memory" (memory 1)) (import "libc" "table" (table 1 funcref)) (memory 2))
          (core instance $libc (instantiate $libc))
          (core instance (instantiate $main (with "libc" (instance $libc))))
          (core instance (instantiate $main
            (with "libc" (instance
              (export "memory" (memory $libc "memory")) (export "table" (table $libc "table")))))))""",
        (3, 3, 1, 8),
    ),
    "a nested component that nobody instantiates": (
        "(component (component (core module $m (memory 5)) (core instance (instantiate $m))))",
        (0, 0, 0, 0),
    ),
    "a nested component twice": (
        "(component (component $c (core module $m (memory 5)) (core instance (instantiate $m)))"
        " (instance (instantiate $c)) (instance (instantiate $c)))",
        (2, 2, 0, 10),
    ),
    "an outer module": (
        "(component (core module $m (memory 5))"
        " (component $c (component $d (core instance (instantiate $m))) (instance (instantiate $d)))"
        " (instance (instantiate $c)))",
        (1, 1, 0, 5),
    ),
    "an outer component": (
        "(component (component $d (core module $m (memory 5)) (core instance (instantiate $m)))"
        " (component $c (instance (instantiate $d)) (instance (instantiate $d)))"
        " (instance (instantiate $c)) (instance (instantiate $c)))",
        (4, 4, 0, 20),
    ),
    "a module that an instance exports": (
        """(component
          (component $c (core module $m (memory 5)) (core module $n (memory 7))
            (export "it" (core module $m)) (export "other" (core module $n)))
          (instance $i (instantiate $c))
          (alias export $i "it" (core module $it))
          (core instance (instantiate $it)))""",
        (1, 1, 0, 5),
    ),
    "a component in an instance in an instance": (
        """(component
          (component $c (core module $m (memory 5)) (core instance (instantiate $m)))
          (instance $inner (export "c" (component $c)))
          (instance $outer (export "inner" (instance $inner)))
          (alias export $outer "inner" (instance $again))
          (alias export $again "c" (component $d))
          (instance (instantiate $d)))""",
        (1, 1, 0, 5),
    ),
    "an export takes an index of its own": (
        """(component
          (component $around
            (component $c (core module $m (memory 5)) (core instance (instantiate $m)))
            (export $d "d" (component $c))
            (component $e)
            (instance (instantiate $d)))
          (instance (instantiate $around)))""",
        (1, 1, 0, 5),
    ),
    "a guest with everything around": (
        """(component
          (type $point (record (field "x" u32) (field "next" (option (list string)))))
          (type $shape (variant (case "dot") (case "line" (tuple f32 f64))))
          (type (component
            (import "a:b/c@1.0.0" (instance (export "r" (type (sub resource))) (export "f" (func (param "a" u8)))))
            (import "m" (core module (import "a" "b" (func (param i32))) (import "a" "t" (table 1 2 funcref))
              (import "a" "g" (global (mut i64))) (export "m" (memory 1))))
            (export "g" (func (result (result (list u8) (error string)))))
            (type $u u32) (export "t" (type (eq $u)))))
          (type (flags "r" "w")) (type (result)) (type (tuple bool char s8 s16 s64 u64))
          (type $r (resource (rep i32)))
          (core func $new (canon resource.new $r)) (core func $drop (canon resource.drop $r))
          (core func $rep (canon resource.rep $r))
          (type $own (own $r)) (type $lent (borrow $r))
          (core module $m (memory (export "memory") 2)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "f") (param i32 i32) (result i32) unreachable)
            (func (export "post") (param i32)))
          (core instance $i (instantiate $m))
          (func $f (param "a" string) (result string) (canon lift (core func $i "f") string-encoding=utf16
            (memory (core memory $i "memory")) (realloc (core func $i "realloc")) (post-return (core func $i "post"))))
          (component $shim (import "f" (func $f (param "a" string) (result string))) (export "f" (func $f)))
          (instance $s (instantiate $shim (with "f" (func $f))))
          (export "a:b/c@1.0.0" (instance $s)) (export "f" (func $f) (func (param "a" string) (result string))))""",
        (1, 1, 0, 2),
    ),
}


@pytest.mark.parametrize(("wat", "expected"), ORDINARY.values(), ids=list(ORDINARY))
def test_the_numbers_are_those_of_the_engine(wat, expected):
    wasm = bytes(wat2wasm(wat))
    facts = analyse(wasm)
    instances = facts.core_instances
    memories = sum(memory.count for memory in facts.memories)
    tables = sum(table.count for table in facts.tables)
    assert (instances, memories, tables, facts.smallest_limit_bytes) == (*expected[:3], expected[3] * PAGE)
    assert facts.kind is BinaryKind.COMPONENT
    assert facts.exact
    assert not facts.uses_async
    assert_smallest_limits(wasm, instances=instances, memories=memories, tables=tables)


def assert_smallest_limits(wasm: bytes, **limits: int) -> None:
    """The engine instantiates within these counts, and not when any of them is one less."""
    assert _starts(wasm, **limits)
    for name, count in limits.items():
        if count:
            assert not _starts(wasm, **{**limits, name: count - 1}), name


def _starts(wasm: bytes, **limits: int) -> bool:
    engine = Engine()
    store = Store(engine)
    store.set_limits(**limits)
    try:
        Linker(engine).instantiate(store, Component(engine, wasm))
    except WasmtimeError as error:
        if "limit" in str(error) or "count too high" in str(error):
            return False
        raise
    return True


FROM_OUTSIDE = {
    "an imported module": '(component (import "m" (core module $m)) (core instance (instantiate $m)))',
    "an imported component": '(component (import "c" (component $c)) (instance (instantiate $c)))',
    "a module of an imported instance": """(component
        (import "i" (instance $i (export "m" (core module))))
        (alias export $i "m" (core module $m)) (core instance (instantiate $m)))""",
    "a module given as an argument": """(component
        (component $c (import "m" (core module $m)) (core instance (instantiate $m)))
        (core module $m (memory 5))
        (instance (instantiate $c (with "m" (core module $m)))))""",
    "an argument that comes back as an export": """(component
        (component $c (import "m" (core module $m)) (export "m" (core module $m)))
        (core module $m (memory 5))
        (instance $i (instantiate $c (with "m" (core module $m))))
        (alias export $i "m" (core module $back)) (core instance (instantiate $back)))""",
}


@pytest.mark.parametrize("wat", FROM_OUTSIDE.values(), ids=list(FROM_OUTSIDE))
def test_what_comes_from_outside_makes_the_numbers_lower_bounds(wat):
    padded = wat.removesuffix(")") + "(core module $own (memory 3)) (core instance (instantiate $own)))"
    facts = analyse(bytes(wat2wasm(padded)))
    assert not facts.exact
    assert facts.smallest_limit_bytes == 3 * PAGE


def test_what_comes_from_outside_does_not_matter_where_it_never_runs():
    unused = '(component (component (import "m" (core module $m)) (core instance (instantiate $m))))'
    assert analyse(bytes(wat2wasm(unused))).exact


def test_memories_and_tables_are_described():
    wat = (
        "(module (memory 2) (memory 0 7) (memory i64 1 4) (memory 1 1 shared) (table 3 funcref) (table 0 9 externref))"
    )
    facts = analyse(bytes(wat2wasm(wat)))
    assert facts.kind is BinaryKind.CORE_MODULE
    assert facts.memories == (
        MemoryFacts(min_pages=2, max_pages=None, page_bytes=PAGE, is_64=False, is_shared=False),
        MemoryFacts(min_pages=0, max_pages=7, page_bytes=PAGE, is_64=False, is_shared=False),
        MemoryFacts(min_pages=1, max_pages=4, page_bytes=PAGE, is_64=True, is_shared=False),
        MemoryFacts(min_pages=1, max_pages=1, page_bytes=PAGE, is_64=False, is_shared=True),
    )
    assert facts.tables == (TableFacts(min_elements=3, max_elements=None), TableFacts(min_elements=0, max_elements=9))
    assert facts.smallest_limit_bytes == 4 * PAGE


def test_a_memory_may_use_every_feature_at_once():
    facts = analyse(bytes(wat2wasm("(module (memory i64 3 5 shared (pagesize 1)))")))
    everything = MemoryFacts(min_pages=3, max_pages=5, page_bytes=1, is_64=True, is_shared=True)
    assert facts.memories == (everything,)


def test_pages_of_another_size_count_with_their_size():
    facts = analyse(bytes(wat2wasm("(module (memory 100 (pagesize 1)))")))
    assert facts.memories[0].page_bytes == 1
    assert facts.smallest_limit_bytes == 100


def test_counts_are_kept_per_definition():
    wat = """(component
      (core module $small (memory 1)) (core module $large (memory 10 20))
      (core instance (instantiate $small)) (core instance (instantiate $large)) (core instance (instantiate $small)))"""
    assert [(m.min_pages, m.max_pages, m.count) for m in analyse(bytes(wat2wasm(wat))).memories] == [
        (1, None, 2),
        (10, 20, 1),
    ]


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00as", b"(component)", b"\x7fELF" + b"\x00" * 100], ids=repr)
def test_other_files_are_not_wasm(data):
    facts = analyse(data)
    assert facts.kind is BinaryKind.NOT_WASM
    assert (facts.memories, facts.tables, facts.core_instances, facts.smallest_limit_bytes) == ((), (), 0, 0)
    assert (facts.exact, facts.defines_resources, facts.uses_async) == (True, False, False)


def doubling(levels: int) -> bytes:
    """A component that instantiates one module 2**levels times."""
    wat = "(component $c0 (core module $m (memory 1)) (core instance (instantiate $m)))"
    for level in range(levels):
        wat += f"(component $c{level + 1} (instance (instantiate $c{level})) (instance (instantiate $c{level})))"
    return bytes(wat2wasm(f"(component {wat} (instance (instantiate $c{levels})))"))


def test_an_instantiation_bomb_is_counted_without_being_run():
    facts = analyse(doubling(40))
    assert facts.core_instances == 2**40
    assert facts.smallest_limit_bytes == 2**40 * PAGE
    assert facts.exact


def test_a_small_bomb_counts_as_the_engine_counts():
    assert analyse(doubling(5)).core_instances == 32
    assert_smallest_limits(doubling(5), instances=32, memories=32)


def test_counts_beyond_any_machine_stop_growing():
    facts = analyse(doubling(900))
    assert facts.core_instances == 2**64
    assert facts.smallest_limit_bytes == 2**64 * PAGE


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("(core func (canon resource.new $r))", True),
        ("(core func (canon resource.drop $r))", False),
        ("(core func (canon resource.rep $r))", False),
        ("", False),
    ],
)
def test_only_who_makes_resources_defines_them(body, expected):
    facts = analyse(bytes(wat2wasm(f"(component (type $r (resource (rep i32))) {body})")))
    assert facts.defines_resources is expected
    nested = analyse(bytes(wat2wasm(f"(component (component (type $r (resource (rep i32))) {body}))")))
    assert nested.defines_resources is expected


LIFT = '(core module $m (func (export "f") (result i32) unreachable)) (core instance $i (instantiate $m))'
ASYNC = {
    "future": "(type (future))",
    "future in a list": "(type (list (future u8)))",
    "stream": "(type (stream u8))",
    "error-context": '(type (record (field "a" error-context)))',
    "async function type": "(type (func async))",
    "in an import": '(import "i" (instance (export "f" (func (param "a" (stream string))))))',
    "in a type of a component": '(type (component (type (component (import "f" (func (result (future)))))))) ',
    "in a nested component": "(component (type (future u8)))",
    "async lift": f'{LIFT} (func async (canon lift (core func $i "f") async (callback (core func $i "f"))))',
    "async lower": '(import "f" (func $f async)) (core func (canon lower (func $f) async))',
    "a built-in": "(core func (canon waitable-set.new))",
    "a built-in behind others": (
        "(type $r (resource (rep i32))) (core func (canon resource.new $r)) (core func (canon task.cancel))"
    ),
    "a stream built-in": "(type $s (stream u8)) (core func (canon stream.new $s))",
}


@pytest.mark.parametrize("body", ASYNC.values(), ids=list(ASYNC))
def test_anything_async_is_noticed(body):
    assert analyse(bytes(wat2wasm(f"(component {body})"))).uses_async


def test_a_byte_that_only_looks_like_an_async_type_is_not_one():
    labels = '(type (record (field "f" u8) (field "e" u8) (field "d" u8)))'  # the bytes 0x66, 0x65 and 0x64
    indices = "".join(f"(type $t{i} u8)" for i in range(0x70)) + "(type (tuple $t100 $t101 $t102))"
    assert not analyse(bytes(wat2wasm(f"(component {labels} {indices})"))).uses_async
