"""The grammar of types and signatures: tokens to `TypeSyntax` and `FunctionSyntax`.

Beyond WIT, a `record`, `variant`, `enum` or `flags` may be written in place without a name (as `print_type` prints
it), so that one signature can be given in one line.

Source: component model, WIT.md "Types" and "Item: func".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from airssys.engine.wit._lexer import Lexer
from airssys.engine.wit._model import MAX_TYPE_DEPTH, Primitive
from airssys.engine.wit._syntax import FunctionSyntax, TypeSyntax

MAX_FLAGS = 32
"""Component model, Binary.md: `flags` have at most 32 labels."""

PRIMITIVES = frozenset(primitive.value for primitive in Primitive)
BODIED = frozenset({"record", "variant", "enum", "flags"})
_ASYNC_TYPES = frozenset({"future", "stream", "error-context"})

_T = TypeVar("_T")


def signature(lexer: Lexer) -> FunctionSyntax:
    """`func(name: type, ...) -> type`."""
    offset = lexer.peek.offset
    if lexer.peek.text == "async":
        raise lexer.error(offset, "`async func` is not supported; a host function may wait without it")
    lexer.expect("func")
    params = parameters(lexer)
    return FunctionSyntax(offset=offset, params=params, result=optional_result(lexer))


def parameters(lexer: Lexer) -> tuple[tuple[str, TypeSyntax], ...]:
    """`(name: type, ...)`, perhaps empty."""
    lexer.expect("(")
    return _labelled(lexer, ")", "a parameter name", _required_type, 0)


def optional_result(lexer: Lexer) -> TypeSyntax | None:
    """`-> type`, or nothing."""
    if not lexer.accept("->"):
        return None
    if lexer.peek.text == "(":
        raise lexer.unexpected("one result type (named results are no longer WIT; return a record or a tuple)")
    return a_type(lexer)


def a_type(lexer: Lexer, depth: int = 0) -> TypeSyntax:
    """Any type."""
    token = lexer.peek
    if depth > MAX_TYPE_DEPTH:
        raise lexer.error(token.offset, f"this type nests deeper than {MAX_TYPE_DEPTH} levels")
    if token.text in PRIMITIVES:
        return TypeSyntax(offset=lexer.take().offset, word=token.text)
    if token.text in BODIED:
        return body(lexer, lexer.take().text, token.offset, depth)
    if token.text in _ASYNC_TYPES:
        raise lexer.error(token.offset, f"`{token.text}` is not supported; use a resource or plain values")
    if token.text == "map":
        raise lexer.error(token.offset, "`map` is not supported; use `list<tuple<key, value>>`")
    if token.text in ("list", "option", "tuple", "result", "own", "borrow"):
        return _angled(lexer, lexer.take().text, token.offset, depth)
    name = lexer.identifier("a type")
    return TypeSyntax(offset=name.offset, word="name", name=name.text)


def body(lexer: Lexer, word: str, offset: int, depth: int = 0) -> TypeSyntax:
    """The braces of a `record`, `variant`, `enum` or `flags` whose keyword was just consumed."""
    lexer.expect("{")
    if lexer.peek.text == "}":
        raise lexer.unexpected(f"a first {'field' if word == 'record' else 'case'}: an empty {word} has no values")
    if word in ("enum", "flags"):
        labels = _labels(lexer, word)
        if word == "flags" and len(labels) > MAX_FLAGS:
            raise lexer.error(offset, f"these flags have {len(labels)} labels, more than {MAX_FLAGS}")
        return TypeSyntax(offset=offset, word=word, labels=labels)
    if word == "record":
        labelled = _labelled(lexer, "}", "a field name", _required_type, depth + 1)
        return TypeSyntax(offset=offset, word=word, labels=_first(labelled), parts=_second(labelled))
    cases = _labelled(lexer, "}", "a case name", _payload, depth + 1)
    return TypeSyntax(offset=offset, word=word, labels=_first(cases), parts=_second(cases))


def comma_separated(lexer: Lexer, closing: str) -> Iterator[None]:
    """Stops in front of every element up to the closing symbol, which is consumed; a trailing comma is fine."""
    while not lexer.accept(closing):
        yield
        if not lexer.accept(","):
            if lexer.peek.text != closing:
                raise lexer.unexpected(f"`,` or `{closing}`")
            lexer.take()
            return


def _angled(lexer: Lexer, word: str, offset: int, depth: int) -> TypeSyntax:
    if word == "result" and lexer.peek.text != "<":
        return TypeSyntax(offset=offset, word=word, parts=(None, None))
    lexer.expect("<")
    if word in ("own", "borrow"):
        name = lexer.identifier("the name of a resource").text
        lexer.expect(">")
        return TypeSyntax(offset=offset, word=word, name=name)
    if word == "result":
        return TypeSyntax(offset=offset, word=word, parts=_result_parts(lexer, depth + 1))
    if word == "tuple":
        return TypeSyntax(offset=offset, word=word, parts=_tuple_parts(lexer, depth + 1))
    part = a_type(lexer, depth + 1)
    if word == "list" and lexer.peek.text == ",":
        raise lexer.error(lexer.peek.offset, "lists of fixed length are not supported; use `tuple` or a plain `list`")
    lexer.expect(">")
    return TypeSyntax(offset=offset, word=word, parts=(part,))


def _tuple_parts(lexer: Lexer, depth: int) -> tuple[TypeSyntax, ...]:
    parts = []
    if lexer.peek.text == ">":
        raise lexer.unexpected("a type")
    for _ in comma_separated(lexer, ">"):
        parts.append(a_type(lexer, depth))
    return tuple(parts)


def _result_parts(lexer: Lexer, depth: int) -> tuple[TypeSyntax | None, TypeSyntax | None]:
    if lexer.accept("_"):
        lexer.expect(",")
        ok = None
    else:
        ok = a_type(lexer, depth)
        if lexer.accept(">"):
            return (ok, None)
        lexer.expect(",")
    err = a_type(lexer, depth)
    lexer.expect(">")
    return (ok, err)


def _labelled(
    lexer: Lexer, closing: str, what: str, value: Callable[[Lexer, int], _T], depth: int
) -> tuple[tuple[str, _T], ...]:
    found: dict[str, tuple[str, _T]] = {}
    for _ in comma_separated(lexer, closing):
        label = lexer.identifier(what)
        if label.text.lower() in found:
            raise lexer.error(label.offset, f"`{label.text}` appears twice (upper and lower case do not tell apart)")
        found[label.text.lower()] = (label.text, value(lexer, depth))
    return tuple(found.values())


def _labels(lexer: Lexer, word: str) -> tuple[str, ...]:
    return _first(_labelled(lexer, "}", "a case name" if word == "enum" else "a flag name", _nothing, 0))


def _required_type(lexer: Lexer, depth: int) -> TypeSyntax:
    lexer.expect(":")
    return a_type(lexer, depth)


def _payload(lexer: Lexer, depth: int) -> TypeSyntax | None:
    if not lexer.accept("("):
        return None
    payload = a_type(lexer, depth)
    lexer.expect(")")
    return payload


def _nothing(_lexer: Lexer, _depth: int) -> None:
    return None


def _first(pairs: tuple[tuple[str, _T], ...]) -> tuple[str, ...]:
    return tuple(label for label, _ in pairs)


def _second(pairs: tuple[tuple[str, _T], ...]) -> tuple[_T, ...]:
    return tuple(value for _, value in pairs)
