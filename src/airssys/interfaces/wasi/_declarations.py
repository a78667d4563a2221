"""The interfaces of WASI 0.2 as we offer them: read once from their texts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from airssys.engine.wit import Interface, parse_interfaces

#: Texts of one package each, in the order in which they use each other.
_PACKAGES: Final = ("io", "clocks", "random", "filesystem", "sockets", "cli")


@cache
def declared() -> dict[str, Interface]:
    """Every interface by its name without a version: `wasi:io/streams`."""
    folder = files(__package__) / "wit"
    known: list[Interface] = []
    for package in _PACKAGES:
        known += parse_interfaces((folder / f"{package}.wit").read_text("utf-8"), known=known)
    return {interface.name.partition("@")[0]: interface for interface in known}
