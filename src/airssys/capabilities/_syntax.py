"""Which patterns and which resources belong to which kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from ._chain_pattern import ChainPattern
from ._endpoints import Endpoint, EndpointPattern, endpoint_fault, normal_endpoint
from ._kinds import Kind
from ._paths import PathPattern, normal_path, path_fault
from ._variables import VariablePattern, normal_variable, variable_fault
from ._words import WordsPattern, normal_words, words_fault

Pattern: TypeAlias = ChainPattern | EndpointPattern

#: A resource as patterns are compared with it.
Normal: TypeAlias = str | Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """How the resources of a kind are written.

    Attributes:
        pattern: what reads a pattern, and whose instances patterns of the kind are.
        normal: reads a resource; None for one that no pattern matches.
        fault: what is wrong with such a resource, and why.
        expected: what a pattern is, in words.
    """

    pattern: type[Pattern]
    normal: Callable[[str], Normal | None]
    fault: Callable[[str], tuple[str, str] | None]
    expected: str


_WORDS: Final = Syntax(
    pattern=WordsPattern,
    normal=normal_words,
    fault=words_fault,
    expected="words with dots between them, of which * is any one, and # at the end the rest",
)

SYNTAX: Final[Mapping[Kind, Syntax]] = MappingProxyType(
    {
        Kind.FILESYSTEM: Syntax(
            pattern=PathPattern,
            normal=normal_path,
            fault=path_fault,
            expected="an absolute path; a segment may hold *, ? and [abc], or be **",
        ),
        Kind.NETWORK: Syntax(
            pattern=EndpointPattern,
            normal=normal_endpoint,
            fault=endpoint_fault,
            expected="host:port; a name, *.name, an address or a block, and a port, a range or *",
        ),
        Kind.STORAGE: _WORDS,
        Kind.MESSAGING: _WORDS,
        Kind.ENVIRONMENT: Syntax(
            pattern=VariablePattern,
            normal=normal_variable,
            fault=variable_fault,
            expected="the name of a variable, or PREFIX_*",
        ),
    }
)
