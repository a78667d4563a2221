"""All capabilities of one kind and action, found by what they admit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, cast

from ._capability import Capability
from ._chain_index import ChainIndex
from ._chain_pattern import ChainPattern
from ._effort import Effort
from ._endpoint_index import EndpointIndex
from ._endpoints import EndpointPattern
from ._syntax import Normal

#: What admits a resource; the resource has to be one of the index's kind.
Find: TypeAlias = Callable[[Normal], Capability | None]


class RightIndex:
    """An index over capabilities that have the same kind and action.

    Attributes:
        find: gives the capability that admits a resource.
    """

    def __init__(self, capabilities: Sequence[Capability]) -> None:
        chains = [(each.pattern, each) for each in capabilities if isinstance(each.pattern, ChainPattern)]
        endpoints = [(each.pattern, each) for each in capabilities if isinstance(each.pattern, EndpointPattern)]
        self._endpoints = EndpointIndex(endpoints)
        self._chains = ChainIndex(chains)
        self.find = cast(Find, self._endpoints.find if endpoints else self._chains.find)

    def covers(self, capability: Capability, effort: Effort) -> bool:
        """Whether every request that a capability admits is admitted by one of these or another. True is certain."""
        match capability.pattern:
            case ChainPattern() as pattern:
                return self._chains.covers(pattern, effort)
            case EndpointPattern() as endpoint:
                return self._endpoints.covers(endpoint)

    def covering(self, capability: Capability, effort: Effort) -> Iterator[Capability]:
        """Every other capability that covers this one by itself."""
        match capability.pattern:
            case ChainPattern() as pattern:
                return self._chains.covering(pattern, effort)
            case EndpointPattern() as endpoint:
                return self._endpoints.covering(endpoint)


def folded(capabilities: Sequence[Capability]) -> tuple[Capability, ...]:
    """Those that no other one covers, of capabilities in order that have the same kind and action.

    Of several that cover each other the last one stays.
    """
    index, effort = RightIndex(capabilities), Effort()
    dropped: set[Capability] = set()
    for each in capabilities:
        if any(other not in dropped for other in index.covering(each, effort)):
            dropped.add(each)
    return tuple(each for each in capabilities if each not in dropped)
