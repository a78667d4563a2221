"""Rights as a reviewer is shown them: each with what it can lead to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from airssys.capabilities import Action, Capability, CapabilitySet, Kind

#: What each right can lead to, in words for somebody who has to decide.
_REMARKS: Final[Mapping[tuple[Kind, Action], str]] = MappingProxyType(
    {
        (Kind.FILESYSTEM, Action.READ): "can read what is there",
        (Kind.FILESYSTEM, Action.WRITE): "can replace and delete what is there",
        (Kind.NETWORK, Action.CONNECT): "can send there whatever it can read",
        (Kind.STORAGE, Action.READ): "can read what is stored there",
        (Kind.STORAGE, Action.WRITE): "can replace and delete what is stored there",
        (Kind.MESSAGING, Action.SEND): "can make these components act",
        (Kind.MESSAGING, Action.RECEIVE): "takes orders from these components",
        (Kind.MESSAGING, Action.PUBLISH): "can tell something to all who listen there",
        (Kind.MESSAGING, Action.SUBSCRIBE): "hears everything that is said there",
        (Kind.ENVIRONMENT, Action.READ): "can read the value",
    }
)

_BOUNDLESS: Final = "WIDE OPEN: nearly everything of this kind; "

#: Names under which secrets are usually kept, as words of a variable or parts of a path.
_SECRET: Final = re.compile(
    r"(?:^|[^a-z0-9])(?:api_?key|credentials?|id_(?:rsa|ed25519)|key|passwd|password|private|secrets?|shadow|token)"
    r"(?:$|[^a-z0-9])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right, as it was shown.

    Attributes:
        capability: the right.
        remark: what it can lead to.
        is_new: nobody has given it to this component before.
    """

    capability: Capability
    remark: str
    is_new: bool


def remark(capability: Capability) -> str:
    """What a right can lead to, in a few words. Pure and total.

    >>> remark(Capability.parse("environment", "read", "DB_PASSWORD"))
    'can read the value, and the name sounds like a secret'
    """
    said = _REMARKS[capability.kind, capability.action]
    if capability.cancels_the_sandbox:
        said = _BOUNDLESS + said
    if _SECRET.search(capability.pattern.text):
        said += ", and the name sounds like a secret"
    return said


def rights_shown(asked: CapabilitySet, new: CapabilitySet) -> tuple[Right, ...]:
    """Every right that is asked for, in the order of the set."""
    return tuple(Right(capability=each, remark=remark(each), is_new=each in new) for each in asked)
