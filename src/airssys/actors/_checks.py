"""Checks that the specifications of this room share: each returns the value, or says what it should have been."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TypeVar

from airssys.errors import SpecInvalid

Choice = TypeVar("Choice", bound=StrEnum)


def check_count(what: str, value: object, *, least: int) -> int:
    """A whole number from `least` upwards; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecInvalid(f"{what} is {value!r}: expected a whole number, at least {least}")
    return value


def check_seconds(what: str, value: object, *, least: float = 0.0, open_end: bool = False) -> float:
    """A finite number of seconds from `least` upwards; with `open_end`, strictly above it."""
    if type(value) is float and least < value < math.inf:
        return value  # every question comes here
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SpecInvalid(f"{what} is {value!r}: expected a finite number of seconds")
    if value < least or (open_end and value == least):
        raise SpecInvalid(f"{what} is {value!r}: expected {'more than' if open_end else 'at least'} {least:g} seconds")
    return float(value)


def check_choice(what: str, value: object, choices: type[Choice]) -> Choice:
    """One of the words, given as such or as the enum's member."""
    if isinstance(value, choices):
        return value
    try:
        return choices(str(value))
    except ValueError:
        known = ", ".join(str(choice) for choice in choices)
        raise SpecInvalid(f"{what} is {value!r}: expected one of {known}") from None


def check_word(what: str, value: object) -> str:
    """A text that can stand in a path."""
    if not isinstance(value, str) or not value or "/" in value or not value.isprintable():
        raise SpecInvalid(f"{what} is {value!r}: expected a text of printable characters without a slash")
    return value
