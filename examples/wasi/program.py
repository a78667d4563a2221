"""Builds a C program as a WASI 0.2 command: one component of the program, wasi-libc and the adapter beside this file.

1. Zig's clang compiles and links the program for preview 1, which is what its wasi-libc speaks. The adapter's files
   define the functions that wasi-libc would import, so the linker settles them within the program.
2. The wiring of the packages that the program imports is put together around a placeholder.
3. The placeholder is replaced by the program, as for the components without a C library.

The same sources give the same bytes with the same version of ziglang, in any folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wasmtime import Engine, MemoryType, Module

HERE = Path(__file__).resolve().parent

#: Compiled with debugging information, for that is what keeps the names; the rest of it is dropped.
COMPILE = (
    *("cc", "--target=wasm32-wasi", "-mcpu=generic+bulk_memory", "-std=gnu11", "-Os", "-g"),
    *("-Wall", "-Wextra", "-Werror"),
)
#: The memory is the wiring's: the host needs it before the program is there. One page of stack, below the data: a stack
#: that overflows traps, it does not overwrite anything.
LINK = ("-Wl,--import-memory", "-Wl,-z,stack-size=65536")

#: In the order in which they refer to each other. Everything needs streams; the others are there if they are imported.
PACKAGES = ("io", "clocks", "random", "filesystem", "cli", "sockets")
PREVIEW_1 = "wasi_snapshot_preview1"


def build_program(source: Path, scratch: Path, template: dict[str, Any]) -> bytes:
    """The component of one C file, as bytes. `scratch` also keeps the compiled C library for the next one.

    `template` has the names of the `build.py` that `airssys init --lang c` makes: its ways to run zig and to put a
    module in the place of a placeholder.
    """
    core = link(source, scratch, template)
    (scratch / "wiring.wat").write_text(wiring(core, template), "utf-8")
    whole: bytes = template["join"](core, scratch / "wiring.wat")
    return whole


def link(source: Path, scratch: Path, template: dict[str, Any]) -> bytes:
    """Compile and link the program; of its custom sections keep the functions' names, for backtraces."""
    sources = [source, *sorted(HERE.glob("*.c"))]
    for each in (*sources, *HERE.glob("*.h")):
        (scratch / each.name).write_bytes(each.read_bytes())
    output = scratch / f"{source.stem}.wasm"
    names = [each.name for each in sources]
    template["run_zig"]([*COMPILE, *LINK, *names, "-o", output.name], str(scratch))
    core = output.read_bytes()
    custom, sections = template["CUSTOM_SECTION"], template["sections"](core)
    kept = [raw for kind, body, raw in sections if kind != custom or body.startswith(b"\x04name")]
    return core[: template["HEADER_SIZE"]] + b"".join(kept)


def wiring(core: bytes, template: dict[str, Any]) -> str:
    """The component around the program, with the packages that it imports."""
    imports = Module(Engine(), core).imports
    pages = next(each.type.limits.min for each in imports if isinstance(each.type, MemoryType))
    left = sorted(str(each.name) for each in imports if each.module == PREVIEW_1)
    if left:
        raise template["BuildError"](
            f"the program needs functions of preview 1 that {HERE.name}/ does not have: {', '.join(left)}.\n"
            "Write them there, beside their kin, or do without."
        )
    interfaces = sorted({each.module for each in imports if each.module.startswith("wasi:")})
    imported = {"wasi:io", *(each.partition("/")[0] for each in interfaces)}
    packages = [name for name in PACKAGES if f"wasi:{name}" in imported]
    parts = "\n".join((HERE / "wiring" / f"{name}.wat").read_text("utf-8") for name in packages)
    arguments = "\n".join(f'(with "{each}" (instance ${each}))' for each in interfaces)
    frame = (HERE / "wiring" / "component.wat").read_text("utf-8")
    filled = {"(; pages ;)": str(pages), ";; (imports)": parts, ";; (arguments)": arguments}
    for place, text in filled.items():
        frame = frame.replace(place, text)
    return frame
