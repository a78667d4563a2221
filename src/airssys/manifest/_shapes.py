"""Which keys may stand where: in a component's manifest, and in the operator's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import _fields as keys
from ._capabilities import CAPABILITIES
from ._fields import Field
from ._memory_problems import MemoryInOperatorFile
from ._problem import Problem
from ._quotas import QUOTAS
from ._settings import Shape
from ._value_problems import NotSupportedYet


def _not_supported_yet(path: str, _value: object) -> Problem:
    return NotSupportedYet(path)


def _by_name(*fields: Field[object]) -> dict[str, Field[object]]:
    return {field.key.name: field for field in fields}


_CPU: Final = _by_name(keys.TIMEOUT, keys.MAX_FUEL, keys.PRIORITY)

_QUOTAS: Final = _by_name(*(each.declared for each in QUOTAS.values()))

#: Sections of the format that no room enforces yet.
_LATER: Final = dict.fromkeys(("mailbox", "supervision", "config"), _not_supported_yet)

#: What an operator may one day set defaults for, of the sections that no room enforces yet.
_LATER_DEFAULTS: Final = {name: _LATER[name] for name in ("mailbox", "supervision")}

#: `Component.toml`.
COMPONENT: Final[Shape] = {
    "extends": keys.EXTENDS,
    "component": _by_name(
        keys.NAME, keys.VERSION, keys.DESCRIPTION, keys.AUTHORS, keys.LICENSE, keys.REPOSITORY, keys.WASM
    ),
    "resources": {"memory": _by_name(keys.MAX_BYTES), "cpu": _CPU},
    "capabilities": CAPABILITIES,
    "quotas": _QUOTAS,
    **_LATER,
}

#: `[defaults]` and each `[profiles.NAME]` of `host.toml`.
PROFILE: Final[Shape] = {
    "resources": {"memory": MemoryInOperatorFile, "cpu": _CPU},
    "quotas": _QUOTAS,
    **_LATER_DEFAULTS,
}

#: `host.toml`; the profiles have names of the operator's choice and are read one by one.
OPERATOR: Final[Shape] = {
    "defaults": PROFILE,
    "profiles": {},
    "bounds": {"memory": _by_name(keys.BOUNDS_MIN, keys.BOUNDS_MAX)},
    "ceilings": {"quotas": _by_name(*(each.ceiling for each in QUOTAS.values()))},
}

#: What the command line may set for one run: the limits. Who the component is stays with its manifest.
OVERRIDES: Final[Mapping[str, Field[object]]] = {
    field.key.path: field for field in (keys.MAX_BYTES, keys.TIMEOUT, keys.MAX_FUEL, keys.PRIORITY)
}
