"""An attacker in a process of its own, who exchanges two names of the file system again and again.

    with swapping(folder / "d", folder / "door"):
        ...  # `d` is now this, now that

It has begun when the `with` begins, and never pauses.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

#: renameat2(2) with RENAME_EXCHANGE: there is no moment at which either name is missing.
_PROGRAM: Final = """
import ctypes, os, sys
one, two = (os.fsencode(each) for each in sys.argv[1:])
swap = ctypes.CDLL(None, use_errno=True).renameat2
started = False
while True:
    if swap(-100, one, -100, two, 2):
        raise OSError(ctypes.get_errno(), "renameat2")
    if not started:
        started = True
        os.write(1, b"!")
"""


@contextmanager
def swapping(one: Path, two: Path) -> Iterator[None]:
    """Exchange two names, as fast as a process can."""
    attacker = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(one), str(two)], stdout=subprocess.PIPE)
    with attacker:
        try:
            assert attacker.stdout is not None
            assert attacker.stdout.read(1) == b"!"
            yield
            assert attacker.poll() is None
        finally:
            attacker.kill()
