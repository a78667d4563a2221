"""The grammar of whole texts: packages, interfaces and the items in them.

Beyond WIT, `interface ns:pkg/name@version { ... }` names its package in place, so that a text with one interface
needs no `package` line.

Source: component model, WIT.md "Top-level items", "Item: interface", "Item: resource", "Item: use".
"""

from __future__ import annotations

from dataclasses import replace

from airssys.engine.wit._grammar_types import (
    BODIED,
    a_type,
    body,
    comma_separated,
    optional_result,
    parameters,
    signature,
)
from airssys.engine.wit._identifiers import is_words
from airssys.engine.wit._lexer import END, Lexer
from airssys.engine.wit._names import InterfaceName
from airssys.engine.wit._syntax import (
    FunctionItem,
    FunctionSyntax,
    InterfaceSyntax,
    Item,
    ResourceItem,
    TypeItem,
    UseItem,
)

_GATES = {"since": "version", "deprecated": "version", "unstable": "feature"}


def whole_text(text: str) -> tuple[Lexer, tuple[InterfaceSyntax, ...]]:
    """Every interface of the text, in its order; the lexer comes along to say where later problems are."""
    grammar = _Grammar(Lexer(text))
    return grammar.lexer, grammar.interfaces()


class _Grammar:
    """Recursive descent over one text."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self._package: InterfaceName | None = None
        self._items: list[Item] = []

    def interfaces(self) -> tuple[InterfaceSyntax, ...]:
        """`package` first if at all, then interfaces up to the end."""
        if self.lexer.accept("package"):
            self._package = self._package_line()
        found: list[InterfaceSyntax] = []
        while self.lexer.peek.text != END:
            self._gates()
            if self.lexer.peek.text in ("world", "use", "package"):
                found_word = self.lexer.peek
                raise self.lexer.error(found_word.offset, f"`{found_word.text}` is not read here; expected `interface`")
            self.lexer.expect("interface")
            found.append(self._interface())
        return tuple(found)

    def _package_line(self) -> InterfaceName:
        namespace = self._words("a namespace")
        self.lexer.expect(":")
        package = self._words("a package name")
        version = self.lexer.version() if self.lexer.accept("@") else None
        self.lexer.expect(";")
        return InterfaceName(namespace=namespace, package=package, interface="", version=version)

    def _interface(self) -> InterfaceSyntax:
        offset = self.lexer.peek.offset
        name = self._interface_name("an interface name")
        self.lexer.expect("{")
        self._items = []
        while not self.lexer.accept("}"):
            self._gates()
            self._item()
        return InterfaceSyntax(offset=offset, name=name, items=tuple(self._items))

    def _interface_name(self, what: str) -> str:
        """`name` within the package of the text, or `ns:pkg/name@version`."""
        first = self.lexer.identifier(what)
        if not self.lexer.accept(":"):
            if self._package is None:
                raise self.lexer.error(
                    first.offset, f"`{first.text}` needs a package: start with `package ns:name;` or use the full name"
                )
            return str(replace(self._package, interface=first.text))
        self._check_words(first.text, first.offset, "a namespace")
        package = self._words("a package name")
        self.lexer.expect("/")
        interface = self.lexer.identifier("an interface name").text
        version = self.lexer.version() if self.lexer.accept("@") else None
        return str(InterfaceName(namespace=first.text, package=package, interface=interface, version=version))

    def _words(self, what: str) -> str:
        token = self.lexer.identifier(what)
        return self._check_words(token.text, token.offset, what)

    def _check_words(self, text: str, offset: int, what: str) -> str:
        if not is_words(text):
            raise self.lexer.error(offset, f"expected {what} in lower case, found `{text}`")
        return text

    def _gates(self) -> None:
        """`@since(...)` and its kind are read and forgotten: what a text declares is what the host offers."""
        while self.lexer.accept("@"):
            gate = self.lexer.peek
            field = _GATES.get(gate.text)
            if field is None:
                raise self.lexer.unexpected("`since`, `unstable` or `deprecated`")
            self.lexer.take()
            self.lexer.expect("(")
            self.lexer.expect(field)
            self.lexer.expect("=")
            if field == "version":
                self.lexer.version()
            else:
                self.lexer.identifier("the name of a feature")
            self.lexer.expect(")")

    def _item(self) -> None:
        word = self.lexer.peek.text
        if word == "use":
            self._use()
        elif word == "resource":
            self._resource()
        elif word == "type":
            self._alias()
        elif word in BODIED:
            self._bodied()
        else:
            self._function()

    def _alias(self) -> None:
        self.lexer.take()
        name = self.lexer.identifier("the name of the type")
        self.lexer.expect("=")
        self._items.append(TypeItem(offset=name.offset, name=name.text, written=a_type(self.lexer)))
        self.lexer.expect(";")

    def _bodied(self) -> None:
        word = self.lexer.take().text
        name = self.lexer.identifier(f"the name of the {word}")
        written = body(self.lexer, word, name.offset)
        self._items.append(TypeItem(offset=name.offset, name=name.text, written=replace(written, name=name.text)))

    def _use(self) -> None:
        self.lexer.take()
        interface = self._interface_name("the name of an interface")
        self.lexer.expect(".")
        self.lexer.expect("{")
        for _ in comma_separated(self.lexer, "}"):
            self._used_name(interface)
        self.lexer.expect(";")

    def _used_name(self, interface: str) -> None:
        original = self.lexer.identifier("the name of a type or resource")
        name = self.lexer.identifier("another name") if self.lexer.accept("as") else original
        self._items.append(UseItem(offset=name.offset, name=name.text, interface=interface, original=original.text))

    def _function(self) -> None:
        name = self.lexer.identifier(
            "`type`, `record`, `variant`, `enum`, `flags`, `resource`, `use` or a function name"
        )
        self.lexer.expect(":")
        self._add_function(name.text, name.offset, signature(self.lexer))

    def _resource(self) -> None:
        self.lexer.take()
        name = self.lexer.identifier("the name of the resource")
        self._items.append(ResourceItem(offset=name.offset, name=name.text))
        if self.lexer.accept(";"):
            return
        self.lexer.expect("{")
        while not self.lexer.accept("}"):
            self._gates()
            if self.lexer.peek.text == "constructor":
                self._constructor(name.text)
            else:
                self._method(name.text)

    def _constructor(self, resource: str) -> None:
        offset = self.lexer.take().offset
        params = parameters(self.lexer)
        made = FunctionSyntax(offset=offset, params=params, result=optional_result(self.lexer), constructs=resource)
        self._add_function(f"[constructor]{resource}", offset, made)

    def _method(self, resource: str) -> None:
        name = self.lexer.identifier("`constructor` or the name of a method")
        self.lexer.expect(":")
        if self.lexer.accept("static"):
            self._add_function(f"[static]{resource}.{name.text}", name.offset, signature(self.lexer))
            return
        method = replace(signature(self.lexer), method_of=resource)
        self._add_function(f"[method]{resource}.{name.text}", name.offset, method)

    def _add_function(self, name: str, offset: int, written: FunctionSyntax) -> None:
        self.lexer.expect(";")
        self._items.append(FunctionItem(offset=offset, name=name, signature=written))
