"""Every key that a manifest may have, with the check that its value must pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Generic, TypeVar

import semver

from ._checks import check_between, check_integer, check_number, check_size, check_size_between
from ._key import Key
from ._texts import check_name, check_relative, check_text, check_texts, check_version, check_wasm
from ._value_problems import UnknownChoice, WrongType

#: Range of the deadline of one call; part of the manifest's format (docs/guides/manifest.md).
TIMEOUT_SECONDS: Final = (1, 300)

#: Range of the instruction budget of one call; part of the manifest's format (docs/guides/manifest.md).
FUEL: Final = (1_000, 100_000_000_000)

#: A linear memory of wasm32 has at most 65,536 pages of 64 KiB (core specification, validity of memory types).
ADDRESSABLE_BYTES: Final = 2**32

T_co = TypeVar("T_co", covariant=True)


class Priority(StrEnum):
    """The weight of a component's CPU slices against those of its neighbours."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T_co]):
    """A key and the one way to read its value."""

    key: Key
    check: Callable[[Key, object], T_co]

    def decode(self, value: object, *, path: str | None = None) -> T_co:
        """Turn a value of TOML or Python into the typed one, or raise the problem with it.

        `path` is where the value stands when that is not the key's usual place (in a profile, say).
        """
        return self.check(self.key if path is None else replace(self.key, path=path), value)


def _check_timeout(key: Key, value: object) -> float:
    return float(check_between(key, check_number(key, value), *TIMEOUT_SECONDS))


def _check_fuel(key: Key, value: object) -> int:
    return check_between(key, check_integer(key, value), *FUEL)


def _check_priority(key: Key, value: object) -> Priority:
    if not isinstance(value, str):
        raise WrongType(key, value, "a string")
    try:
        return Priority(value)
    except ValueError:
        raise UnknownChoice(key, value, [priority.value for priority in Priority]) from None


def _check_bound(key: Key, value: object) -> int:
    return check_size_between(key, value, 0, ADDRESSABLE_BYTES)


def _field(path: str, example: str, check: Callable[[Key, object], T_co]) -> Field[T_co]:
    """Describe one key."""
    return Field(key=Key(path=path, example=example), check=check)


NAME: Final[Field[str]] = _field("component.name", '"my-component"', check_name)
VERSION: Final[Field[semver.Version]] = _field("component.version", '"1.0.0"', check_version)
DESCRIPTION: Final[Field[str]] = _field("component.description", '"what it does"', check_text)
AUTHORS: Final[Field[tuple[str, ...]]] = _field("component.authors", '["A. Person"]', check_texts)
LICENSE: Final[Field[str]] = _field("component.license", '"Apache-2.0"', check_text)
REPOSITORY: Final[Field[str]] = _field("component.repository", '"https://example.org/my-component"', check_text)
WASM: Final[Field[str]] = _field("component.wasm", '"my-component.wasm"', check_wasm)
MAX_BYTES: Final[Field[int]] = _field("resources.memory.max_bytes", "1048576", check_size)
TIMEOUT: Final[Field[float]] = _field("resources.cpu.timeout_seconds", "30", _check_timeout)
MAX_FUEL: Final[Field[int]] = _field("resources.cpu.max_fuel", "5000000", _check_fuel)
PRIORITY: Final[Field[Priority]] = _field("resources.cpu.priority", '"normal"', _check_priority)
EXTENDS: Final[Field[str]] = _field("extends", '"../base/Component.toml"', check_relative)
BOUNDS_MIN: Final[Field[int]] = _field("bounds.memory.min_bytes", "524288", _check_bound)
BOUNDS_MAX: Final[Field[int]] = _field("bounds.memory.max_bytes", "4194304", _check_bound)
