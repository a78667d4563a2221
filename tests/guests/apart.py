"""Runs a piece of a test in a process of its own, for what might end the process or needs the process to itself."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
#: No program of these tests takes so long when all is well.
_SECONDS: Final = 60.0

_PROGRAM: Final = """
import asyncio, sys
from pathlib import Path
from airssys.engine import *
from airssys.errors import *
from airssys.manifest import CpuConfig
from tests.guests import wat
from tests.guests.hosting import call

async def linked(guest, *interfaces):
    compiled = await Compiler(cache=CodeCache(Path(sys.argv[1]))).compile(wat.text(guest).encode())
    return link(compiled, interfaces)

async def started(guest, *interfaces, max_bytes=1 << 20):
    return await instantiate(await linked(guest, *interfaces), max_memory_bytes=max_bytes)

async def main():
{body}

asyncio.run(main())
"""


def run_apart(body: str, cache_folder: Path) -> str:
    """Run the body of an `async def` in a new process; what it printed. A process that does not exit with 0 fails the
    test with everything that it said."""
    program = _PROGRAM.format(body=textwrap.indent(textwrap.dedent(body), "    "))
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program, str(cache_folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"it ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()
