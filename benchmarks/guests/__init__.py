"""The guests of the benchmarks: their sources, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
#: The test guests that show what a call costs serve here as well: their behaviour is tested.
_TESTED: Final = _HERE.parent.parent / "tests" / "guests" / "components"


def path(name: str) -> Path:
    """The file of a component: one of ours, or one of the test guests."""
    own = [_HERE / f"{name}.wat", _HERE / name / f"{name}.wasm"]
    return next((file for file in own if file.is_file()), _TESTED / f"{name}.wat")


def extism_echo() -> str:
    """The WAT of Extism's plugin; a core module, as Extism knows no components."""
    return (_HERE / "extism-echo.wat").read_text("utf-8")
