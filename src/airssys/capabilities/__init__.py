"""Capabilities: what a component may do, as values that can be compared, put together and asked.

Promise: everything here is pure. Whether a request is admitted never depends on anything but the set and the request,
takes time in proportion to the request's length, and never raises. A narrower pattern never admits more.

Patterns and requests come from people and guests who may mean harm: a pattern is refused unless it is well formed, and
a resource that is not normal (relative, with `..`, percent signs, ...) is matched by none.
"""

from __future__ import annotations

from ._capability import Capability
from ._endpoints import EndpointPattern
from ._kinds import ACTIONS, INCLUDED, Action, Kind
from ._memory import remembering
from ._paths import PathPattern
from ._problems import CapabilityError, PatternError
from ._request import Request
from ._set import CapabilitySet
from ._syntax import SYNTAX, Pattern
from ._variables import VariablePattern
from ._words import WordsPattern

__all__ = [
    "ACTIONS",
    "INCLUDED",
    "SYNTAX",
    "Action",
    "Capability",
    "CapabilityError",
    "CapabilitySet",
    "EndpointPattern",
    "Kind",
    "PathPattern",
    "Pattern",
    "PatternError",
    "Request",
    "VariablePattern",
    "WordsPattern",
    "remembering",
]
