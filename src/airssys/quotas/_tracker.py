"""The tracker of one component: charges what it uses, and refuses what is too much."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from airssys.clock import Clock
from airssys.errors import QuotaInvalid

from ._amounts import exceeded, require_amount, seconds_until_room, shown
from ._counts import (
    COUNT_MAX,
    FIRST_RATE,
    FREE,
    LIMIT,
    LOW,
    RATES,
    ROWS,
    TICK,
    TICKS_PER_SECOND,
    advance,
    limit_of,
    no_counts,
    put,
    settle,
    used_of,
)
from ._kind import QuotaKind
from ._level import LevelChange, QuotaLevel, level_of, reach
from ._quota import ResourceQuota
from ._status import QuotaStatus


class QuotaTracker:
    """Counts what one component uses against its quotas. Any number of threads may share it.

    Args:
        quota: the limits in force until `set_quota`.
        clock: its monotonic time is the time of the windows; a step backwards counts as no step.
        on_level: told of every crossing of a level, once, in order, by whoever caused or noticed it. It is called with
            the tracker locked, so it must not wait; it may look at the tracker. What it raises reaches the caller of
            the tracker, and the amount stays charged.
    """

    __slots__ = ("_counts", "_lock", "_now", "_on_level", "_until")

    def __init__(
        self, quota: ResourceQuota, *, clock: Clock, on_level: Callable[[LevelChange], None] | None = None
    ) -> None:
        self._now = clock.monotonic
        self._on_level = on_level
        self._lock = threading.RLock()
        self._counts = no_counts()
        tick = int(self._now() * TICKS_PER_SECOND)
        self._until = (tick + 1) / TICKS_PER_SECOND
        for row in RATES.values():
            self._counts[row + TICK] = tick
        for kind, row in ROWS.items():
            self._set_limit(row, quota.limit(kind))

    # -- charging

    def consume(self, kind: QuotaKind, amount: int = 1) -> None:
        """Charge an amount, in the kind's unit, in one step: all of it, or nothing.

        Raises:
            QuotaExceeded: it does not fit; a quota of zero refuses even nothing.
            QuotaInvalid: the amount is negative or no integer.
        """
        if type(amount) is not int or amount < 0:
            require_amount(kind, amount)
        with self._lock:
            row = ROWS[kind]
            if row >= FIRST_RATE and self._now() >= self._until:
                self._catch_up()
            counts = self._counts
            used = counts[row] + amount
            if used <= counts[row + FREE]:
                counts[row] = used
                return
            limit = counts[row + LIMIT]
            if used > limit or not limit:
                raise exceeded(kind, counts, row, amount, self._now())
            counts[row] = used
            self._cross(kind, row)

    def check(self, kind: QuotaKind, amount: int = 1) -> bool:
        """Whether `consume` would charge this amount right now. Charges nothing and promises nothing.

        Raises:
            QuotaInvalid: the amount is negative or no integer.
        """
        if type(amount) is not int or amount < 0:
            require_amount(kind, amount)
        row = ROWS[kind]
        if row >= FIRST_RATE and self._now() >= self._until:
            with self._lock:
                self._catch_up()
        counts = self._counts
        limit = counts[row + LIMIT]
        return counts[row] + amount <= limit and limit > 0

    def charge(self, kind: QuotaKind, amount: int) -> float:
        """Charge what was used already, however much it is. What exceeds the limit is a debt that is paid with the
        room of the seconds that follow.

        Returns:
            Seconds until anything fits again, 0.0 if that is now, infinity if it is never (a quota of zero).

        Raises:
            QuotaInvalid: the amount is negative or no integer, or the kind is no rate.
        """
        with self._lock:
            require_amount(kind, amount)
            if kind.is_gauge:
                raise QuotaInvalid(f"{kind} is held, not used up by the second: consume and release it")
            row = ROWS[kind]
            self._catch_up()
            put(self._counts, row, min(amount, COUNT_MAX))
            self._cross(kind, row)
            seconds = seconds_until_room(self._counts, row, 1, self._now())
            return float("inf") if seconds is None else seconds

    def release(self, kind: QuotaKind, amount: int) -> None:
        """Give back what is no longer held, of a gauge.

        Raises:
            QuotaInvalid: more than is held, the amount is negative or no integer, or the kind is no gauge.
        """
        with self._lock:
            row = self._gauge(kind, amount)
            held = self._counts[row]
            if amount > held:
                raise QuotaInvalid(f"{kind}: {shown(kind, amount)} cannot be released, {kind.text_of(held)} are held")
            self._counts[row] = held - amount
            self._cross(kind, row)

    def recount(self, kind: QuotaKind, held: int) -> None:
        """Set a gauge to what is held, be it more than the limit: it was counted where it lies.

        Raises:
            QuotaInvalid: the amount is negative or no integer, or the kind is no gauge.
        """
        with self._lock:
            row, counts = self._gauge(kind, held), self._counts
            if counts[row + LOW] <= held <= counts[row + FREE]:  # the level stays
                counts[row] = held
                return
            counts[row] = min(held, COUNT_MAX)
            self._cross(kind, row)

    # -- changing and watching

    def set_quota(self, quota: ResourceQuota) -> None:
        """Change the limits; what is used stays used, and the next charge meets the new limits."""
        with self._lock:
            self._catch_up()
            for kind, row in ROWS.items():
                before = self._level(row)
                self._set_limit(row, quota.limit(kind))
                self._tell(kind, row, before)

    def status(self) -> Mapping[QuotaKind, QuotaStatus]:
        """Every quota as it is now, in one consistent snapshot."""
        with self._lock:
            used = self.usage()
            return {
                kind: QuotaStatus(kind=kind, used=used[kind], limit=limit_of(self._counts, row))
                for kind, row in ROWS.items()
            }

    def usage(self) -> Mapping[QuotaKind, int]:
        """What counts now, by kind: all there is to keep when the host stops."""
        with self._lock:
            self._catch_up()
            return {kind: used_of(self._counts, row) for kind, row in ROWS.items()}

    def restore(self, usage: Mapping[QuotaKind, int] | Mapping[str, int]) -> None:
        """Take over what another tracker had in use. Rates count as if they were used just now: a restart lets nobody
        have a second twice.

        Raises:
            QuotaInvalid: an amount is negative or no integer, or there is no such kind.
        """
        for name, amount in usage.items():
            if name not in ROWS:
                raise QuotaInvalid(f"{name} is no kind of quota: expected one of {', '.join(ROWS)}")
            kind = QuotaKind(name)
            if kind.is_gauge:
                self.recount(kind, amount)
            else:
                self.charge(kind, amount)

    # -- inside, always under the lock

    def _catch_up(self) -> None:
        """Let the time of the rates pass up to now. When an event cannot be told, the next one goes on from there."""
        tick = int(self._now() * TICKS_PER_SECOND)
        for kind, row in RATES.items():
            if tick > self._counts[row + TICK]:
                advance(self._counts, row, tick)
                self._cross(kind, row)
        self._until = (tick + 1) / TICKS_PER_SECOND

    def _gauge(self, kind: QuotaKind, amount: object) -> int:
        """The row of a gauge."""
        require_amount(kind, amount)
        if not kind.is_gauge:
            raise QuotaInvalid(f"{kind} is used up by the second: nothing of it is held")
        return ROWS[kind]

    def _set_limit(self, row: int, limit: int | None) -> None:
        self._counts[row + LIMIT] = COUNT_MAX if limit is None else limit
        if row >= FIRST_RATE:
            settle(self._counts, row)
        self._note_level(row)

    def _level(self, row: int) -> QuotaLevel:
        """The level that was noted last: the one that begins where its reach does."""
        return level_of(self._counts[row + LOW], limit_of(self._counts, row))

    def _note_level(self, row: int) -> None:
        limit = limit_of(self._counts, row)
        level = level_of(self._counts[row], limit)
        self._counts[row + LOW], self._counts[row + FREE] = reach(level, limit)

    def _cross(self, kind: QuotaKind, row: int) -> None:
        """Note the level after a change of what is used."""
        previous = self._level(row)
        self._note_level(row)
        self._tell(kind, row, previous)

    def _tell(self, kind: QuotaKind, row: int, previous: QuotaLevel) -> None:
        level = self._level(row)
        if level is not previous and self._on_level is not None:
            used, limit = used_of(self._counts, row), limit_of(self._counts, row)
            self._on_level(LevelChange(kind=kind, previous=previous, level=level, used=used, limit=limit))
