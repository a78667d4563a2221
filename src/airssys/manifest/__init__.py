"""The manifest: what a component declares about itself, decoded, checked and merged with what its operator says.

Promise: a `Manifest` or `ResourceLimits` that exists is valid. Reading one costs a bounded amount of time and memory
whatever the bytes, raises nothing but `ManifestError`, and tells all problems together.
"""

from __future__ import annotations

from ._explain import Effective, explain
from ._fields import Priority
from ._file_problems import (
    ExtendsCycle,
    ExtendsTooLong,
    FileTooLarge,
    ManifestNotFound,
    ManifestUnreadable,
    NestedTooDeep,
    NotAManifest,
    NotUtf8,
    TomlSyntax,
    WasmNotFound,
)
from ._limits import CpuConfig, MemoryBounds, MemoryConfig, ResourceLimits, ResourceLimitsBuilder
from ._load import component_at_hand, load_manifest
from ._manifest import ComponentSection, Manifest
from ._memory_problems import MemoryInOperatorFile, MemoryNotConfigured, MemoryTooHigh, MemoryTooLow
from ._operator import OperatorDefaults, load_operator
from ._problem import ManifestInvalid, Problem
from ._value_problems import (
    BadSize,
    BadUnit,
    MalformedName,
    MalformedPath,
    MalformedText,
    MalformedVersion,
    MissingKey,
    NegativeNumber,
    NotSupportedYet,
    OutOfRange,
    UnknownChoice,
    UnknownKey,
    UnknownProfile,
    WrongType,
)

__all__ = [
    "BadSize",
    "BadUnit",
    "ComponentSection",
    "CpuConfig",
    "Effective",
    "ExtendsCycle",
    "ExtendsTooLong",
    "FileTooLarge",
    "MalformedName",
    "MalformedPath",
    "MalformedText",
    "MalformedVersion",
    "Manifest",
    "ManifestInvalid",
    "ManifestNotFound",
    "ManifestUnreadable",
    "MemoryBounds",
    "MemoryConfig",
    "MemoryInOperatorFile",
    "MemoryNotConfigured",
    "MemoryTooHigh",
    "MemoryTooLow",
    "MissingKey",
    "NegativeNumber",
    "NestedTooDeep",
    "NotAManifest",
    "NotSupportedYet",
    "NotUtf8",
    "OperatorDefaults",
    "OutOfRange",
    "Priority",
    "Problem",
    "ResourceLimits",
    "ResourceLimitsBuilder",
    "TomlSyntax",
    "UnknownChoice",
    "UnknownKey",
    "UnknownProfile",
    "WasmNotFound",
    "WrongType",
    "component_at_hand",
    "explain",
    "load_manifest",
    "load_operator",
]
