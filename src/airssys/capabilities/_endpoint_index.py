"""Many endpoint patterns, found by the endpoint that they match.

Promise: finding takes one lookup for each label of a name, or for each length of prefix that occurs, however many
patterns there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, TypeAlias, TypeVar

from ._endpoints import Endpoint, EndpointPattern
from ._hosts import AnyHost, Below, Block, Host, Name
from ._ports import Ports, PortTable, are_covered

T = TypeVar("T")

_Entry: TypeAlias = tuple[EndpointPattern, T]
_Table: TypeAlias = PortTable[_Entry[T]]


class EndpointIndex(Generic[T]):
    """Finds what matches an endpoint; threads may share it.

    Args:
        entries: patterns, and what each of them stands for.
    """

    def __init__(self, entries: Iterable[tuple[EndpointPattern, T]]) -> None:
        by_host: defaultdict[Host, list[tuple[Ports, _Entry[T]]]] = defaultdict(list)
        for pattern, owner in entries:
            by_host[pattern.host].append((pattern.ports, (pattern, owner)))
        self._names: dict[str, _Table[T]] = {}
        self._below: dict[str, _Table[T]] = {}
        self._blocks: dict[int, dict[int, dict[int, _Table[T]]]] = {4: {}, 6: {}}
        self._everywhere: _Table[T] | None = None
        for host, ports in by_host.items():
            self._add(host, PortTable(ports))

    def find(self, endpoint: Endpoint) -> T | None:
        """What one of the patterns that match the endpoint stands for."""
        tables = self._of_name(endpoint.name) if endpoint.name else self._of_address(endpoint)
        for table in tables:
            entry = table.find(endpoint.port)
            if entry is not None:
                return entry[1]
        entry = None if self._everywhere is None else self._everywhere.find(endpoint.port)
        return None if entry is None else entry[1]

    def covering(self, pattern: EndpointPattern) -> Iterator[T]:
        """What every other pattern that covers this one by itself stands for."""
        for other, owner in self._entries_around(pattern.host):
            if other != pattern and other.covers(pattern):
                yield owner

    def covers(self, pattern: EndpointPattern) -> bool:
        """Whether every endpoint that a pattern matches is matched by one of these or another.

        True is certain. False is certain but for blocks that only several others cover together.
        """
        return are_covered(pattern.ports, [other.ports for other, _ in self._entries_around(pattern.host)])

    def _add(self, host: Host, table: _Table[T]) -> None:
        match host:
            case AnyHost():
                self._everywhere = table
            case Name():
                self._names[host.name] = table
            case Below():
                self._below[host.domain] = table
            case Block():
                network = host.network
                shift = network.max_prefixlen - network.prefixlen
                of_length = self._blocks[network.version].setdefault(shift, {})
                of_length[int(network.network_address) >> shift] = table

    def _of_name(self, name: str) -> Iterator[_Table[T]]:
        if name in self._names:
            yield self._names[name]
        if self._below:
            yield from self._of_names_below(name)

    def _of_names_below(self, name: str) -> Iterator[_Table[T]]:
        """Every table of a name that this one is below."""
        dot = name.find(".")
        while dot >= 0:
            table = self._below.get(name[dot + 1 :])
            if table is not None:
                yield table
            dot = name.find(".", dot + 1)

    def _of_address(self, endpoint: Endpoint) -> Iterator[_Table[T]]:
        for shift, blocks in self._blocks[endpoint.version].items():
            table = blocks.get(endpoint.address >> shift)
            if table is not None:
                yield table

    def _entries_around(self, host: Host) -> list[_Entry[T]]:
        """Every entry whose host covers this one."""
        match host:
            case Name():
                tables = [*self._of_name(host.name)]
            case Below():
                tables = [*self._of_names_below(f".{host.domain}")]
            case Block():
                first = int(host.network.network_address)
                shift = host.network.max_prefixlen - host.network.prefixlen
                blocks = self._blocks[host.network.version].items()
                tables = [each[first >> wider] for wider, each in blocks if wider >= shift and first >> wider in each]
            case AnyHost():
                tables = []
        if self._everywhere is not None:
            tables.append(self._everywhere)
        return [entry for table in tables for _, entry in table.entries]
