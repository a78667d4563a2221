"""Are two types the same to the canonical ABI?

Promise: the answer takes time in proportion to the distinct parts of both types, however often they are shared, and
no recursion. Names of records, variants, enums and flags do not count: a compiled component does not keep them.
Names of fields, cases, labels and parameters do count: they are part of the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from airssys.engine.wit._model import (
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ValueType,
    VariantType,
    parts_of,
)

SameResource: TypeAlias = Callable[[ResourceType, ResourceType], bool]


def same_resource(left: ResourceType, right: ResourceType) -> bool:
    """Equal names, and equal defining interfaces where both are known."""
    known = left.interface is not None and right.interface is not None
    return left.name == right.name and (not known or left.interface == right.interface)


def same_type(left: ValueType | None, right: ValueType | None, *, resources: SameResource = same_resource) -> bool:
    """Whether both types have the same shape; None stands for "no type" and equals only itself.

    Args:
        resources: decides whether two resources are one; a caller who knows the engine's identities passes its own.
    """
    return _all_same([(left, right)], resources)


def same_function(left: FuncType, right: FuncType, *, resources: SameResource = same_resource) -> bool:
    """Whether both signatures have the same parameter names, parameter types and result type."""
    if [name for name, _ in left.params] != [name for name, _ in right.params]:
        return False
    pairs = [(a, b) for (_, a), (_, b) in zip(left.params, right.params, strict=True)]
    return _all_same([*pairs, (left.result, right.result)], resources)


def _all_same(pairs: Iterable[tuple[ValueType | None, ValueType | None]], resources: SameResource) -> bool:
    pending = list(pairs)
    seen: set[tuple[int, int]] = set()
    while pending:
        left, right = pending.pop()
        if left is None or right is None:
            if left is not right:
                return False
        elif (id(left), id(right)) not in seen:
            seen.add((id(left), id(right)))
            left_parts, right_parts = parts_of(left), parts_of(right)
            if not _same_outside(left, right, resources) or len(left_parts) != len(right_parts):
                return False
            pending.extend(zip(left_parts, right_parts, strict=True))
    return True


def _same_outside(left: ValueType, right: ValueType, resources: SameResource) -> bool:
    """Same kind and same labels, whatever the parts are."""
    match left, right:
        case (Own(resource=a), Own(resource=b)) | (Borrow(resource=a), Borrow(resource=b)):
            return resources(a, b)
        case Primitive(), Primitive():
            return left is right
    return type(left) is type(right) and _labels(left) == _labels(right)


def _labels(value_type: ValueType) -> tuple[str, ...]:
    match value_type:
        case RecordType(fields=labelled) | VariantType(cases=labelled):
            return tuple([label for label, _ in labelled])
        case EnumType(cases=labels) | FlagsType(labels=labels):
            return labels
    return ()
