"""From the text of `trust.toml` to rules; all problems at once. A key that is read is a key that is enforced."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from airssys.errors import TrustFileInvalid
from airssys.trust import _fields as fields
from airssys.trust._rules import GitRule, LocalRule, Rule, SigningKeyRule

#: Longest value that a message shows.
_MAX_SHOWN: Final = 80

_Check = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a kind of rule is made of, besides `name` and `kind`."""

    make: type[SigningKeyRule] | type[GitRule] | type[LocalRule]
    required: Mapping[str, _Check]
    optional: Mapping[str, _Check]


_KINDS: Final = {
    kind.make.kind: kind
    for kind in (
        _Kind(
            SigningKeyRule,
            {"key": fields.check_key},
            {"components": fields.check_components, "signed_after": fields.check_time, "revoked": fields.check_text},
        ),
        _Kind(
            GitRule,
            {"url": fields.check_url},
            {
                "branch": fields.check_branch,
                "commit": fields.check_commit,
                "checkouts": fields.check_path,
                "sha256": fields.check_sha256,
            },
        ),
        _Kind(
            LocalRule,
            {"path": fields.check_path},
            {"sha256": fields.check_sha256, "manifest_sha256": fields.check_sha256},
        ),
    )
}


def read_rules(text: str, *, file: str = "trust.toml") -> tuple[Rule, ...]:
    """The rules of a trust file, in their order.

    Args:
        text: TOML.
        file: how messages name it.

    Raises:
        TrustFileInvalid: something in it is wrong; all of it at once.
    """
    problems: list[str] = []
    rules: list[Rule] = []
    for position, table in enumerate(_tables(text, file), start=1):
        where = f"rule {position}"
        if isinstance(table.get("name"), str):
            where += f" ({_shown(table['name'])})"
        try:
            rules.append(_rule(table))
        except _Wrong as wrong:
            problems += [f"{where}: {problem}" for problem in wrong.problems]
    problems += _conflicts(rules)
    if problems:
        raise _invalid(file, problems)
    return tuple(rules)


class _Wrong(Exception):
    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self.problems = problems


def _tables(text: str, file: str) -> list[dict[str, object]]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(file, [f"this is not TOML: {str(error)[:200]}"]) from None
    unknown = [f"{_shown(key)} is not a known key; rules begin with [[rule]]" for key in document if key != "rule"]
    tables: list[dict[str, object]] = document.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        unknown.append("rules are tables that begin with [[rule]]")
    if unknown:
        raise _invalid(file, unknown)
    return tables


def _rule(table: Mapping[str, object]) -> Rule:
    named = table.get("kind")
    kind = _KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise _Wrong([f"kind must be one of {', '.join(_KINDS)}"])
    checks = {"name": fields.check_name, **kind.required, **kind.optional}
    problems = [f"{name} is missing" for name in ("name", *kind.required) if name not in table]
    values: dict[str, object] = {}
    for name, value in table.items():
        if name == "kind":
            continue
        if name not in checks:
            problems.append(_unknown(name, ["kind", *checks]))
            continue
        try:
            values[name] = checks[name](value)
        except ValueError as expected:
            problems.append(f"{name} must be {expected}, not {_shown(value)}")
    if kind.make is GitRule and "commit" not in table and "checkouts" not in table:
        problems.append(
            "it proves nothing: anybody can make a checkout that claims this address. Write commit = the full id of a "
            "commit, or checkouts = a pattern of the folders where only you make checkouts"
        )
    if problems:
        raise _Wrong(problems)
    return _made(kind, values)


def _made(kind: _Kind, values: dict[str, Any]) -> Rule:
    """The checks gave every value the type of its field."""
    return kind.make(**values)


def _conflicts(rules: Iterable[Rule]) -> list[str]:
    names: set[str] = set()
    keys: dict[str, str] = {}
    problems = []
    for rule in rules:
        if rule.name in names:
            problems.append(f"there are several rules named {rule.name}")
        names.add(rule.name)
        if isinstance(rule, SigningKeyRule):
            other = keys.setdefault(rule.key.fingerprint, rule.name)
            if other != rule.name:
                problems.append(f"{rule.name} has the same key as {other}; a key stands in one rule, revoked or not")
    return problems


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name[:_MAX_SHOWN], known, n=1)
    return f"{_shown(name)} is not a known key" + (f"; did you mean {near[0]}?" if near else "")


def _shown(value: object) -> str:
    """A value on one line, printable."""
    text = json.dumps(value) if isinstance(value, str | bool | int | float) else f"a {type(value).__name__}"
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def _invalid(file: str, problems: list[str]) -> TrustFileInvalid:
    first = f"{file}: {problems[0]}"
    rest = [f"{file}: {problem}" for problem in problems[1:]]
    return TrustFileInvalid("\n".join([first, *rest]), problems=tuple(problems))
