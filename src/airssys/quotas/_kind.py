"""What a quota counts, and in which unit."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from airssys.units import format_size_exactly

NANOSECONDS_PER_MS: Final = 1_000_000


class QuotaKind(StrEnum):
    """The five quotas, named as in `[quotas]`; memory is named there only by `[resources.memory]`.

    Amounts are bytes of storage, network and memory, messages one by one, and nanoseconds of CPU time: a call may take
    a few thousand of them, and rounded to milliseconds it would be free.
    """

    STORAGE = "storage"
    MESSAGES = "messages_per_second"
    NETWORK = "network_per_second"
    CPU = "cpu_ms_per_second"
    MEMORY = "memory"

    @property
    def is_gauge(self) -> bool:
        """Counts what is held, and falls when it is released; the other kinds count what passed within a second."""
        return self in (QuotaKind.STORAGE, QuotaKind.MEMORY)

    def text_of(self, amount: int) -> str:
        """An amount of this kind as a person reads it.

        >>> QuotaKind.NETWORK.text_of(1048576), QuotaKind.CPU.text_of(2_500_000), QuotaKind.MESSAGES.text_of(1)
        ('1 MiB', '2.5 ms', '1')
        """
        if self is QuotaKind.MESSAGES:
            return str(amount)
        if self is QuotaKind.CPU:
            return f"{amount / NANOSECONDS_PER_MS:.1f} ms"
        return format_size_exactly(amount)
