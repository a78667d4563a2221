"""Amounts that are charged: which are valid, how they are written, and the refusal of one that does not fit."""

from __future__ import annotations

from typing import Final

from airssys.errors import QuotaExceeded, QuotaInvalid

from ._counts import FIRST_RATE, LIMIT, TICK, TICKS_PER_SECOND, Counts, tick_with_room, used_of
from ._kind import QuotaKind

#: Integers with more bits are described in messages, not printed: Python refuses to print very long ones.
_PRINTED_BITS: Final = 128


def require_amount(kind: QuotaKind, amount: object) -> None:
    """Do nothing for an integer that is not negative.

    Raises:
        QuotaInvalid: the amount is something else; a boolean is no integer.
    """
    if type(amount) is not int:
        raise QuotaInvalid(f"{kind}: an amount must be an integer, not {type(amount).__name__}")
    if amount < 0:
        raise QuotaInvalid(f"{kind}: an amount cannot be negative, and {shown(kind, amount)} is")


def shown(kind: QuotaKind, amount: int) -> str:
    """An amount for a message; total on any integer."""
    if amount.bit_length() > _PRINTED_BITS:
        return f"an integer of {amount.bit_length()} bits"
    return kind.text_of(amount)


def seconds_until_room(counts: Counts, row: int, amount: int, now: float) -> float | None:
    """How long until an amount fits if nothing else is used; None when waiting does not help."""
    tick = tick_with_room(counts, row, amount) if row >= FIRST_RATE else None
    if tick is None:
        return None
    return 0.0 if tick == counts[row + TICK] else max(0.0, tick / TICKS_PER_SECOND - now)


def exceeded(kind: QuotaKind, counts: Counts, row: int, amount: int, now: float) -> QuotaExceeded:
    """The refusal of an amount that does not fit."""
    used, limit = used_of(counts, row), counts[row + LIMIT]
    seconds = seconds_until_room(counts, row, amount, now)
    span = "" if kind.is_gauge else " within one second"
    again = "" if seconds is None else f"; it fits in {seconds:.2f} s if nothing else is used"
    return QuotaExceeded(
        f"{kind}: {shown(kind, amount)} more on top of {kind.text_of(used)} "
        f"would exceed the limit of {kind.text_of(limit)}{span}{again}",
        kind=kind,
        used=used,
        requested=amount,
        limit=limit,
        resets_in=seconds,
    )
