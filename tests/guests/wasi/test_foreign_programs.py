"""Promise: programs that others compiled run unchanged: arguments, variables, folders, output, exit status.

No registry has such programs as components, so they are brought along: `AIRSSYS_FOREIGN_PROGRAMS` names a folder of
components, each with a `.json` beside it that says how it is run and what becomes of it, in the form of the
wasi-testsuite (its doc/specification.md; both forms are read). The wasi-testsuite's own programs are modules of preview
1: `jco new --wasi-command` makes a component of one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import pytest

from airssys import CapabilitySet, Choice, Manifest, ResourceLimits, Verdict, WasiSetup
from airssys.manifest import CpuConfig, MemoryBounds, MemoryConfig, OperatorDefaults
from tests.guests.hosting import MIB, PAGE, Guests

_FOLDER: Final = os.environ.get("AIRSSYS_FOREIGN_PROGRAMS")
_PROGRAMS: Final = sorted(Path(_FOLDER).rglob("*.wasm")) if _FOLDER else []
_BOUNDS: Final = MemoryBounds(min_bytes=PAGE, max_bytes=1024 * MIB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How a program is run, and what becomes of it; None for what nobody says."""

    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    root: str | None = None
    exit_code: int = 0
    stdout: str | None = None
    stderr: str | None = None

    @classmethod
    def of(cls, program: Path) -> Self:
        """What stands beside the program."""
        path = program.with_suffix(".json")
        told: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        for step in told.pop("operations", ()):
            match step.pop("type"):
                case "read":
                    told[step.get("id", "stdout")] = step.get("payload", "")
                case _:
                    told |= step
        known = {name: told[name] for name in cls.__dataclass_fields__ if told.get(name) is not None}
        return cls(**{**known, "args": tuple(known.get("args", ()))})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the program's folder is copied to."""
    return tmp_path.resolve() / "root"


@pytest.mark.skipif(not _PROGRAMS, reason="AIRSSYS_FOREIGN_PROGRAMS names no folder of programs; no registry has them")
@pytest.mark.parametrize("program", _PROGRAMS, ids=lambda program: f"{program.parent.name}/{program.stem}")
async def test_a_program_does_what_its_authors_say(guests: Guests, root: Path, program: Path):
    case = Case.of(program)
    rights: dict[str, list[str]] = {"environment.read": list(case.env)} if case.env else {}
    if case.root is not None:
        shutil.copytree(program.parent / case.root, root)
        rights |= {"filesystem.read": [f"{root}/**"], "filesystem.write": [f"{root}/**"]}
    folders = {} if case.root is None else {"/": root}
    async with guests.host(authority={"approver": _approve}, operator=OperatorDefaults(bounds=_BOUNDS)) as host:
        setup = WasiSetup(arguments=case.args, environment=case.env, directories=folders)
        component = await host.start(_manifest(program, CapabilitySet.of(rights)), wasi=setup)
        status = await component.run()
        lines = component.logs.lines()

    said = {name: "".join(f"{line.text}\n" for line in lines if line.stream == name) for name in ("stdout", "stderr")}
    assert status == case.exit_code, said["stderr"]
    for name, expected in (("stdout", case.stdout), ("stderr", case.stderr)):
        assert expected is None or said[name].rstrip("\n") == expected.rstrip("\n")


def _manifest(program: Path, capabilities: CapabilitySet) -> Manifest:
    memory = MemoryConfig(max_bytes=256 * MIB, bounds=_BOUNDS)
    return Manifest.create(
        name="foreign-program",
        version="1.0.0",
        wasm=program,
        limits=ResourceLimits(memory=memory, cpu=CpuConfig(timeout_seconds=60)),
        capabilities=capabilities,
    )


async def _approve(_request: Any) -> Verdict:
    return Verdict(choice=Choice.ALWAYS, by="maria")
