"""From the words of a command line to the arguments of a function.

A word is a JSON value. Where the function takes text (`string`, `char`, `list<u8>`, or the bare name of an `enum` or of
a case), a word that is no JSON text stands for itself: `World` and `42` need no quotes there.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from airssys.cli._console import plural
from airssys.cli._json_values import Mismatch, decode
from airssys.engine.wit import (
    EnumType,
    FuncType,
    ListType,
    OptionType,
    Primitive,
    ValueType,
    VariantType,
    print_function,
    print_type,
)
from airssys.errors import ArgumentTypeError, ExportNotFound

#: Separates interface and function in the name of an export.
SEPARATOR: Final = "#"


#: What only JSON begins with: a word that does and is none has a typing mistake, where no text is wanted.
_JSON_BEGINS: Final = ("{", "[", '"')
#: Types of guests can be as long as they like.
_MAX_TYPE_LENGTH: Final = 300
#: Words that look like options and are numbers.
_BELOW_ZERO: Final = re.compile(r"-(?:\.?[0-9]|Infinity)")
#: Put before such a word on its way through the parser of options; no argument of a program can hold it.
_SHIELD: Final = "\0"
#: Stands where `--` was.
DASHES: Final = "\0--"


def shield(words: Sequence[str]) -> list[str]:
    """Keep numbers below zero from being read as options. Ends at `--`, after which nothing is."""
    end = words.index("--") if "--" in words else len(words)
    return [_SHIELD + word if _BELOW_ZERO.match(word) else word for word in words[:end]] + list(words[end:])


def mark_dashes(words: Sequence[str]) -> list[str]:
    """Let `run` find out where `--` was, which the parser of options forgets."""
    end = words.index("--") + 1 if "--" in words else 0
    if words[:1] != ["run"] or end <= 2:  # nothing of a program stands before it
        return list(words)
    return [*words[:end], DASHES, *words[end:]]


def split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """The words before and after `--`, as they were written; None where there was none."""
    if DASHES not in words:
        return [unshield(word) for word in words], None
    at = list(words).index(DASHES)
    return [unshield(word) for word in words[:at]], list(words[at + 1 :])


def unshield(word: str) -> str:
    """The word as it was written."""
    return word.removeprefix(_SHIELD)


def choose_export(exports: Mapping[str, FuncType], wanted: str) -> str:
    """The full name of the wanted export; a function inside an interface may be called by its own name when no other
    has it.

    Raises:
        ExportNotFound: there is none of that name, or there are several.

    >>> choose_export({"a:b/c@1.0.0#greet": FuncType((), None)}, "greet")
    'a:b/c@1.0.0#greet'
    """
    if wanted in exports:
        return wanted
    inner = [name for name in exports if name.rpartition(SEPARATOR)[2] == wanted]
    if len(inner) == 1:
        return inner[0]
    if inner:
        raise ExportNotFound(
            f"{len(inner)} interfaces export a function {wanted}", hint=f"name one of them in full: {', '.join(inner)}"
        )
    own_names = {name.rpartition(SEPARATOR)[2]: name for name in exports} | {name: name for name in exports}
    near = difflib.get_close_matches(wanted, own_names, n=1)
    raise ExportNotFound(
        f"the component exports no function {wanted!r}",
        hint=f"did you mean {near[0]}?" if near else f"it exports {', '.join(exports) or 'no functions at all'}",
    )


def read_arguments(function: FuncType, words: Sequence[str]) -> tuple[Any, ...]:
    """The values for `Component.call`.

    Raises:
        ArgumentTypeError: too few or too many words, or one that does not fit; the message names the parameter.
    """
    if len(words) != len(function.params):
        names = ", ".join(name for name, _ in function.params)
        raise ArgumentTypeError(
            f"the function takes {plural(len(function.params), 'argument')} ({names or 'none'}), got {len(words)}",
            hint=f"its signature is {print_function(function, max_length=_MAX_TYPE_LENGTH)}",
        )
    return tuple(_read_argument(name, of, word) for (name, of), word in zip(function.params, words, strict=True))


def _read_argument(name: str, of: ValueType, word: str) -> Any:
    hint = f"its type is {print_type(of, max_length=_MAX_TYPE_LENGTH)}"
    try:
        return decode(_json_of(word, of), of)
    except Mismatch as mismatch:
        raise ArgumentTypeError(f"argument {name}{mismatch.path}: {mismatch.problem}", hint=hint) from None
    except RecursionError:
        raise ArgumentTypeError(f"argument {name}: nested deeper than any type", hint=hint) from None


def _json_of(word: str, of: ValueType) -> Any:
    try:
        value = json.loads(word)
    except json.JSONDecodeError as error:
        if word[:1] in _JSON_BEGINS and not _stands_for_itself(None, word, _innermost(of)):
            raise Mismatch(f"this is no JSON: {error.msg} at character {error.pos + 1}") from None
        return word
    except ValueError:  # a number with more digits than Python reads
        return word
    return word if _stands_for_itself(value, word, of) else value


def _innermost(of: ValueType) -> ValueType:
    return _innermost(of.payload) if isinstance(of, OptionType) else of


def _stands_for_itself(value: Any, word: str, of: ValueType) -> bool:
    """Whether a word that happens to be JSON is meant as text."""
    match of:
        case OptionType(payload):
            return value is not None and _stands_for_itself(value, word, payload)
        case Primitive.STRING | Primitive.CHAR:
            return not isinstance(value, str)
        case ListType(Primitive.U8):
            return not isinstance(value, str | list)
        case EnumType(_, cases):
            return word in cases
        case VariantType(_, cases):
            return word in dict(cases)
        case _:
            return False
