"""Every key that `policy.toml` may have, with the check that its value must pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from airssys.capabilities import ACTIONS, Capability, CapabilityError, CapabilitySet
from airssys.manifest import (
    Field,
    Key,
    MalformedText,
    Shape,
    UnknownChoice,
    ValueProblem,
    WrongType,
    check_text,
    check_texts,
)
from airssys.manifest import check_name as check_component_name

from ._rules import ANY, Effect

T = TypeVar("T")

#: The words of `kind` and of `action`.
KINDS: Final = (ANY, *ACTIONS)
WORDS_OF_ACTIONS: Final = (ANY, *dict.fromkeys(action for actions in ACTIONS.values() for action in actions))


class MalformedRight(ValueProblem):
    """A rule or a role speaks of a right that does not exist, or its pattern is malformed."""

    code = "policy-malformed-right"
    hint = "write a kind, one of its actions, and a pattern; docs/guides/policy.md shows one of each"


class NotAWildcard(ValueProblem):
    """A pattern that needs no permission is allowed by name."""

    code = "policy-not-a-wildcard"
    hint = "remove it: only patterns that cancel the sandbox have to be named"


def _choice(words: Iterable[str]) -> Callable[[Key, object], str]:
    known = [*words]

    def check(key: Key, value: object) -> str:
        text = check_text(key, value)
        if text not in known:
            raise UnknownChoice(key, text, known)
        return text

    return check


def check_components(key: Key, value: object) -> tuple[str, ...]:
    """Accept names of components, or `*`."""
    names = _listed(key, value)
    for name in names:
        if name != ANY:
            check_component_name(key, name)
    return names


def check_rights(key: Key, value: object) -> CapabilitySet:
    """Accept rights as people write them: `["filesystem read /srv/in/**"]`."""
    return CapabilitySet(_right(key, text) for text in _listed(key, value))


def check_wildcards(key: Key, value: object) -> CapabilitySet:
    """Accept rights that cancel the sandbox."""
    rights = check_rights(key, value)
    for right in rights:
        if not right.cancels_the_sandbox:
            said = "names a pattern that needs no permission"
            raise NotAWildcard(
                key, str(right), said, expected="a pattern that is refused elsewhere, such as /**", write=""
            )
    return rights


def _right(key: Key, text: str) -> Capability:
    parts = text.split(maxsplit=2)
    try:
        if len(parts) != 3:
            raise CapabilityError("a right is a kind, an action and a pattern")
        return Capability.parse(*parts)
    except CapabilityError as error:
        raise malformed(key, text, error) from None


def malformed(key: Key, value: object, error: CapabilityError) -> MalformedRight:
    """The problem with a right that could not be read."""
    return MalformedRight(key, value, f"cannot be used: {error.message}", expected="a right that exists")


def _listed(key: Key, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        raise WrongType(key, value, "a list of strings", write=key.line)
    texts = check_texts(key, value)
    if not texts:
        raise MalformedText(
            key, value, "is empty, which is about nothing", expected="at least one text, or no such key"
        )
    return texts


def _field(path: str, example: str, check: Callable[[Key, object], T]) -> Field[T]:
    return Field(key=Key(path=path, example=example), check=check)


def _one_or_more(key: Key, value: object) -> tuple[str, ...]:
    return (check_text(key, value),) if isinstance(value, str) else _listed(key, value)


EFFECT: Final[Field[str]] = _field("effect", '"deny"', _choice(Effect))
COMPONENTS: Final[Field[tuple[str, ...]]] = _field("components", '["*"]', check_components)
KIND: Final[Field[str]] = _field("kind", '"filesystem"', _choice(KINDS))
ACTION: Final[Field[str]] = _field("action", '"read"', _choice(WORDS_OF_ACTIONS))
RESOURCE: Final[Field[tuple[str, ...]]] = _field("resource", '"/srv/keys/**"', _one_or_more)
REASON: Final[Field[str]] = _field("reason", '"why"', check_text)
INHERITS: Final[Field[tuple[str, ...]]] = _field("inherits", '["reader"]', _listed)
ALLOW: Final[Field[CapabilitySet]] = _field("allow", '["filesystem read /srv/in/**"]', check_rights)
ASSIGNED: Final[Field[tuple[str, ...]]] = _field("assign", '["reader"]', _listed)
WILDCARDS: Final[Field[CapabilitySet]] = _field("wildcards", '["filesystem read /**"]', check_wildcards)

#: What a rule must say. A rule that leaves something out does not mean all of it, nor none.
REQUIRED: Final = (EFFECT, COMPONENTS, KIND, ACTION, RESOURCE)

RULE: Final[Shape] = {field.key.name: field for field in (*REQUIRED, REASON)}
ROLE: Final[Shape] = {field.key.name: field for field in (INHERITS, ALLOW)}
