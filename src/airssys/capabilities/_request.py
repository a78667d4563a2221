"""What a component asks for at a host function."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from ._capability import Capability
from ._endpoints import Endpoint
from ._kinds import Action, Kind, read_right
from ._problems import CapabilityError
from ._syntax import SYNTAX, Normal


@dataclass(frozen=True, slots=True, init=False)
class Request:
    """One thing that a component wants to do. Any text makes a request; one that is not normal is never admitted.

    A path has to be resolved before: absolute, without links, `.`, `..`, empty segments or a slash at its end.

    Attributes:
        kind: what is reached.
        action: what is done with it.
        resource: which one, as people are shown it; endpoints are normalised.
        normal: the resource as patterns are compared with it; None when no pattern matches it, whatever it is.

    >>> Request(Kind.NETWORK, Action.CONNECT, "Example.ORG.:443").resource
    'example.org:443'
    >>> Request(Kind.FILESYSTEM, Action.READ, "/srv/../etc/passwd").normal is None
    True
    """

    kind: Kind
    action: Action
    resource: str
    normal: Normal | None = field(repr=False, compare=False)

    def __init__(self, kind: Kind, action: Action, resource: str) -> None:
        normal = SYNTAX[kind].normal(resource)
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "action", action)
        object.__setattr__(self, "resource", str(normal) if type(normal) is Endpoint else resource)
        object.__setattr__(self, "normal", normal)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a request as people write it: `filesystem read /etc/passwd`.

        Raises:
            CapabilityError: it has no three parts, or there is no such kind or action.
        """
        parts = text.split(maxsplit=2)
        if len(parts) != 3:
            raise CapabilityError(f"a request is a kind, an action and a resource; {text[:200]!a} is not")
        return cls(*read_right(parts[0], parts[1]), parts[2])

    @property
    def fault(self) -> str | None:
        """Why no pattern matches the resource, whatever it is, to follow it in a sentence; None when one may."""
        if self.normal is not None:
            return None
        said, _ = SYNTAX[self.kind].fault(self.resource) or ("is too long", "")
        return said

    def narrowest(self) -> Capability | None:
        """The capability that admits this request and no other one; None when none would."""
        if self.normal is None:
            return None
        text = self.resource
        if self.kind is Kind.FILESYSTEM:
            text = re.sub(r"[*?\[{}]", r"[\g<0>]", text)
        return Capability(self.kind, self.action, SYNTAX[self.kind].pattern(text))

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.resource}"
