"""WIT, the language of component interfaces: types as values, text to types, types to text, names and versions."""

from airssys.engine.wit._bounds import MAX_TYPE_SIZE
from airssys.engine.wit._model import (
    MAX_TYPE_DEPTH,
    Borrow,
    EnumType,
    FlagsType,
    FuncType,
    Interface,
    ListType,
    OptionType,
    Own,
    Primitive,
    RecordType,
    ResourceType,
    ResultType,
    TupleType,
    ValueType,
    VariantType,
    parts_of,
    resources_of,
)
from airssys.engine.wit._names import InterfaceName, best_match, parse_interface_name, semver_compatible
from airssys.engine.wit._parse import parse_function, parse_interface, parse_interfaces
from airssys.engine.wit._print import print_function, print_type
from airssys.engine.wit._same import SameResource, same_function, same_resource, same_type

__all__ = [
    "MAX_TYPE_DEPTH",
    "MAX_TYPE_SIZE",
    "Borrow",
    "EnumType",
    "FlagsType",
    "FuncType",
    "Interface",
    "InterfaceName",
    "ListType",
    "OptionType",
    "Own",
    "Primitive",
    "RecordType",
    "ResourceType",
    "ResultType",
    "SameResource",
    "TupleType",
    "ValueType",
    "VariantType",
    "best_match",
    "parse_function",
    "parse_interface",
    "parse_interface_name",
    "parse_interfaces",
    "parts_of",
    "print_function",
    "print_type",
    "resources_of",
    "same_function",
    "same_resource",
    "same_type",
    "semver_compatible",
]
