"""Programs that write a trust file and die.

`dies_writing.py steps FOLDER`: for every step that two edits take, a process that ends right before it, in FOLDER/STEP;
what it finished is in FOLDER/STEP/told. `dies_writing.py on FILE`: edits until somebody kills it, and tells each edit
that it finished.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from airssys.trust import TrustStore, add_rule, remove_rule

#: Everything that changes what is on the disk. Reaching it is left out: a kill loses nothing that the kernel has.
STEPS = ("open", "fchmod", "fsync", "replace", "link", "unlink", "mkdir")


def edits() -> Iterator[tuple[str, int]]:
    """Two rules, one of them removed again; and so on."""
    for number in itertools.count():
        yield "+", number
        if number % 2:
            yield "-", number


def edit(store: TrustStore, told: TextIO, count: int | None = None) -> None:
    for sign, number in itertools.islice(edits(), count):
        if sign == "+":
            add_rule(store, {"name": f"rule-{number}", "kind": "local", "path": f"/srv/{number}/*"})
        else:
            remove_rule(store, f"rule-{number}")
        told.write(f"{sign}{number}\n")
        told.flush()


def die_before(step: int) -> None:
    """End this process, as by a kill, before its step of that number."""
    counter = itertools.count(1)

    def dying(function):
        def instead(*args, **kwargs):
            if next(counter) == step:
                os._exit(9)
            return None if function is fsync else function(*args, **kwargs)

        return instead

    fsync = os.fsync
    for name in STEPS:
        setattr(os, name, dying(getattr(os, name)))


def die_at_every_step(base: Path) -> None:
    for step in itertools.count(1):
        folder = base / str(step)
        folder.mkdir()
        with (folder / "told").open("w") as told:
            child = os.fork()
            if child == 0:
                die_before(step)
                edit(TrustStore(folder / "etc" / "trust.toml"), told, 2)
                os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            return


def main() -> None:
    match sys.argv[1:]:
        case ["steps", folder]:
            die_at_every_step(Path(folder))
        case ["on", file]:
            edit(TrustStore(file), sys.stdout)


if __name__ == "__main__":
    main()
