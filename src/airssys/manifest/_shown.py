"""How values of a manifest are shown in messages: short, printable, and total on any input.

A manifest may be hostile: its texts reach terminals and logs, so nothing here lets a control character through, and
no value makes a message longer than a few lines.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Final

from airssys.units import KIB, format_size

#: Longest text shown in full; enough for every legal value of a name, a version or a size.
MAX_SHOWN_CHARACTERS: Final = 80

#: Above this an integer is described, not printed: Python refuses to print integers of more than 4300 digits.
MAX_SHOWN_BITS: Final = 128

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)

_TYPE_NAMES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "a boolean"),  # before int: in Python a boolean is one
    (int, "an integer"),
    (float, "a float"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
    (datetime.datetime, "a date-time"),  # before date: in Python a date-time is one
    (datetime.date, "a date"),
    (datetime.time, "a time"),
)


def type_name(value: object) -> str:
    """Name the TOML type of a value, with its article."""
    for kind, name in _TYPE_NAMES:
        if isinstance(value, kind):
            return name
    return f"a Python {type(value).__name__}"


def shown(value: object) -> str:
    """Write a value as TOML writes it, on one line; lists, tables and very large values are described instead."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > MAX_SHOWN_BITS:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return type_name(value)


def is_shown_in_full(value: object) -> bool:
    """Tell whether `shown` gives text that TOML reads back as the same value."""
    if isinstance(value, str):
        return len(value) <= MAX_SHOWN_CHARACTERS
    return isinstance(value, (bool, float)) or (isinstance(value, int) and value.bit_length() <= MAX_SHOWN_BITS)


def quoted(text: str) -> str:
    """Write a text as a TOML basic string, cut after `MAX_SHOWN_CHARACTERS`."""
    escaped = text[:MAX_SHOWN_CHARACTERS].replace("\\", "\\\\").replace('"', '\\"')
    return f'"{printable(escaped)}"' + ("..." if len(text) > MAX_SHOWN_CHARACTERS else "")


def printable(text: str) -> str:
    """Replace every character that is not printable with its TOML escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def dotted(parts: Iterable[str]) -> str:
    """Join the parts of a key path, quoting those that TOML would want quoted."""
    return ".".join(part if _BARE_KEY.fullmatch(part) else quoted(part) for part in parts)


def size(size_bytes: int) -> str:
    """Write a size as the manifest has it, followed by what a person reads: `524288 (512 KiB)`."""
    if size_bytes < KIB or size_bytes.bit_length() > MAX_SHOWN_BITS:
        return shown(size_bytes)
    return f"{size_bytes} ({format_size(size_bytes)})"


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
