"""`[capabilities]` and `[capabilities.rationale]` of a manifest, and the refusal of wildcards that nobody allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, cast

from airssys.capabilities import ACTIONS, INCLUDED, Action, Capability, CapabilitySet, Kind, PatternError

from ._capability_problems import (
    DuplicatePattern,
    EmptyList,
    IncludedAction,
    MalformedPattern,
    PatternTooLong,
    ProcessControl,
    TooManyPatterns,
    WildcardRefused,
)
from ._fields import Field
from ._key import Key
from ._problem import Problem, Report
from ._settings import Setting, Settings, Shape, value_if_set
from ._shown import is_shown_in_full, quoted
from ._texts import check_text
from ._value_problems import MalformedText, WrongType

#: Most patterns of one list, and most characters of one. Ours: nobody who approves a component would read more.
MAX_PATTERNS: Final = 256
MAX_PATTERN_CHARACTERS: Final = 512

#: Most characters of a rationale: it must not push what is asked for off the screen of the person who approves it.
MAX_RATIONALE_CHARACTERS: Final = 280

#: Longest line that is proposed.
MAX_LINE_CHARACTERS: Final = 200

#: What people call the control of processes.
_PROCESS_CONTROL: Final = (
    "process",
    "processes",
    "subprocess",
    "exec",
    "execute",
    "spawn",
    "fork",
    "kill",
    "signal",
    "shell",
)

#: A pattern of each right, as in docs/guides/capabilities.md.
_EXAMPLES: Final[Mapping[tuple[Kind, Action], str]] = {
    (Kind.FILESYSTEM, Action.READ): "/srv/in/**/*.xml",
    (Kind.FILESYSTEM, Action.WRITE): "/srv/out/*",
    (Kind.NETWORK, Action.CONNECT): "rates.example.org:443",
    (Kind.STORAGE, Action.READ): "invoices",
    (Kind.STORAGE, Action.WRITE): "invoices",
    (Kind.MESSAGING, Action.SEND): "ledger-writer",
    (Kind.MESSAGING, Action.RECEIVE): "*",
    (Kind.MESSAGING, Action.PUBLISH): "invoices.*",
    (Kind.MESSAGING, Action.SUBSCRIBE): "rates.#",
    (Kind.ENVIRONMENT, Action.READ): "LANG",
}


def _check_patterns(kind: Kind, action: Action, key: Key, value: object) -> tuple[Capability, ...]:
    """Accept a list of patterns; what is wrong with each of them is told."""
    if not isinstance(value, (list, tuple)):
        write = key.line_with(f"[{quoted(value)}]") if isinstance(value, str) and is_shown_in_full(value) else None
        raise WrongType(key, value, "a list of strings", write=write)
    if not value:
        raise EmptyList(key)
    if len(value) > MAX_PATTERNS:
        why, expected = "a person has to read them before it runs", f"at most {MAX_PATTERNS} patterns"
        raise TooManyPatterns(key, value, f"has {len(value)} patterns", why=why, expected=expected)
    report = Report()
    written: dict[Capability, str] = {}
    for position, text in enumerate(value):
        try:
            capability = _read(key, kind, action, value, position)
            if capability in written:
                write = _line_with(key, value, position, ())
                raise DuplicatePattern(key, written[capability], text, write=write)
            written[capability] = text
        except Problem as problem:
            report.add(problem)
    report.raise_problems()
    return tuple(written)


def _read(key: Key, kind: Kind, action: Action, texts: Sequence[object], position: int) -> Capability:
    text = texts[position]
    if not isinstance(text, str):
        raise WrongType(key, text, "a list of strings")
    if len(text) > MAX_PATTERN_CHARACTERS:
        why, expected = "a person has to read it before it runs", f"at most {MAX_PATTERN_CHARACTERS} characters"
        raise PatternTooLong(key, text, f"has a pattern of {len(text)} characters", why=why, expected=expected)
    try:
        return Capability.parse(kind, action, text)
    except PatternError as error:
        write = _line_with(key, texts, position, error.instead) if error.instead else None
        raise MalformedPattern(key, kind, error, write=write) from None


def _line_with(key: Key, texts: Sequence[object], position: int, instead: Sequence[str]) -> str | None:
    """The line with one pattern replaced; of a long list, only what replaces it."""
    whole = [*texts[:position], *instead, *texts[position + 1 :]]
    for patterns in (whole, instead):
        line = key.line_with(f"[{', '.join(quoted(each) for each in patterns if isinstance(each, str))}]")
        if patterns and len(line) <= MAX_LINE_CHARACTERS and all(map(is_shown_in_full, patterns)):
            return line
    return None


def _check_rationale(key: Key, value: object) -> str:
    """Accept one sentence, on one line."""
    text = check_text(key, value)
    expected = f"one line of at most {MAX_RATIONALE_CHARACTERS} characters"
    if not text.isprintable():
        raise MalformedText(key, text, "has several lines", expected=expected)
    if len(text) > MAX_RATIONALE_CHARACTERS:
        raise MalformedText(key, text, f"has {len(text)} characters", expected=expected)
    return text


#: The list of patterns of each right.
PATTERNS: Final[Mapping[tuple[Kind, Action], Field[tuple[Capability, ...]]]] = {
    (kind, action): Field(
        key=Key(path=f"capabilities.{kind}.{action}", example=f'["{example}"]', parts=2),
        check=partial(_check_patterns, kind, action),
    )
    for (kind, action), example in _EXAMPLES.items()
}

#: Why each kind is asked for.
RATIONALE: Final[Mapping[Kind, Field[str]]] = {
    kind: Field(
        key=Key(path=f"capabilities.rationale.{kind}", example='"what it is needed for"'), check=_check_rationale
    )
    for kind in Kind
}


def _actions(kind: Kind) -> Shape:
    """What may stand in `[capabilities.KIND]`, with what is refused there by name."""

    def included(action: Action) -> Callable[[str, object], Problem]:
        return lambda path, value: IncludedAction(path, value, PATTERNS[kind, action].key)

    return {
        **dict.fromkeys(_PROCESS_CONTROL, ProcessControl),
        **{name: included(action) for name, action in INCLUDED.get(kind, {}).items()},
        **{action: PATTERNS[kind, action] for action in ACTIONS[kind]},
    }


#: `[capabilities]`.
CAPABILITIES: Final[Shape] = {
    **dict.fromkeys(_PROCESS_CONTROL, ProcessControl),
    **{kind: _actions(kind) for kind in Kind},
    "rationale": {kind: RATIONALE[kind] for kind in Kind},
}


def declared_capabilities(settings: Settings) -> CapabilitySet:
    """What `[capabilities]` comes to."""
    return CapabilitySet(each for field in PATTERNS.values() for each in value_if_set(settings, field) or ())


def declared_rationale(settings: Settings) -> dict[Kind, str]:
    """What `[capabilities.rationale]` comes to."""
    texts = {kind: value_if_set(settings, field) for kind, field in RATIONALE.items()}
    return {kind: text for kind, text in texts.items() if text is not None}


def unallowed_wildcards(settings: Settings, allowed: Collection[Capability]) -> Iterator[Problem]:
    """A problem for every wildcard in force that cancels the sandbox and is not allowed by name."""
    for field, setting in _in_force(settings):
        for capability, text in zip(field.decode(setting.value), cast(list[str], setting.value), strict=True):
            if capability.cancels_the_sandbox and capability not in allowed:
                yield WildcardRefused(field.key, text, capability.kind).located(setting.file, setting.line)


def _in_force(settings: Settings) -> Iterator[tuple[Field[tuple[Capability, ...]], Setting]]:
    for field in PATTERNS.values():
        setting = settings.get(field.key.path)
        if setting is not None:
            yield field, setting
