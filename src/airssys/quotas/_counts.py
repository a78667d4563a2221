"""The counts of one tracker, and the arithmetic of the sliding window. Pure: time comes in as ticks.

All counts are 64-bit integers in one array, a row for each kind, so that a tracker stays below 1 KiB. A rate is counted
in slots of a sixteenth of a second. Two moments that are at most a second apart are at most 16 ticks apart, so the sum
over 17 slots is never less than what passed in the last second, and holding it at the limit holds every second there.
The price is that an amount counts for up to a sixteenth of a second too long: docs/adr/0010-quota-windows.md.

The slot of the latest tick is what is used beyond the other slots. It is written when time passes on, so that whoever
charges changes one number.
"""

from __future__ import annotations

from array import array
from typing import Final, TypeAlias

from ._kind import QuotaKind

#: Slots of one second; a power of two, so that seconds become ticks without rounding.
TICKS_PER_SECOND: Final = 16
SLOT_COUNT: Final = TICKS_PER_SECOND + 1

#: Stands for "no limit" and ends every count: two of them still fit into 64 bits.
COUNT_MAX: Final = 2**62

#: The columns of every row: what is used, the limit, from where the present level reaches, and how much may be used
#: without leaving that level or exceeding the limit.
USED, LIMIT, LOW, FREE = range(4)
#: Further columns of a rate: its latest tick, what was charged beyond the limit and still has to be paid, the slots.
TICK, DEBT, SLOTS = range(4, 7)

_GAUGE_COLUMNS: Final = FREE + 1
_RATE_COLUMNS: Final = SLOTS + SLOT_COUNT
#: Rows from here on are rates.
FIRST_RATE: Final = 2 * _GAUGE_COLUMNS
#: Where the row of a kind begins.
ROWS: Final[dict[QuotaKind, int]] = {
    QuotaKind.STORAGE: 0,
    QuotaKind.MEMORY: _GAUGE_COLUMNS,
    QuotaKind.MESSAGES: FIRST_RATE,
    QuotaKind.NETWORK: FIRST_RATE + _RATE_COLUMNS,
    QuotaKind.CPU: FIRST_RATE + 2 * _RATE_COLUMNS,
}
RATES: Final = {kind: row for kind, row in ROWS.items() if row >= FIRST_RATE}

Counts: TypeAlias = "array[int]"

_EMPTY_SLOTS: Final[Counts] = array("q", bytes(8 * SLOT_COUNT))


def no_counts() -> Counts:
    """Nothing used, and no room for anything yet."""
    return array("q", bytes(8 * (FIRST_RATE + 3 * _RATE_COLUMNS)))


def limit_of(counts: Counts, row: int) -> int | None:
    """The limit of a row; None for no limit."""
    return None if counts[row + LIMIT] == COUNT_MAX else counts[row + LIMIT]


def used_of(counts: Counts, row: int) -> int:
    """Everything that counts against the limit of a row, debt included."""
    return min(COUNT_MAX, counts[row + USED] + (counts[row + DEBT] if row >= FIRST_RATE else 0))


def advance(counts: Counts, row: int, tick: int) -> None:
    """Let time pass up to a tick, which must be later: what is too old no longer counts, and debt takes its place."""
    passed = tick - counts[row + TICK]
    _write_latest_slot(counts, row)
    if not counts[row + DEBT]:
        if passed < SLOT_COUNT:
            _turn(counts, row, passed)
        else:
            counts[row + USED] = 0
            counts[row + SLOTS : row + SLOTS + SLOT_COUNT] = _EMPTY_SLOTS
    else:
        _turn(counts, row, min(passed, SLOT_COUNT))
        if passed > SLOT_COUNT:
            _turn(counts, row, min(_pay_whole_turns(counts, row, passed - SLOT_COUNT), 2 * SLOT_COUNT))
    counts[row + TICK] = tick


def put(counts: Counts, row: int, amount: int) -> None:
    """Count an amount at the latest tick, as far as the limit has room; the rest becomes debt."""
    fitting = max(0, min(amount, counts[row + LIMIT] - counts[row + USED]))
    counts[row + USED] += fitting
    counts[row + DEBT] = min(COUNT_MAX, counts[row + DEBT] + amount - fitting)


def settle(counts: Counts, row: int) -> None:
    """Pay debt from room that a higher limit has made."""
    debt = counts[row + DEBT]
    counts[row + DEBT] = 0
    put(counts, row, debt)


def tick_with_room(counts: Counts, row: int, amount: int) -> int | None:
    """The first tick at which an amount fits if nothing else is used; None when it never does."""
    used, limit, tick = counts[row + USED], counts[row + LIMIT], counts[row + TICK]
    if not limit or amount > limit:
        return None
    to_free = used + counts[row + DEBT] + amount - limit
    if to_free <= 0:
        return tick
    turns, to_free = divmod(to_free - 1, used)  # while there is debt, every turn frees the same amounts again
    for oldest in range(tick + 1, tick + SLOT_COUNT):
        to_free -= counts[row + SLOTS + oldest % SLOT_COUNT]
        if to_free < 0:
            return oldest + turns * SLOT_COUNT
    return tick + (turns + 1) * SLOT_COUNT


def _write_latest_slot(counts: Counts, row: int) -> None:
    slots = row + SLOTS
    latest = slots + counts[row + TICK] % SLOT_COUNT
    counts[latest] = 0
    counts[latest] = counts[row + USED] - sum(counts[slots : slots + SLOT_COUNT])


def _turn(counts: Counts, row: int, ticks: int) -> None:
    """Let ticks pass one by one."""
    used, debt, limit, last = counts[row + USED], counts[row + DEBT], counts[row + LIMIT], counts[row + TICK]
    for tick in range(last + 1, last + ticks + 1):
        slot = row + SLOTS + tick % SLOT_COUNT
        used -= counts[slot]
        paid = max(0, min(debt, limit - used)) if debt else 0
        counts[slot] = paid
        used += paid
        debt -= paid
    counts[row + USED], counts[row + DEBT], counts[row + TICK] = used, debt, last + ticks


def _pay_whole_turns(counts: Counts, row: int, ticks: int) -> int:
    """Skip turns through which the window stays full of debt; returns the ticks that are left."""
    limit = counts[row + LIMIT]
    turns = ticks // SLOT_COUNT
    if limit:
        turns = min(turns, counts[row + DEBT] // limit)
        counts[row + DEBT] -= turns * limit
    counts[row + TICK] += turns * SLOT_COUNT
    return ticks - turns * SLOT_COUNT
