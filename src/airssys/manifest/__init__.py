"""The manifest: what a component declares about itself, decoded, checked and merged with what its operator says.

Promise: a `Manifest` or `ResourceLimits` that exists is valid. Reading one costs a bounded amount of time and memory
whatever the bytes, raises nothing but `ManifestError`, and tells all problems together.

Other rooms read their own TOML files with the same tools (`read_document`, `Shape`, `read_settings`, `Report`), so that
every file of airssys is as strict, and tells what is wrong in the same words.
"""

from __future__ import annotations

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
from ._document import Document, read_document
from ._explain import Effective, explain
from ._fields import Field, Priority
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
from ._key import Key
from ._limits import CpuConfig, MemoryBounds, MemoryConfig, ResourceLimits, ResourceLimitsBuilder
from ._load import component_at_hand, load_manifest
from ._manifest import ComponentSection, Manifest
from ._memory_problems import MemoryInOperatorFile, MemoryNotConfigured, MemoryTooHigh, MemoryTooLow
from ._operator import OperatorDefaults, load_operator
from ._problem import ManifestInvalid, Problem, Report
from ._settings import Settings, Shape, read_settings, table_at, value_if_set, value_of
from ._shown import dotted
from ._texts import check_name, check_text, check_texts
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
    ValueProblem,
    WrongType,
)

__all__ = [
    "BadSize",
    "BadUnit",
    "ComponentSection",
    "CpuConfig",
    "Document",
    "DuplicatePattern",
    "Effective",
    "EmptyList",
    "ExtendsCycle",
    "ExtendsTooLong",
    "Field",
    "FileTooLarge",
    "IncludedAction",
    "Key",
    "MalformedName",
    "MalformedPath",
    "MalformedPattern",
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
    "PatternTooLong",
    "Priority",
    "Problem",
    "ProcessControl",
    "Report",
    "ResourceLimits",
    "ResourceLimitsBuilder",
    "Settings",
    "Shape",
    "TomlSyntax",
    "TooManyPatterns",
    "UnknownChoice",
    "UnknownKey",
    "UnknownProfile",
    "ValueProblem",
    "WasmNotFound",
    "WildcardRefused",
    "WrongType",
    "check_name",
    "check_text",
    "check_texts",
    "component_at_hand",
    "dotted",
    "explain",
    "load_manifest",
    "load_operator",
    "read_document",
    "read_settings",
    "table_at",
    "value_if_set",
    "value_of",
]
