"""WIT texts to types: the way host functions are declared.

Promise: whatever the text is, the only error is `WitSyntaxError`, with line, column and what was expected there.
Read are interfaces with their types, resources and functions; worlds, nested packages, `async func`, `future`,
`stream`, `error-context`, `map` and lists of fixed length are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from airssys.engine.wit._grammar_items import whole_text
from airssys.engine.wit._grammar_types import signature
from airssys.engine.wit._lexer import END, Lexer
from airssys.engine.wit._model import FuncType, Interface
from airssys.engine.wit._resolve import InterfaceResolver
from airssys.engine.wit._scope import Named, Scope

_NO_NAMES: Mapping[str, Named] = MappingProxyType({})


def parse_interfaces(text: str, *, known: Iterable[Interface] = ()) -> tuple[Interface, ...]:
    """Every interface of the text, in its order.

    Args:
        text: `package ns:name@version;` and interfaces, or `interface ns:pkg/name@version { ... }`.
        known: interfaces that `use` may refer to besides those of the text itself.
    """
    lexer, written = whole_text(text)
    return InterfaceResolver(lexer, written, known).all_interfaces()


def parse_interface(text: str, *, known: Iterable[Interface] = ()) -> Interface:
    """The only interface of a text that has exactly one."""
    lexer, written = whole_text(text)
    if len(written) != 1:
        raise lexer.error(0, f"expected exactly one interface, found {len(written)}")
    return InterfaceResolver(lexer, written, known).all_interfaces()[0]


def parse_function(text: str, *, names: Mapping[str, Named] = _NO_NAMES) -> FuncType:
    """One signature, such as `func(name: string) -> result<u32, string>`.

    Args:
        names: types and resources that the signature may refer to.
    """
    lexer = Lexer(text)
    written = signature(lexer)
    lexer.accept(";")
    if lexer.peek.text != END:
        raise lexer.unexpected(END)
    return Scope(lexer, names, {}).function(written)
