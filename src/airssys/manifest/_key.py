"""One key of the manifest: its path, and a line that shows it used well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where a value stands.

    Attributes:
        path: dotted, as in `resources.cpu.timeout_seconds`.
        example: the right side of a line that is valid, as TOML writes it.
        parts: how many parts of the path stand left of the equals sign of that line.
    """

    path: str
    example: str
    parts: int = 1

    @property
    def name(self) -> str:
        """The last parts of the path: what stands left of the equals sign."""
        return ".".join(self.path.rsplit(".", self.parts)[-self.parts :])

    @property
    def line(self) -> str:
        """A line that is valid here."""
        return self.line_with(self.example)

    def line_with(self, right_side: str) -> str:
        """The line that gives this key the value that is written `right_side` in TOML."""
        return f"{self.name} = {right_side}"
