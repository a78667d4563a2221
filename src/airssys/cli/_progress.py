"""A bar on standard error for whatever takes longer than half a second; on a terminal only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from airssys.cli._console import printable, remarks
from airssys.host import HostConfig

#: Faster than this, a bar would only flicker.
SHOWN_AFTER_SECONDS: Final = 0.5
#: Ten steps a second look like movement.
_STEP_SECONDS: Final = 0.1


class Waiting:
    """Tells a person what is being waited for, for how long already, and how long it can take at most.

        with Waiting() as waiting:
            waiting.begin("compiling it", 120.0)
            ...

    Needs a running event loop between `begin` and `end`.
    """

    def __init__(self) -> None:
        self._console = remarks()
        self._timer: asyncio.TimerHandle | None = None
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._what = ""
        self._bound = 0.0
        self._started = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def begin(self, what: str, bound_seconds: float) -> None:
        """Start waiting for something that is stopped after `bound_seconds`; ends what was waited for before."""
        self.end()
        if self._console.is_terminal:
            loop = asyncio.get_running_loop()
            self._what, self._bound, self._started = what, bound_seconds, loop.time()
            self._timer = loop.call_later(SHOWN_AFTER_SECONDS, self._step)

    def compiling(self, wasm: Path, config: HostConfig) -> None:
        """`begin` for a compilation."""
        self.begin(f"compiling {printable(wasm.name)}", config.compile.timeout_seconds)

    def end(self) -> None:
        """It is over; the bar goes away."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _step(self) -> None:
        loop = asyncio.get_running_loop()
        if self._progress is None:
            self._progress = self._bar()
            self._task = self._progress.add_task(self._what, total=self._bound, elapsed_text="")
            self._progress.start()
        elapsed = loop.time() - self._started
        self._progress.update(self._task, completed=min(elapsed, self._bound), elapsed_text=f"{elapsed:.0f} s")
        self._progress.refresh()
        self._timer = loop.call_later(_STEP_SECONDS, self._step)

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[elapsed_text]}", markup=False),
            TextColumn(f"of at most {self._bound:g} s", markup=False, style="dim"),
            console=self._console,
            transient=True,
            auto_refresh=False,
        )
