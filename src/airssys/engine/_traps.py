"""From the engine's words to a kind of trap. The only place that reads them (design rule 8)."""

from __future__ import annotations

import re
from typing import Final

#: Text of the engine -> kind. Source: `Trap::fmt` in wasmtime's crates/environ/src/trap_encoding.rs, 50.0, and the
#: messages of crates/wasmtime/src/runtime/component for the canonical ABI.
_KINDS: Final[tuple[tuple[str, str], ...]] = (
    ("wasm `unreachable` instruction executed", "unreachable"),
    ("call stack exhausted", "stack-exhausted"),
    ("undefined element: out of bounds table access", "table-out-of-bounds"),
    ("out of bounds table access", "table-out-of-bounds"),
    ("out of bounds memory access", "memory-out-of-bounds"),
    ("uninitialized element", "null-call"),
    ("indirect call type mismatch", "indirect-call-mismatch"),
    ("integer overflow", "integer-overflow"),
    ("integer divide by zero", "integer-divide-by-zero"),
    ("invalid conversion to integer", "invalid-conversion"),
    ("all fuel consumed by WebAssembly", "fuel"),
    ("cannot enter component instance", "cannot-enter"),
    ("cannot leave component instance", "cannot-leave"),
    ("handle limit exceeded", "resource-limit"),
    ("unknown handle index", "bad-handle"),
    ("handle index", "bad-handle"),
    ("invalid utf-8", "invalid-string"),
    ("invalid utf-16", "invalid-string"),
    ("string content out-of-bounds", "value-out-of-bounds"),
    ("pointer not aligned", "misaligned-pointer"),
    ("list pointer is not aligned", "misaligned-pointer"),
    ("list out-of-bounds", "value-out-of-bounds"),
    ("list length overflow", "value-out-of-bounds"),
    ("out-of-bounds", "value-out-of-bounds"),
    ("out of bounds", "value-out-of-bounds"),
    ("invalid expected discriminant", "invalid-value"),
    ("unexpected discriminant", "invalid-value"),
    ("integer out of range", "invalid-value"),
    ("converted integer out of range for `char`", "invalid-value"),
    ("fuel allocated for hostcalls", "value-too-large"),
    ("too much data", "value-too-large"),
    ("realloc return", "bad-allocation"),
)

#: Every kind that a guest's failure can have; `unknown` is text of the engine that this table does not know.
TRAP_KINDS: Final = frozenset(kind for _, kind in _KINDS) | {"unknown"}

_FRAME: Final = re.compile(r"^\s*\d+:\s+(?P<frame>\S.*)$", re.MULTILINE)
_BACKTRACE: Final = "wasm backtrace:"


def classify(text: str) -> str:
    """The kind of trap that the engine's error text describes; `unknown` rather than a guess."""
    folded = text.lower()
    for words, kind in _KINDS:
        if words.lower() in folded:
            return kind
    return "unknown"


def backtrace_of(text: str) -> tuple[str, ...]:
    """The guest's frames in the engine's error text, innermost first, without numbering."""
    _, found, rest = text.partition(_BACKTRACE)
    if not found:
        return ()
    frames, _, _ = rest.partition("\n\n")
    return tuple(match["frame"] for match in _FRAME.finditer(frames))


def reason_of(text: str) -> str:
    """The engine's last word on the cause, in one line."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return lines[-1].removeprefix("wasm trap: ") if lines else "no reason given"
