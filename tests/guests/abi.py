"""Where the canonical ABI puts values: in core values, in memory, and from the one to the other.

Promise: `flat`, `size`, `alignment` and `store` follow the Canonical ABI explainer of the component model (sections
"Flattening", "Alignment", "Element Size", "Storing"), written here a second time and independently of the engine, so
that an echo guest made from them meets the engine's own reading of the same rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.guests.wit_types import Flags, List, Scalar, String, Type, parts, payloads

#: Scalars: name -> (core type, bytes in memory, the instruction that stores it).
SCALARS = {
    "bool": ("i32", 1, "i32.store8"),
    "s8": ("i32", 1, "i32.store8"),
    "u8": ("i32", 1, "i32.store8"),
    "s16": ("i32", 2, "i32.store16"),
    "u16": ("i32", 2, "i32.store16"),
    "s32": ("i32", 4, "i32.store"),
    "u32": ("i32", 4, "i32.store"),
    "s64": ("i64", 8, "i64.store"),
    "u64": ("i64", 8, "i64.store"),
    "f32": ("f32", 4, "f32.store"),
    "f64": ("f64", 8, "f64.store"),
    "char": ("i32", 4, "i32.store"),
}


def flat(kind: Type) -> list[str]:
    """The core types that carry one value when it is passed without memory."""
    cases = payloads(kind)
    if cases is not None:
        joined: list[str] = []
        for case in cases:
            for index, core in enumerate(flat(case) if case else []):
                if index < len(joined):
                    joined[index] = _join(joined[index], core)
                else:
                    joined.append(core)
        return ["i32", *joined]
    match kind:
        case Scalar(name):
            return [SCALARS[name][0]]
        case String() | List():
            return ["i32", "i32"]
        case Flags():
            return ["i32"]
    return [core for part in parts(kind) for core in flat(part)]


def _join(one: str, other: str) -> str:
    """The core type that can carry either of two."""
    if one == other:
        return one
    return "i32" if {one, other} == {"i32", "f32"} else "i64"


def alignment(kind: Type) -> int:
    """What the address of a value in memory is a multiple of."""
    match kind:
        case Scalar(name):
            return SCALARS[name][1]
        case String() | List():
            return 4
        case Flags(_, labels):
            return _flags_size(labels)
    own = _discriminant_size(cases) if (cases := payloads(kind)) is not None else 1
    return max([own, *map(alignment, parts(kind))])


def size(kind: Type) -> int:
    """Bytes of one value in memory, padding included."""
    match kind:
        case Scalar(name):
            return SCALARS[name][1]
        case String() | List():
            return 8
        case Flags(_, labels):
            return _flags_size(labels)
    if (cases := payloads(kind)) is not None:
        end = _payload_offset(kind) + max([0, *(size(case) for case in cases if case)])
    else:
        *_, end = _offsets(parts(kind))
    return _aligned(end, alignment(kind))


def _flags_size(labels: Sequence[str]) -> int:
    return 1 if len(labels) <= 8 else 2 if len(labels) <= 16 else 4


def _discriminant_size(cases: Sequence[object]) -> int:
    return 1 if len(cases) <= 256 else 2


def _payload_offset(kind: Type) -> int:
    return _aligned(_discriminant_size(payloads(kind) or ()), max([1, *map(alignment, parts(kind))]))


def _offsets(fields: Sequence[Type]) -> Iterator[int]:
    """Where each field starts, and where the last one ends."""
    end = 0
    for field in fields:
        start = _aligned(end, alignment(field))
        yield start
        end = start + size(field)
    yield end


def _aligned(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


# ---------------------------------------------------------------- from flat values to memory


def store(kind: Type, values: Sequence[tuple[int, str]], offset: int = 0) -> list[str]:
    """WAT that writes a value to `$to` plus the offset; `values` are the locals that carry it and their core types."""
    cases = payloads(kind)
    if cases is not None:
        instruction = "i32.store8" if _discriminant_size(cases) == 1 else "i32.store16"
        code = [_store_one(instruction, values[0], "i32", offset)]
        for index, case in enumerate(cases):
            if case is not None:
                inner = " ".join(store(case, values[1:], offset + _payload_offset(kind)))
                code.append(f"(if (i32.eq {_unjoined(values[0], 'i32')} (i32.const {index})) (then {inner}))")
        return code
    match kind:
        case Scalar(name):
            core, _, instruction = SCALARS[name]
            return [_store_one(instruction, values[0], core, offset)]
        case String() | List():
            return [_store_one("i32.store", value, "i32", offset + 4 * i) for i, value in enumerate(values[:2])]
        case Flags(_, labels):
            instruction = {1: "i32.store8", 2: "i32.store16", 4: "i32.store"}[_flags_size(labels)]
            return [_store_one(instruction, values[0], "i32", offset)]
    code, used = [], 0
    for part, start in zip(parts(kind), _offsets(parts(kind)), strict=False):
        code += store(part, values[used:], offset + start)
        used += len(flat(part))
    return code


#: How to get the wanted core type out of the joined one that carries it: (carried, wanted) -> instructions.
_UNJOIN = {
    ("i32", "f32"): "(f32.reinterpret_i32 {})",
    ("i64", "i32"): "(i32.wrap_i64 {})",
    ("i64", "f32"): "(f32.reinterpret_i32 (i32.wrap_i64 {}))",
    ("i64", "f64"): "(f64.reinterpret_i64 {})",
}


def _unjoined(value: tuple[int, str], wanted: str) -> str:
    local, carried = value
    got = f"(local.get {local})"
    return got if carried == wanted else _UNJOIN[carried, wanted].format(got)


def _store_one(instruction: str, value: tuple[int, str], wanted: str, offset: int) -> str:
    return f"({instruction} offset={offset} (local.get $to) {_unjoined(value, wanted)})"
