"""What a value must look like in Python after it has been in a guest.

Promise: `difference` follows the mapping of the documentation and nothing else, strictly: a bool is no int, -0.0 is not
0.0, a NaN is a NaN, a list is no tuple, and text is text.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Protocol

from airssys import Case, Err, Ok, Some
from airssys.errors import GuestReturnedError
from tests.guests.echo import Echo
from tests.guests.wit_types import Enum, Flags, List, Option, Record, Result, Scalar, String, Tuple, Type, Variant

U8 = Scalar("u8")
FLOATS = (Scalar("f32"), Scalar("f64"))


class Callable(Protocol):
    """A `Component`, or anything else with its `call`."""

    async def call(self, export: str, /, *args: Any) -> Any: ...


async def echoed(component: Callable, echo: Echo, *values: Any) -> Any:
    """What an echo export answers, with a `result` at the top put back together."""
    if not isinstance(echo.result, Result):
        return await component.call(echo.name, *values)
    try:
        return Ok(await component.call(echo.name, *values))
    except GuestReturnedError as error:
        return Err(error.value)


def difference(kind: Type, sent: Any, got: Any, path: str = "value") -> str | None:
    """Where and how `got` is not what `sent` has to come back as; None when it is."""
    if isinstance(kind, Scalar):
        return _scalar(kind, sent, got, path)
    if isinstance(kind, String | Enum):
        return _plain(str, sent, got, path)
    if isinstance(kind, Flags):
        return _plain(frozenset, frozenset(sent), got, path)
    if isinstance(kind, List):
        if kind.element == U8:
            return _plain(bytes, bytes(memoryview(sent)), got, path)
        return _sequence(list, (kind.element,) * len(sent), sent, got, path)
    if isinstance(kind, Tuple):
        return _sequence(tuple, kind.items, sent, got, path)
    if isinstance(kind, Record):
        return _record(kind, sent, got, path)
    return _choice(kind, sent, got, path)


def _scalar(kind: Scalar, sent: Any, got: Any, path: str) -> str | None:
    if kind in FLOATS:
        if type(got) is float and math.isnan(sent):
            return None if math.isnan(got) else f"{path}: {got!r} is no NaN"
        if type(got) is float and math.copysign(1, sent) != math.copysign(1, got):
            return f"{path}: {got!r} lost the sign of {sent!r}"
        return _plain(float, sent, got, path)
    return _plain({"bool": bool, "char": str}.get(kind.name, int), sent, got, path)


def _plain(expected: type, sent: Any, got: Any, path: str) -> str | None:
    return None if type(got) is expected and got == sent else f"{path}: {sent!r} came back as {got!r}"


def _sequence(
    expected: type[list[Any] | tuple[Any, ...]], kinds: tuple[Type, ...], sent: Any, got: Any, path: str
) -> str | None:
    if not isinstance(got, expected) or len(got) != len(sent):
        return f"{path}: {sent!r} came back as {got!r}"
    for index, kind in enumerate(kinds):
        found = difference(kind, sent[index], got[index], f"{path}[{index}]")
        if found:
            return found
    return None


def _record(kind: Record, sent: Any, got: Any, path: str) -> str | None:
    names = [name.replace("-", "_") for name, _ in kind.fields]
    if not dataclasses.is_dataclass(got) or [field.name.rstrip("_") for field in dataclasses.fields(got)] != names:
        return f"{path}: {got!r} is no dataclass with the fields {names}"
    for (name, field), attribute in zip(kind.fields, dataclasses.fields(got), strict=True):
        value = sent[name] if isinstance(sent, Mapping) else getattr(sent, attribute.name)
        found = difference(field, value, getattr(got, attribute.name), f"{path}.{name}")
        if found:
            return found
    return None


def _choice(kind: Option | Result | Variant, sent: Any, got: Any, path: str) -> str | None:
    """Option, result and variant: the same case with the same payload."""
    if isinstance(kind, Option):
        if sent is None or got is None:
            return None if sent is got else f"{path}: {sent!r} came back as {got!r}"
        if not isinstance(kind.some, Option):
            return difference(kind.some, sent, got, path)
        payload: Type | None = kind.some
    elif isinstance(kind, Result):
        payload = kind.ok if isinstance(sent, Ok) else kind.error
    else:
        payload = dict(kind.cases)[sent.name]
    same_case = type(got) is type(sent) and isinstance(got, Case | Ok | Err | Some)
    if not same_case or (isinstance(got, Case) and got.name != sent.name):
        return f"{path}: {sent!r} came back as {got!r}"
    if payload is None:
        return None if got.value is None else f"{path}: {got!r} has a payload"
    return difference(payload, sent.value, got.value, f"{path}({type(sent).__name__})")
