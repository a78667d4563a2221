"""What a reviewer gives of what is asked for: less, never more."""

from __future__ import annotations

from airssys.capabilities import CapabilitySet
from airssys.errors import ApprovalWidened


def narrowed(asked: CapabilitySet, only: CapabilitySet | None) -> CapabilitySet:
    """What is given of what is asked for. Pure.

    Args:
        only: the part; None for all of it.

    Raises:
        ApprovalWidened: a right of it was not asked for, or it is too hard to tell whether it was.
    """
    if only is None:
        return asked
    beyond = only.difference(asked)
    if beyond or not asked.covers(only):
        raise ApprovalWidened(
            f"this was not asked for: {', '.join(map(str, beyond)) or str(only)}", beyond=tuple(map(str, beyond))
        )
    return only
