"""From the engine's words to a kind of trap. The only place that reads them (design rule 8)."""

from __future__ import annotations

import re
from typing import Final

from airssys.engine._printable import printable

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
    ("resource limit exceeded", "resource-limit"),
    ("exceeds table limits", "resource-limit"),
    ("borrow handles still remain", "bad-handle"),
    ("unknown handle index", "bad-handle"),
    ("handle index", "bad-handle"),
    ("invalid utf-8", "invalid-string"),
    ("invalid utf-16", "invalid-string"),
    ("unpaired surrogate", "invalid-string"),
    ("string content out-of-bounds", "value-out-of-bounds"),
    ("pointer not aligned", "misaligned-pointer"),
    ("list pointer is not aligned", "misaligned-pointer"),
    ("list out-of-bounds", "value-out-of-bounds"),
    ("list length overflow", "value-out-of-bounds"),
    ("out-of-bounds", "value-out-of-bounds"),
    ("out of bounds", "value-out-of-bounds"),
    ("discriminant", "invalid-value"),
    ("integer out of range", "invalid-value"),
    ("converted integer out of range for `char`", "invalid-value"),
    ("fuel allocated for hostcalls", "value-too-large"),
    ("too much data", "value-too-large"),
    ("realloc return", "bad-allocation"),
)

#: Every kind that a guest's failure can have; `unknown` is text of the engine that this table does not know, `misuse`
#: is said by host functions: the guest called one against its contract.
TRAP_KINDS: Final = frozenset(kind for _, kind in _KINDS) | {"misuse", "unknown"}

#: What the engine writes between its backtrace and the cause. Function names in the backtrace are the guest's own
#: choice and may contain anything, this text too: only what follows its last occurrence is the engine's.
_CAUSE: Final = "\n\nCaused by:\n"
_BACKTRACE: Final = "wasm backtrace:\n"
_FRAME: Final = re.compile(r"\s*\d+:\s+(?P<frame>0x\S.*)")
_NUMBERED: Final = re.compile(r"\A\d+: ")
#: Frames and characters of a frame that an error keeps; names are the guest's, and may be megabytes.
_MAX_FRAMES: Final = 50
_MAX_FRAME_LENGTH: Final = 200


def classify(text: str) -> str:
    """The kind of trap that the engine's error text describes; `unknown` rather than a guess."""
    cause = _cause(text).lower()
    for words, kind in _KINDS:
        if words.lower() in cause:
            return kind
    return "unknown"


def backtrace_of(text: str) -> tuple[str, ...]:
    """The guest's frames in the engine's error text, innermost first, without numbering and fit for a terminal."""
    trace, found, _ = text.rpartition(_CAUSE)
    _, started, frames = (trace if found else text).partition(_BACKTRACE)
    if not started:
        return ()
    matches = (_FRAME.fullmatch(line) for line in frames.splitlines())
    return tuple(printable(match["frame"])[:_MAX_FRAME_LENGTH] for match in matches if match)[:_MAX_FRAMES]


def reason_of(text: str) -> str:
    """The engine's word on the cause, in one line, with the detail it gives in parentheses."""
    lines = [line.strip() for line in _cause(text).splitlines() if line.strip()]
    causes = [printable(_NUMBERED.sub("", line, count=1).removeprefix("wasm trap: ")) for line in lines]
    if not causes:
        return "no reason given"
    return causes[-1] if len(causes) == 1 else f"{causes[-1]} ({'; '.join(causes[:-1])})"


def _cause(text: str) -> str:
    before, found, cause = text.rpartition(_CAUSE)
    if found:
        return cause
    return "" if _BACKTRACE in before + cause else text
