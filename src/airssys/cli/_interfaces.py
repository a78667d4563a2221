"""What a component imports and who would answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from airssys.engine import CompiledComponent, HostInterface, ImportNeed
from airssys.engine.wit import best_match
from airssys.host import is_known_interface


class Answer(StrEnum):
    """Who answers an import."""

    ANSWERED = "answered"
    NEEDS_A_GRANT = "needs a grant"
    UNKNOWN = "unknown"


#: What each answer means for a component that is started.
MEANING: Final = {
    Answer.ANSWERED: "the host answers it",
    Answer.NEEDS_A_GRANT: "known, but not granted: the component starts, and its calls are refused",
    Answer.UNKNOWN: "nobody answers it: the component cannot start",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An interface that a component imports, or everything that it imports outside of any (`name` is empty then).

    Attributes:
        functions: what it needs of it.
        resources: names of the resource types that it needs of it.
        others: what is neither, and nobody can answer: `name: kind`.
    """

    name: str
    answer: Answer
    functions: Sequence[ImportNeed] = ()
    resources: Sequence[str] = ()
    others: Sequence[str] = ()


def answer_for(name: str, offered: Iterable[str]) -> Answer:
    """Who answers an interface, the host offering those names.

    >>> answer_for("demo:host/log@1.0.0", ["demo:host/log@1.2.0"]).value
    'answered'
    >>> answer_for("wasi:random/random@0.2.6", []).value, answer_for("acme:billing/rates", []).value
    ('needs a grant', 'unknown')
    """
    if best_match(name, offered) is not None:
        return Answer.ANSWERED
    return Answer.NEEDS_A_GRANT if is_known_interface(name) else Answer.UNKNOWN


def imports_of(component: CompiledComponent, offered: Iterable[HostInterface]) -> Iterator[Import]:
    """Everything that a component imports, in its own order."""
    names = [interface.name for interface in offered]
    needs = list(component.needs())
    for name, shape in component.shape.imports.items():
        yield Import(
            name=name,
            answer=answer_for(name, names),
            functions=[need for need in needs if need.interface == name],
            resources=list(shape.resources),
        )
    loose = [need for need in needs if not need.interface]
    others = [f"{name}: {kind}" for name, kind in component.shape.import_others.items()]
    if loose or others:
        yield Import(name="", answer=Answer.UNKNOWN, functions=loose, others=others)
