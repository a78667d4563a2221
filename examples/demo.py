"""Good and hostile components side by side in one process, and what became of each.

    python examples/demo.py

Two good components are called again and again, and every answer is checked, while six others do their worst to the
process that all of them live in. The exit code is 1 when a good one failed or a bad one was not stopped.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

import airssys
from airssys.errors import DeadlineExceeded, GuestError, GuestTrapped, OutOfMemory

EXAMPLES = Path(__file__).resolve().parent
MIB = 1024 * 1024
#: Columns of the table where nobody says how wide the output is.
PIPED_WIDTH = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of a good component, what it is for, and whether an answer to it is right."""

    export: str
    plan: str
    args: tuple[Any, ...]
    is_right: Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One call of a bad component, what it is up to, and the error that has to stop it."""

    folder: str
    export: str
    plan: str
    stopped_by: type[GuestError]


REQUESTS = {
    "greeter": (
        Request(
            export="greet",
            plan="greets the world",
            args=("World",),
            is_right=lambda answer: answer == "Hello, World!",
        ),
        Request(
            export="airssys:examples/greeting@1.0.0#greet-many",
            plan="greets many, through an interface",
            args=(["Ada", "Grace"],),
            is_right=lambda answer: answer == ["Hello, Ada!", "Hello, Grace!"],
        ),
    ),
    "text-stats": (
        Request(
            export="analyse",
            plan="counts what is in a text",
            args=("to be or not to be",),
            is_right=lambda stats: (stats.words, stats.characters, stats.longest_word) == (6, 18, "not"),
        ),
        Request(
            export="most-common",
            plan="finds its most common words",
            args=("to be or not to be, that is the question", 2),
            is_right=lambda entries: entries == [("be", 2), ("to", 2)],
        ),
    ),
}

ATTACKS = (
    Attack(folder="hog", export="run", plan="takes memory without end", stopped_by=OutOfMemory),
    Attack(folder="two-memories", export="run", plan="the same, through two memories", stopped_by=OutOfMemory),
    Attack(folder="spinner", export="run", plan="computes for ever", stopped_by=DeadlineExceeded),
    Attack(folder="trapper", export="run", plan="aborts", stopped_by=GuestTrapped),
    Attack(folder="recursor", export="run", plan="calls itself for ever", stopped_by=GuestTrapped),
    Attack(folder="liar", export="outside", plan="returns text from outside its memory", stopped_by=GuestTrapped),
    Attack(folder="liar", export="huge", plan="returns half a billion numbers", stopped_by=GuestTrapped),
    Attack(folder="liar", export="invalid-text", plan="returns text that is none", stopped_by=GuestTrapped),
    Attack(folder="liar", export="misaligned", plan="returns numbers at an odd address", stopped_by=GuestTrapped),
)


@dataclass(slots=True, kw_only=True)
class Service:
    """How a good component has served so far."""

    component: airssys.Component
    calls: int = 0
    slowest_seconds: float = 0.0
    answers: dict[str, Any] = field(default_factory=dict)  # the last one, by what the request is for
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attack, and the figures of its component right after it."""

    attack: Attack
    verdict: Text
    was_stopped: bool
    figures: tuple[str, str]


async def main() -> int:
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    async with airssys.Host() as host:
        with console.status("compiling the components"):
            services = [Service(component=await host.start(EXAMPLES / name)) for name in REQUESTS]
            folders = list(dict.fromkeys(attack.folder for attack in ATTACKS))
            bad = {folder: await host.start(EXAMPLES / "misbehaving" / folder) for folder in folders}
        with console.status("running all of them at once"):
            over = asyncio.Event()
            serving = [asyncio.create_task(serve(service, over)) for service in services]
            attacks = [asyncio.create_task(attack_with(bad[folder], folder)) for folder in folders]
            outcomes = [outcome for each in await asyncio.gather(*attacks) for outcome in each]
            over.set()
            await asyncio.gather(*serving)
        report(console, services, outcomes)
    good = not any(service.failures or not service.calls for service in services)
    return 0 if good and all(outcome.was_stopped for outcome in outcomes) else 1


async def serve(service: Service, over: asyncio.Event) -> None:
    """Call a good component until it is over; note every answer that is wrong, and how long the slowest one took."""
    requests = REQUESTS[service.component.name]
    while not over.is_set():
        request = requests[service.calls % len(requests)]
        start = time.perf_counter()
        try:
            answer = await service.component.call(request.export, *request.args)
        except airssys.errors.AirssysError as error:
            service.failures.append(str(error))
        else:
            service.answers[request.plan] = answer
            if not request.is_right(answer):
                service.failures.append(f"{request.export} returned {answer!r}")
        service.slowest_seconds = max(service.slowest_seconds, time.perf_counter() - start)
        service.calls += 1
        await asyncio.sleep(0)  # a call that finishes at once does not let the others run


async def attack_with(component: airssys.Component, folder: str) -> list[Outcome]:
    """Let a bad component do its worst, one attack after the other: each one meets a new instance."""
    outcomes = []
    for attack in (attack for attack in ATTACKS if attack.folder == folder):
        try:
            answer = await component.call(attack.export)
        except GuestError as error:
            was_stopped = isinstance(error, attack.stopped_by)
            verdict = Text(reason(error), style="yellow" if was_stopped else "bold red")
        else:
            was_stopped, verdict = False, Text(f"NOT STOPPED: returned {answer!r}", style="bold red")
        outcomes.append(Outcome(attack=attack, verdict=verdict, was_stopped=was_stopped, figures=figures_of(component)))
    return outcomes


def reason(error: GuestError) -> str:
    """Why a component was stopped, for people."""
    match error:
        case OutOfMemory():
            return f"stopped: out of memory, wanted {error.requested_bytes / MIB:.2f} MiB"
        case DeadlineExceeded():
            return f"stopped: not finished after {error.timeout_seconds:g} s"
        case GuestTrapped():
            return f"stopped: {error.kind.replace('-', ' ')}"
        case _:
            return f"stopped: {error}"


def figures_of(component: airssys.Component) -> tuple[str, str]:
    """Memory and CPU time, as the table shows them."""
    memory = component.memory
    sizes = (memory.current_bytes, memory.peak_bytes, memory.limit_bytes)
    return " / ".join(f"{size / MIB:.2f}" for size in sizes), f"{component.cpu.total_seconds * 1000:.1f} ms"


def report(console: Console, services: Iterable[Service], outcomes: Iterable[Outcome]) -> None:
    """Print who ran, what it returned or why it was stopped, and how the good ones fared meanwhile."""
    table = Table(title="One process, eight components", title_justify="left")
    for heading in ("component", "what it does", "what became of it"):
        table.add_column(heading, overflow="fold")
    table.add_column("memory now / peak / limit, MiB", justify="right")
    table.add_column("CPU", justify="right")
    for service in services:
        for plan, answer in service.answers.items():
            shown = Text(f"returned {answer!r}", style="green")
            table.add_row(service.component.name, plan, shown, *figures_of(service.component))
    table.add_section()
    for outcome in outcomes:
        table.add_row(outcome.attack.folder, outcome.attack.plan, outcome.verdict, *outcome.figures)
    console.print(table)
    console.print(closing_sentence(services))


def closing_sentence(services: Iterable[Service]) -> Text:
    """How the good components fared while all of that happened."""
    services = list(services)
    failures = [failure for service in services for failure in service.failures]
    names = " and ".join(service.component.name for service in services)
    calls = sum(service.calls for service in services)
    slowest = max(service.slowest_seconds for service in services) * 1000
    if failures:
        return Text(
            f"{names} were called {calls:,} times and failed {len(failures):,}: {failures[0]}", style="bold red"
        )
    return Text(
        f"While all of that happened, {names} answered {calls:,} calls. None of them failed; the slowest answer took"
        f" {slowest:.1f} ms.",
        style="bold green",
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
