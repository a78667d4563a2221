"""Ordinary C programs as components: what each was given, what it did with it, and what was refused.

    python examples/programs.py

`wc` counts the words of this folder's README with a right to that file alone; `cat`, which may read another folder,
wants it too and is refused; `snoop` tries to read what it must not. Everything that was decided is in the audit log,
which is shown at the end. The exit code is 1 when a program got less than it was given, or more.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import airssys
from airssys.manifest import CpuConfig, MemoryConfig

EXAMPLES = Path(__file__).resolve().parent
README = EXAMPLES / "README.md"
MIB = 1024 * 1024


async def main() -> int:
    sink = airssys.MemorySink()
    async with airssys.Host(approver=approve, audit=sink) as host:
        right = [
            await wc_counts_what_it_may_read(host),
            await cat_is_refused(host),
            await snoop_finds_nothing(host),
        ]
    print("\nwhat was decided, as the audit log has it:")
    print("\n".join(f"  {line}" for line in decisions(sink)))
    return 0 if all(right) else 1


async def wc_counts_what_it_may_read(host: airssys.Host) -> bool:
    wc = await host.start(manifest("wc", reads=[str(README)]))
    status = await wc.run([str(README)])
    print(f"wc, which may read this one file, ended with {status} and printed:\n  {wc.logs.text.strip()}")
    text = README.read_bytes()
    return status == 0 and wc.logs.text.split()[:3] == [str(text.count(b"\n")), str(len(text.split())), str(len(text))]


async def cat_is_refused(host: airssys.Host) -> bool:
    setup = airssys.WasiSetup(directories={"/examples": EXAMPLES})  # a name, and no right
    cat = await host.start(manifest("cat", reads=[str(EXAMPLES / "greeter" / "*.wat")]), wasi=setup)
    status = await cat.run(["/examples/README.md"])
    print(f"cat, which may read another folder, ended with {status} and printed:\n  {cat.logs.text.strip()}")
    return status == 1


async def snoop_finds_nothing(host: airssys.Host) -> bool:
    snoop = await host.start(manifest("misbehaving/snoop", reads=[str(EXAMPLES / "greeter" / "**")]))
    status = await snoop.run()
    print(f"snoop, which may read that folder, ended with {status} and printed:")
    print("\n".join(f"  {line.text}" for line in snoop.logs.lines()))
    return status == 0


def manifest(folder: str, *, reads: list[str]) -> airssys.Manifest:
    """What a Component.toml would say, with the paths of this machine."""
    name = Path(folder).name
    return airssys.Manifest.create(
        name=f"{name}-program",
        version="1.0.0",
        wasm=EXAMPLES / folder / f"{name}.wasm",
        limits=airssys.ResourceLimits(memory=MemoryConfig(max_bytes=MIB), cpu=CpuConfig(timeout_seconds=10)),
        capabilities=airssys.CapabilitySet.of({"filesystem.read": reads}),
    )


async def approve(request: airssys.ApprovalRequest) -> airssys.Verdict:
    """A person would look at `request.ask` here."""
    return airssys.Verdict(choice=airssys.Choice.ONCE, by="the demo")


def decisions(sink: airssys.MemorySink) -> Iterator[str]:
    for entry in sink.entries():
        if entry.event == "decision":
            request = entry.members["request"]
            what = f"{request['kind']} {request['action']} {request['resource']}"
            yield f"{entry.members['decision']:8}{entry.component}: {what}"
        elif entry.event == "summary":
            yield f"{'':8}{entry.component}: {json.dumps(entry.members['count'])} times more"


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
