"""Rebuilds the examples that are written in C, or checks that what is committed is what the sources give.

    pip install -c constraints.txt ziglang wasmtime
    python examples/build.py                    # rebuild all of them in place
    python examples/build.py text-stats         # only this one
    python examples/build.py --check            # rebuild elsewhere and compare byte for byte; 1 when one differs

The build of a component without a C library is the one that `airssys init --lang c` gives to a new project, so that it
is tested with the examples. The build of ordinary C programs adds to it what is in `wasi/`.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent
TEMPLATE = EXAMPLES.parent / "src" / "airssys" / "cli" / "templates" / "c"

#: The folders with a C source. The other examples are WAT, which the host assembles itself.
COMPONENTS = ("text-stats",)  # with a wiring of their own
PROGRAMS = ("wc", "cat", "misbehaving/snoop")  # with a `main`, for WASI
C_EXAMPLES = COMPONENTS + PROGRAMS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rebuild the examples that are written in C.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which; all by default: {', '.join(C_EXAMPLES)}")
    parser.add_argument("--check", action="store_true", help="write nothing: compare with what is committed")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(C_EXAMPLES))
    if unknown:
        parser.error(f"no C example is called {', '.join(unknown)}; there is {', '.join(C_EXAMPLES)}")
    template = runpy.run_path(str(TEMPLATE / "build.py.template"), run_name="template")
    build_error: type[Exception] = template["BuildError"]
    act = check if options.check else write
    try:
        # Programs are built in one place, so that the C library is compiled once: that takes most of the time.
        with tempfile.TemporaryDirectory() as scratch:
            names = options.names or C_EXAMPLES
            return max([act(name, build(name, Path(scratch), template)) for name in names])
    except build_error as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def build(name: str, scratch: Path, template: dict[str, Any]) -> bytes:
    """The component of an example, as bytes."""
    if name in COMPONENTS:
        build_component: Callable[[Path, Sequence[Path]], bytes] = template["build"]
        return build_component(EXAMPLES / name, [TEMPLATE])
    program = runpy.run_path(str(EXAMPLES / "wasi" / "program.py"), run_name="program")
    build_program: Callable[[Path, Path, dict[str, Any]], bytes] = program["build_program"]
    return build_program(EXAMPLES / name / f"{Path(name).name}.c", scratch, template)


def target_of(name: str) -> Path:
    """Where the component is, and its manifest looks for it."""
    return EXAMPLES / name / f"{Path(name).name}.wasm"


def write(name: str, built: bytes) -> int:
    """Put the component where its manifest looks for it."""
    target = target_of(name)
    target.write_bytes(built)
    print(f"built {target.relative_to(EXAMPLES.parent)}, {len(built)} bytes")
    return 0


def check(name: str, built: bytes) -> int:
    """Compare the component with the committed one, byte for byte."""
    target = target_of(name)
    committed = target.read_bytes() if target.is_file() else b""
    if committed == built:
        print(f"{target.relative_to(EXAMPLES.parent)} is what its sources give")
        return 0
    where = next((i for i, pair in enumerate(zip(committed, built, strict=False)) if pair[0] != pair[1]), -1)
    first = min(len(committed), len(built)) if where < 0 else where
    print(
        f"error: {target.relative_to(EXAMPLES.parent)} is not what its sources give: {len(committed)} bytes are"
        f" committed, {len(built)} were built, and they differ from byte {first} on.\n"
        f"Run `python examples/build.py {name}` with the pinned version of ziglang and commit the result.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
