"""The test guests by name: `text("hostile")` is the WAT of one; README.md says what each is for.

Promise: most are files in components/; those that are the same thing many times are made here, and a test may ask for
another number of it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.guests import echo

COMPONENTS = Path(__file__).parent / "components"


def memories(count: int, pages: int = 1, maximum: int = 64) -> str:
    """One core instance with so many memories, each of so many pages; exports `pages: func() -> u32`."""
    declared = "\n    ".join(f"(memory {pages} {maximum})" for _ in range(count))
    total = " ".join(f"(i32.add (memory.size {i})" for i in range(count)) + " (i32.const 0)" + ")" * count
    return f"""(component
  (core module $memories
    {declared}
    (func $pages (export "pages") (result i32) {total}))
  (core instance $main (instantiate $memories))
  (func (export "pages") (result u32) (canon lift (core func $main "pages"))))
"""


def tables(count: int, elements: int = 1) -> str:
    """One core instance with so many tables of so many elements; exports `ready: func() -> bool`."""
    declared = "\n    ".join(f"(table {elements} funcref)" for _ in range(count))
    return f"""(component
  (core module $tables
    {declared}
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $tables))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
"""


def instances(count: int, pages: int | None = None) -> str:
    """So many core instances, with a memory each if `pages` are given; exports `ready: func() -> bool`."""
    memory = "" if pages is None else f"(memory {pages}) "
    more = "\n  ".join("(core instance (instantiate $one))" for _ in range(count - 1))
    return f"""(component
  (core module $one {memory}(func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $one))
  {more}
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
"""


def slow_to_compile(depth: int = 200, variables: int = 800) -> str:
    """A component of 8 KiB that keeps the compiler busy for some 20 s and 300 MiB; exports `ready: func() -> bool`.

    The innermost of the nested loops changes every variable, so every loop needs every variable's value from two sides:
    `depth * variables` values to place, more than linear in time. `depth=100, variables=400` takes about 0.1 s.
    """
    changes = " ".join(f"(local.set {i + 1} (i64.add (local.get {i + 1}) (i64.const 1)))" for i in range(variables))
    return f"""(component
  (core module $slow
    (func (param i32) (local {"i64 " * variables})
      {"(loop " * depth}{changes}{" (br_if 0 (local.get 0)))" * depth})
    (func $ready (export "ready") (result i32) (i32.const 1)))
  (core instance $main (instantiate $slow))
  (func (export "ready") (result bool) (canon lift (core func $main "ready"))))
"""


MADE: dict[str, Callable[[], str]] = {
    "echo": lambda: echo.component(echo.EXPORTS),
    "hundred-memories": lambda: memories(100),
    "many-instances": lambda: instances(300),
}

NAMES = tuple(sorted([*MADE, *(path.stem for path in COMPONENTS.glob("*.wat"))]))


def text(name: str) -> str:
    """The WAT of a guest, by its name."""
    if name in MADE:
        return MADE[name]()
    return (COMPONENTS / f"{name}.wat").read_text("utf-8")


def project(folder: Path, name: str, *, max_bytes: int = 1 << 20, cpu: str = "") -> Path:
    """Write the guest as a component project, `cpu` being lines of [resources.cpu]; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.wat").write_text(text(name), "utf-8")
    (folder / "Component.toml").write_text(
        f'[component]\nname = "{name}"\nversion = "1.0.0"\n\n'
        f"[resources.memory]\nmax_bytes = {max_bytes}\n\n[resources.cpu]\n{cpu}\n",
        "utf-8",
    )
    return folder
