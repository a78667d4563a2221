"""When a guest may run on the event loop's own thread, and when it may not."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from airssys.engine._slot import PollSlot, current_slot
from airssys.engine._ticker import TICK_SECONDS

TICK_NS: Final = int(TICK_SECONDS * 1e9)
#: Inline time in one turn of the loop after which a new turn must be noticed. An eighth of a tick: scheduling the
#: notice costs about 1 us, so it is below 1 % of what it bounds.
NOTICE_NS: Final = TICK_NS // 8
#: Exports whose pace is remembered, per process. The least recently started ones are forgotten.
_MAX_REMEMBERED: Final = 4096


class Turn:
    """The inline time of one event loop: a shared budget of one tick per turn, not a right of each call.

    Attributes:
        spent_ns: inline time of the present turn; whoever runs a slice adds to it.
        loop: whose turn it is; None for a store that is closed.
        slot: the loop thread's slot.
    """

    __slots__ = ("_noticed", "loop", "slot", "spent_ns")

    def __init__(self, loop: asyncio.AbstractEventLoop | None, slot: PollSlot) -> None:
        self.loop = loop
        self.slot = slot
        self.spent_ns = 0
        self._noticed = False

    def notice(self) -> None:
        """Have the next turn begin at zero; to be called once `spent_ns` is above `NOTICE_NS`."""
        if not self._noticed and self.loop is not None:
            self._noticed = True
            self.loop.call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._noticed = False
        self.spent_ns = 0


def turn_of(loop: asyncio.AbstractEventLoop) -> Turn:
    """The turn of the loop that this thread runs."""
    slot = current_slot()
    turn = slot.turn
    if turn is None or turn.loop is not loop:
        turn = slot.turn = Turn(loop, slot)
        slot.on_loop = True
    return turn


#: Of a store that is closed.
NO_TURN: Final = Turn(None, PollSlot())


class Pace:
    """What is known about one export of one component: whether it takes longer than a tick.

    An export is slow once a call used more than a tick, and quick again once a call used less than a quarter of one;
    between the two nothing changes.
    """

    __slots__ = ("slow",)

    def __init__(self) -> None:
        self.slow = False

    def learn(self, cpu_ns: int) -> None:
        """Remember how long a call took."""
        if cpu_ns > TICK_NS:
            self.slow = True
        elif cpu_ns < TICK_NS // 4:
            self.slow = False


class Paces:
    """The paces of all exports, by digest rather than by instance, bounded."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Pace] = OrderedDict()

    def of(self, digest: str, export: str) -> Pace:
        """The pace of an export."""
        key = (digest, export)
        pace = self._known.get(key)
        if pace is None:
            pace = self._known[key] = Pace()
            if len(self._known) > _MAX_REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return pace
