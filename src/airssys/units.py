"""Sizes in bytes as people write them."""

from __future__ import annotations

import re
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

#: Binary (IEC 80000-13) and decimal (SI) units; case matters, as in the standards. No suffix means bytes.
UNITS: Final[dict[str, int]] = {
    "": 1,
    "B": 1,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": KIB,
    "MiB": MIB,
    "GiB": GIB,
}

_SIZE: Final = re.compile(r"(?P<number>[0-9]{1,19}) ?(?P<unit>[A-Za-z]*)", re.ASCII)


def parse_size(text: str) -> int:
    """Turn `"1MiB"`, `"512 KiB"` or `"4096"` into bytes.

    Raises:
        ValueError: the text is no whole number followed by one of `UNITS`.

    >>> parse_size("1MiB"), parse_size("512 KiB"), parse_size("4096")
    (1048576, 524288, 4096)
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size: expected a whole number of bytes with an optional unit, as in 1MiB")
    unit = UNITS.get(match["unit"])
    if unit is None:
        known = ", ".join(name for name in UNITS if name)
        raise ValueError(f"{match['unit']!r} is no unit of size: expected one of {known}")
    return int(match["number"]) * unit


def format_size(size_bytes: int) -> str:
    """Write bytes the way a person reads them; exact when a binary unit divides them.

    >>> format_size(1048576), format_size(524289), format_size(1000)
    ('1 MiB', '512.0 KiB', '1000 B')
    """
    for unit, factor in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)):
        if size_bytes >= factor:
            whole, rest = divmod(size_bytes, factor)
            return f"{whole} {unit}" if rest == 0 else f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes} B"


def format_size_exactly(size_bytes: int) -> str:
    """Like `format_size`, with the bytes beside it where it rounds, so that two sizes never look alike by accident.

    >>> format_size_exactly(1048576), format_size_exactly(1048577)
    ('1 MiB', '1.0 MiB (1048577 bytes)')
    """
    text = format_size(size_bytes)
    return f"{text} ({size_bytes} bytes)" if "." in text else text
