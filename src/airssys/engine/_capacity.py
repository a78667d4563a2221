"""How many guests this process can hold: every instance costs memory maps, and the kernel bounds those."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from airssys.errors import InstanceLimitReached

#: Linux's default of vm.max_map_count, used where it cannot be read (Documentation/admin-guide/sysctl/vm.rst).
_DEFAULT_MAX_MAPS: Final = 65_530
#: Maps left to the rest of the program: libraries, threads, its own memory.
_RESERVED_MAPS: Final = 2_000
#: Maps of one instance without memories: its fiber's stack and the stack's guard.
_INSTANCE_MAPS: Final = 2
#: Maps of one linear memory: the usable part and the inaccessible rest.
_MEMORY_MAPS: Final = 2


def maps_of(memories: int) -> int:
    """Most memory maps that an instance with so many linear memories needs."""
    return _INSTANCE_MAPS + _MEMORY_MAPS * memories


class Capacity:
    """A budget of memory maps for all instances of this process; thread-safe."""

    def __init__(self, maps: int) -> None:
        self._maps = maps
        self._used = 0
        self._lock = threading.Lock()

    @classmethod
    def of_this_machine(cls) -> Capacity:
        """What the kernel allows, less what the program has and will need itself."""
        return cls(max(0, max_map_count() - _maps_in_use() - _RESERVED_MAPS))

    @property
    def maps(self) -> int:
        """The whole budget."""
        return self._maps

    def take(self, maps: int) -> None:
        """Reserve maps.

        Raises:
            InstanceLimitReached: there are not enough left; nothing is reserved then.
        """
        with self._lock:
            if self._used + maps > self._maps:
                raise InstanceLimitReached(
                    f"no room for another instance: it needs {maps} memory maps and {self._maps - self._used} of "
                    f"{self._maps} are left (vm.max_map_count is {max_map_count()})"
                )
            self._used += maps

    def give_back(self, maps: int) -> None:
        """Return maps after an instance is gone."""
        with self._lock:
            self._used -= maps


def max_map_count() -> int:
    """The kernel's bound on memory maps of one process."""
    try:
        return int(Path("/proc/sys/vm/max_map_count").read_text("ascii"))
    except (OSError, ValueError):
        return _DEFAULT_MAX_MAPS


def _maps_in_use() -> int:
    try:
        with Path("/proc/self/maps").open("rb") as maps:
            return sum(1 for _ in maps)
    except OSError:
        return 0
