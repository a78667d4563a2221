"""Ports and ranges of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, Generic, NamedTuple, TypeVar

LOWEST: Final = 1
HIGHEST: Final = 65_535

_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)

T = TypeVar("T")


class Ports(NamedTuple):
    """The ports from `low` to `high`, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        if self == ALL_PORTS:
            return "*"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


ALL_PORTS: Final = Ports(LOWEST, HIGHEST)


def read_port(text: str) -> int | None:
    """The number that a text is, from 1 to 65535; None when it is none."""
    number = int(text) if _PORT.fullmatch(text) else 0
    return number if LOWEST <= number <= HIGHEST else None


def read_ports(text: str) -> Ports | None:
    """The ports that `443`, `8000-8080` or `*` mean; None for any other text."""
    if text == "*":
        return ALL_PORTS
    first, dash, second = text.partition("-")
    low, high = read_port(first), read_port(second if dash else first)
    return Ports(low, high) if low and high and low <= high else None


def are_covered(ports: Ports, by: Iterable[Ports]) -> bool:
    """Whether these ranges together hold every one of the ports."""
    missing = ports.low
    for low, high in sorted(by):
        if low > missing:
            break
        missing = max(missing, high + 1)
    return missing > ports.high


class PortTable(Generic[T]):
    """Finds a range that holds a port, in time that grows with the logarithm of their number."""

    def __init__(self, entries: Iterable[tuple[Ports, T]]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry[0])
        self._lows = [ports.low for ports, _ in self.entries]
        self._reaching: list[tuple[Ports, T]] = []  # of all ranges up to each one, that which ends last
        for entry in self.entries:
            last = self._reaching[-1] if self._reaching else entry
            self._reaching.append(entry if entry[0].high > last[0].high else last)

    def find(self, port: int) -> T | None:
        """What one of the ranges that hold the port stands for."""
        number = bisect_right(self._lows, port)
        if number == 0:
            return None
        ports, found = self._reaching[number - 1]
        return found if port <= ports.high else None
