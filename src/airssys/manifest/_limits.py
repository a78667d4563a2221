"""The limits of one instance, as values that are valid by existing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from airssys.units import KIB, MIB

from ._fields import BOUNDS_MAX, BOUNDS_MIN, MAX_BYTES, MAX_FUEL, PRIORITY, TIMEOUT, Priority
from ._memory_problems import MemoryNotConfigured, MemoryTooHigh, MemoryTooLow
from ._value_problems import OutOfRange


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBounds:
    """What a component may declare as its memory limit. The operator moves it with `[bounds.memory]` in host.toml.

    Attributes:
        min_bytes: the least, included; 512 KiB in the origin's design.
        max_bytes: the most, included; 4 MiB in the origin's design.
    """

    min_bytes: int = 512 * KIB
    max_bytes: int = 4 * MIB

    def __post_init__(self) -> None:
        object.__setattr__(self, "min_bytes", BOUNDS_MIN.decode(self.min_bytes))
        object.__setattr__(self, "max_bytes", BOUNDS_MAX.decode(self.max_bytes))
        if self.min_bytes > self.max_bytes:
            said = f"is above bounds.memory.max_bytes, which is {self.max_bytes}"
            expected = f"at most {self.max_bytes}"
            write = BOUNDS_MIN.key.line_with(str(self.max_bytes))
            raise OutOfRange(BOUNDS_MIN.key, self.min_bytes, said, expected=expected, write=write)

    def check(self, max_bytes: int) -> int:
        """Return `max_bytes` when a component may declare it.

        Raises:
            MemoryTooLow: it is below the bounds.
            MemoryTooHigh: it is above the bounds.
        """
        if max_bytes < self.min_bytes:
            raise MemoryTooLow(max_bytes, minimum_bytes=self.min_bytes, maximum_bytes=self.max_bytes)
        if max_bytes > self.max_bytes:
            raise MemoryTooHigh(max_bytes, minimum_bytes=self.min_bytes, maximum_bytes=self.max_bytes)
        return max_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryConfig:
    """The memory limit of one instance.

    Attributes:
        max_bytes: ceiling over the sum of all its linear memories; an integer inside `bounds`.
        bounds: what the operator lets components declare; two limits are equal when their `max_bytes` are.

    Raises:
        WrongType, NegativeNumber, MemoryTooLow, MemoryTooHigh: `max_bytes` cannot be a limit.
    """

    max_bytes: int
    bounds: MemoryBounds = field(default_factory=MemoryBounds, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_bytes", self.bounds.check(MAX_BYTES.decode(self.max_bytes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuConfig:
    """The CPU limits of one call.

    Attributes:
        timeout_seconds: deadline of a call, host functions included; 1 to 300, fractions allowed.
        max_fuel: deterministic instruction budget of a call; 1,000 to 100,000,000,000, or `None` for no budget.
        priority: weight of its slices against those of its neighbours.

    Raises:
        WrongType, NegativeNumber, OutOfRange, UnknownChoice: a value cannot be that limit.
    """

    timeout_seconds: float = 30.0
    max_fuel: int | None = None
    priority: Priority = Priority.NORMAL

    def __post_init__(self) -> None:
        object.__setattr__(self, "timeout_seconds", TIMEOUT.decode(self.timeout_seconds))
        object.__setattr__(self, "priority", PRIORITY.decode(self.priority))
        if self.max_fuel is not None:
            object.__setattr__(self, "max_fuel", MAX_FUEL.decode(self.max_fuel))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimits:
    """Everything that one instance may take. Derive a changed one with `dataclasses.replace`, which validates again.

    >>> ResourceLimits(memory=MemoryConfig(max_bytes=1048576)).cpu.timeout_seconds
    30.0
    """

    memory: MemoryConfig
    cpu: CpuConfig = field(default_factory=CpuConfig)

    @staticmethod
    def builder() -> ResourceLimitsBuilder:
        """Begin without any limit set.

        >>> ResourceLimits.builder().max_memory_bytes(1048576).timeout_seconds(5).build().cpu.timeout_seconds
        5.0
        """
        return ResourceLimitsBuilder()


class ResourceLimitsBuilder:
    """Collects limits one by one; nothing is checked before `build`."""

    def __init__(self) -> None:
        self._max_bytes: int | None = None
        self._bounds = MemoryBounds()
        self._timeout_seconds: float = CpuConfig().timeout_seconds
        self._max_fuel: int | None = None
        self._priority: Priority | str = Priority.NORMAL

    def max_memory_bytes(self, max_bytes: int) -> Self:
        """Set the ceiling over the sum of all linear memories, in bytes. Mandatory."""
        self._max_bytes = max_bytes
        return self

    def bounds(self, bounds: MemoryBounds) -> Self:
        """Set what the memory limit must lie within; without it, the bounds that airssys ships."""
        self._bounds = bounds
        return self

    def timeout_seconds(self, seconds: float) -> Self:
        """Set the deadline of one call: 1 to 300 seconds, fractions allowed."""
        self._timeout_seconds = seconds
        return self

    def max_fuel(self, fuel: int | None) -> Self:
        """Set the instruction budget of one call, or `None` for no budget."""
        self._max_fuel = fuel
        return self

    def priority(self, priority: Priority | str) -> Self:
        """Set the weight of its CPU slices: `low`, `normal` or `high`."""
        self._priority = priority
        return self

    def build(self) -> ResourceLimits:
        """Validate what was set.

        Raises:
            MemoryNotConfigured: no memory limit was set.
            ManifestError: a value cannot be that limit; the first that was found.
        """
        if self._max_bytes is None:
            raise MemoryNotConfigured(minimum_bytes=self._bounds.min_bytes, maximum_bytes=self._bounds.max_bytes)
        return ResourceLimits(
            memory=MemoryConfig(max_bytes=self._max_bytes, bounds=self._bounds),
            cpu=CpuConfig(
                timeout_seconds=self._timeout_seconds,
                max_fuel=self._max_fuel,
                priority=PRIORITY.decode(self._priority),
            ),
        )
