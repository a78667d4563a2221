"""Sets of capabilities: what a component declares, what was approved, what is in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Self

from ._capability import Capability
from ._effort import Effort
from ._kinds import Action, Kind
from ._problems import CapabilityError
from ._request import Request
from ._right_index import Find, RightIndex, folded

#: Names what the digest is taken of: another form of the text would be another version.
_DIGEST_PREFIX: Final = b"airssys capabilities 1\n"


@dataclass(frozen=True, slots=True, init=False)
class CapabilitySet:
    """Rights, each said once. The empty set admits nothing.

    Whatever is said twice is folded: equal patterns, and patterns that another one covers. So two sets that were
    written in different ways, order or spelling, are equal and have the same digest.

    Attributes:
        capabilities: in the order in which people are shown them.

    >>> rights = CapabilitySet.of({"filesystem.read": ["/srv/**", "/srv/in/*"], "network.connect": ["example.org:443"]})
    >>> print(rights)
    filesystem read /srv/**
    network connect example.org:443
    >>> str(rights.allows(Request.parse("filesystem read /srv/in/a.xml")))
    'filesystem read /srv/**'
    """

    capabilities: tuple[Capability, ...]
    _indexes: Mapping[tuple[Kind, Action], RightIndex] = field(repr=False, compare=False)
    _finds: Mapping[tuple[Kind, Action], Find] = field(repr=False, compare=False)

    def __init__(self, capabilities: Iterable[Capability] = ()) -> None:
        rights = groupby(sorted(set(capabilities)), key=_right_of)
        kept = {right: folded(tuple(group)) for right, group in rights}
        indexes = {right: RightIndex(group) for right, group in kept.items()}
        object.__setattr__(self, "capabilities", tuple(each for group in kept.values() for each in group))
        object.__setattr__(self, "_indexes", indexes)
        object.__setattr__(self, "_finds", {right: index.find for right, index in indexes.items()})

    @classmethod
    def of(cls, table: Mapping[str, Iterable[str]]) -> Self:
        """Read patterns by what they are for, as `[capabilities]` has them: `{"filesystem.read": ["/srv/*"]}`.

        Raises:
            CapabilityError: there is no such kind or action, or a pattern is malformed.
        """
        return cls(Capability.parse(*_parts(key), pattern) for key, patterns in table.items() for pattern in patterns)

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """Read what `canonical` wrote.

        Raises:
            CapabilityError: the text is something else.
        """
        try:
            table = json.loads(text)
        except ValueError as error:
            raise CapabilityError(f"this is no set of capabilities: {error}") from None
        if not isinstance(table, dict) or not all(_is_list_of_texts(each) for each in table.values()):
            raise CapabilityError("this is no set of capabilities: a table of lists of texts was expected")
        return cls.of(table)

    @property
    def table(self) -> dict[str, tuple[str, ...]]:
        """The patterns by what they are for, as `of` reads them."""
        return {
            f"{kind}.{action}": tuple(
                each.pattern.text for each in self.capabilities if _right_of(each) == (kind, action)
            )
            for kind, action in self._indexes
        }

    @property
    def canonical(self) -> str:
        """The set as JSON. Equal sets have equal texts, in this and every later version of airssys."""
        return json.dumps(self.table, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text, in 64 hexadecimal digits: what an approval is bound to."""
        return hashlib.sha256(_DIGEST_PREFIX + self.canonical.encode()).hexdigest()

    def allows(self, request: Request) -> Capability | None:
        """The capability that admits a request, the first one in the order of the set; None when there is none.

        Never raises. Takes time in proportion to the length of the resource, however many capabilities there are.
        """
        find = self._finds.get((request.kind, request.action))
        return None if find is None or request.normal is None else find(request.normal)

    def covers(self, other: CapabilitySet | Capability) -> bool:
        """Whether this admits every request that the other one admits. True is certain.

        False is certain for patterns as people write them: what is too hard to tell is not covered, and neither is a
        block of addresses that only several others cover together.
        """
        effort = Effort()
        if isinstance(other, CapabilitySet):
            return all(self._covers(each, effort) for each in other.capabilities)
        return self._covers(other, effort)

    def union(self, other: CapabilitySet) -> CapabilitySet:
        """What one of the two admits."""
        return CapabilitySet([*self.capabilities, *other.capabilities])

    def intersection(self, other: CapabilitySet) -> CapabilitySet:
        """What both admit; never more.

        It is exactly that but for pairs of patterns whose meet takes more than `MAX_ALTERNATIVES` patterns to write.
        """
        effort = Effort()
        mine, theirs = self.difference(other), other.difference(self)
        shared = [each for each in (*self, *other) if each not in mine and each not in theirs]
        meets = (meet for one in mine for another in theirs for meet in one.meet(another, effort))
        return CapabilitySet([*shared, *meets])

    def difference(self, other: CapabilitySet) -> CapabilitySet:
        """The capabilities that the other set does not cover: what is new here. They stay as they are written."""
        effort = Effort()
        return CapabilitySet(each for each in self.capabilities if not other._covers(each, effort))

    def _covers(self, capability: Capability, effort: Effort) -> bool:
        index = self._indexes.get(_right_of(capability))
        return index is not None and index.covers(capability, effort)

    def __contains__(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def __iter__(self) -> Iterator[Capability]:
        return iter(self.capabilities)

    def __len__(self) -> int:
        return len(self.capabilities)

    def __str__(self) -> str:
        return "\n".join(map(str, self.capabilities))

    def __reduce__(self) -> tuple[object, ...]:
        return CapabilitySet, (self.capabilities,)


def _right_of(capability: Capability) -> tuple[Kind, Action]:
    return capability.kind, capability.action


def _parts(key: str) -> tuple[str, str]:
    kind, _, action = key.partition(".")
    return kind, action


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
