"""Numbers and sizes: each check turns a value of TOML or Python into a typed one, or raises the problem with it."""

from __future__ import annotations

from typing import Final, TypeVar

from airssys.units import UNITS, parse_size

from ._key import Key
from ._shown import shown, size
from ._value_problems import BadSize, BadUnit, NegativeNumber, OutOfRange, WrongType

_Number = TypeVar("_Number", int, float)

#: What a unit that is nearly right was probably meant to be, by its first letter.
_LIKELY_UNITS: Final = {"k": "KiB", "m": "MiB", "g": "GiB", "b": "B"}


def check_integer(key: Key, value: object) -> int:
    """Accept an integer that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongType(key, value, "an integer")
    return _not_negative(key, value)


def check_number(key: Key, value: object) -> int | float:
    """Accept an integer or a float that is not negative."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongType(key, value, "a number")
    return _not_negative(key, value)


def check_between(key: Key, value: _Number, lowest: int, highest: int) -> _Number:
    """Accept a number from `lowest` to `highest`, both included; NaN is in no range."""
    if lowest <= value <= highest:
        return value
    said = f"is out of range: it must be from {lowest} to {highest}"
    nearest = highest if value > highest else lowest
    raise OutOfRange(
        key, value, said, expected=f"a number from {lowest} to {highest}", write=key.line_with(str(nearest))
    )


def check_size(key: Key, value: object) -> int:
    """Accept bytes as an integer, or a text with a unit such as `"1MiB"`."""
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongType(key, value, 'an integer of bytes or a text such as "1MiB"')
        return _not_negative(key, value)
    try:
        return parse_size(value)
    except ValueError:
        raise _bad_size(key, value) from None


def check_size_between(key: Key, value: object, lowest: int, highest: int) -> int:
    """Accept a size from `lowest` to `highest` bytes, both included."""
    size_bytes = check_size(key, value)
    if lowest <= size_bytes <= highest:
        return size_bytes
    nearest = highest if size_bytes > highest else lowest
    expected = f"{size(lowest)} to {size(highest)}"
    raise OutOfRange(
        key, value, f"is out of range: it must be {expected}", expected=expected, write=key.line_with(str(nearest))
    )


def _not_negative(key: Key, value: _Number) -> _Number:
    if value < 0:
        raise NegativeNumber(key, value, "must not be negative", expected="a number that is not negative")
    return value


def _bad_size(key: Key, text: str) -> BadSize | BadUnit | NegativeNumber:
    number = text.strip()
    digits = number[: len(number) - len(number.lstrip("0123456789"))]
    unit = number[len(digits) :].strip()
    if number.startswith("-"):
        return NegativeNumber(key, text, "must not be negative", expected="a number that is not negative")
    if not digits or not unit.isalpha() or unit in UNITS:
        return BadSize(key, text, "is no size", expected='a whole number of bytes, or a text such as "1MiB"')
    known = [name for name in UNITS if name]
    likely = next((name for name in known if name.lower() == unit.lower()), _LIKELY_UNITS.get(unit[0].lower(), "B"))
    return BadUnit(
        key,
        text,
        f"has no known unit: {shown(unit)}",
        expected=f"a whole number with one of {', '.join(known)}",
        write=key.line_with(f'"{digits[:19]}{likely}"'),
    )
