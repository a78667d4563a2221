"""Patterns over paths: those of capabilities, so that an operator learns one way to write them."""

from __future__ import annotations

from dataclasses import dataclass, field

from airssys.capabilities import Action, Capability, CapabilitySet, Kind, PathPattern, Request


@dataclass(frozen=True, slots=True, init=False)
class Paths:
    """The paths that a pattern matches, segment by segment: `*` stays within one segment, `**` is any number of them.

    Attributes:
        text: the pattern, as it is shown.
        is_everything: the pattern names no place, and so matches every path or nearly every one.

    Raises:
        PatternError: the text is no pattern of paths; it is a ValueError.

    >>> Paths("/srv/components/*").include("/srv/components/greeter")
    True
    >>> Paths("/srv/components/*").include("/srv/components-of-others/greeter")
    False
    """

    text: str
    is_everything: bool = field(repr=False, compare=False)
    _set: CapabilitySet = field(repr=False, compare=False)

    def __init__(self, text: str) -> None:
        reading = Capability(Kind.FILESYSTEM, Action.READ, PathPattern(text))
        object.__setattr__(self, "text", reading.pattern.text)
        object.__setattr__(self, "is_everything", reading.cancels_the_sandbox)
        object.__setattr__(self, "_set", CapabilitySet([reading]))

    def include(self, path: str) -> bool:
        """Tell whether a path matches. Total: one that is not absolute and normal, or has a percent sign, does not."""
        return self._set.allows(Request(Kind.FILESYSTEM, Action.READ, path)) is not None
