"""From the text of `policy.toml` to rules and roles; all problems at once. A key that is read is a key that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from airssys.capabilities import ACTIONS, Capability, CapabilityError, CapabilitySet, Kind
from airssys.errors import ManifestError, PolicyError
from airssys.manifest import (
    Document,
    Field,
    Key,
    ManifestInvalid,
    MissingKey,
    Problem,
    Report,
    Settings,
    Shape,
    UnknownChoice,
    UnknownKey,
    WrongType,
    dotted,
    read_document,
    read_settings,
    table_at,
    value_if_set,
    value_of,
)

from . import _fields as keys
from ._role_problems import role_problems
from ._rules import ANY, Effect, Role, Rule, rights_of

T = TypeVar("T")

#: What may stand at the top of the file.
_SECTIONS: Final = ("rule", "roles", "assign", "wildcards")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a policy file says."""

    rules: tuple[Rule, ...] = ()
    roles: tuple[Role, ...] = ()
    assigned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wildcards: tuple[tuple[str, CapabilitySet], ...] = ()


def read_policy(path: Path) -> Contents:
    """Read a policy file.

    Raises:
        PolicyError: it cannot be used; all its problems at once, each with its line.
    """
    try:
        return _Reader(read_document(path)).read()
    except ManifestError as error:
        problems = error.problems if isinstance(error, ManifestInvalid) else (error,)
        raise PolicyError(error.message, problems=tuple(each.message for each in problems)) from None


@dataclass(slots=True)
class _Reader:
    """Reads one document."""

    document: Document
    report: Report = field(default_factory=Report)

    def read(self) -> Contents:
        for name, value in self.document.table.items():
            if name not in _SECTIONS:
                self._add(UnknownKey((name,), value, _SECTIONS), (name,))
        contents = Contents(
            rules=tuple(self._rules()),
            roles=tuple(self._roles()),
            assigned=tuple(self._named("assign", keys.ASSIGNED)),
            wildcards=tuple(self._named("wildcards", keys.WILDCARDS)),
        )
        for problem, at in role_problems(contents.roles, contents.assigned):
            self._add(problem, at)
        self.report.raise_problems()
        return contents

    def _rules(self) -> Iterator[Rule]:
        tables = self.document.table.get("rule", [])
        if not isinstance(tables, list):
            self._add(WrongType(Key(path="rule", example=""), tables, "a list of tables", write="[[rule]]"), ("rule",))
            return
        for number, table in enumerate(tables, start=1):
            at = ("rule", str(number))
            with_problems = len(self.report.problems)
            settings = self._settings(at, table, keys.RULE)
            if isinstance(table, dict):
                self._require(at, table)
            rights = self._rights(at, settings)
            if len(self.report.problems) == with_problems:
                yield Rule(
                    effect=Effect(value_of(settings, keys.EFFECT)),
                    components=value_of(settings, keys.COMPONENTS),
                    rights=rights,
                    reason=value_if_set(settings, keys.REASON) or "",
                    source=self._place(at),
                )

    def _rights(self, at: tuple[str, ...], settings: Settings) -> CapabilitySet:
        """What a rule is about; nothing when it does not say it well."""
        kind, action = value_if_set(settings, keys.KIND), value_if_set(settings, keys.ACTION)
        if kind is None or action is None:
            return CapabilitySet()
        known = (ANY, *ACTIONS[Kind(kind)]) if kind != ANY else (action,)
        if action not in known:
            key = replace(keys.ACTION.key, path=dotted((*at, "action")))
            self._add(UnknownChoice(key, action, known), (*at, "action"))
            action = ANY
        found: list[Capability] = []
        for resource in value_if_set(settings, keys.RESOURCE) or ():
            try:
                found.extend(rights_of(kind, action, resource))
            except CapabilityError as error:
                key = replace(keys.RESOURCE.key, path=dotted((*at, "resource")))
                self._add(keys.malformed(key, resource, error), (*at, "resource"))
        return CapabilitySet(found)

    def _require(self, at: tuple[str, ...], table: Mapping[str, object]) -> None:
        for each in keys.REQUIRED:
            if each.key.name not in table:
                self._add(MissingKey(dotted((*at, each.key.name)), write=each.key.line), at)

    def _roles(self) -> Iterator[Role]:
        for name, table in self._table("roles").items():
            at = ("roles", name)
            settings = self._settings(at, table, keys.ROLE)
            yield Role(
                name=name,
                inherits=value_if_set(settings, keys.INHERITS) or (),
                allow=value_if_set(settings, keys.ALLOW) or CapabilitySet(),
                source=self._place((*at, "allow")),
            )

    def _named(self, section: str, of: Field[T]) -> Iterator[tuple[str, T]]:
        """A section whose keys are names of components, or `*`."""
        for name, value in self._table(section).items():
            at = (section, name)
            try:
                if name != ANY:
                    keys.check_components(Key(path=dotted(at), example=""), [name])
                yield name, of.decode(value, path=dotted(at))
            except Problem as problem:
                self._add(problem, at)

    def _table(self, section: str) -> Mapping[str, object]:
        try:
            return table_at((section,), self.document.table.get(section, {}))
        except Problem as problem:
            self._add(problem, (section,))
            return {}

    def _settings(self, at: tuple[str, ...], table: object, shape: Shape) -> Settings:
        try:
            return read_settings(self.document, table_at(at, table), shape, self.report, at=at)
        except Problem as problem:
            self._add(problem, at)
            return {}

    def _add(self, problem: Problem, at: tuple[str, ...]) -> None:
        self.report.add(problem.located(self.document.file, self.document.line_of(at)))

    def _place(self, at: tuple[str, ...]) -> str:
        line = self.document.line_of(at)
        return self.document.file if line is None else f"{self.document.file}:{line}"
