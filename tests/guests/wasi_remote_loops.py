"""Exports of `wasi_remote` that call WASI functions many times within one call, without Python in between.

    poll-many: func(pollable: u32, count: u32) -> list<u32>
        `poll` with so many times the same pollable.
    read-whole: func(stream: u32, chunk: u64) -> u64
        `blocking-read(chunk)` until `closed`; how many bytes came. A failed read traps.
    write-many: func(stream: u32, size: u32, count: u32) -> u32
        `blocking-write-and-flush` of `size` letters `x`, `count` times; how many succeeded.
    open-many: func(descriptor: u32, path: string, count: u32, keep: bool) -> u32
        Opens the same path to read, symbolic links followed, `count` times, and drops each at once unless `keep`; how
        many succeeded.
    list-whole: func(descriptor: u32) -> u64
        Reads a directory entry by entry; how many there were. A failure traps.
    now-many: func(count: u32) -> u64, random-many: func(count: u32) -> u64
        `now` of the monotonic clock, or `get-random-u64`, `count` times; the last answer, or 0.
    spin-calls: func()
        `now` of the monotonic clock, for ever.

Promise: each asks the host for nothing else, and gives back what an answer took of the guest's memory before it asks
for the next one, by setting `$free` to where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.guests.wit_types import List, Scalar, String, Type

_U32: Final = Scalar("u32")
_U64: Final = Scalar("u64")


@dataclass(frozen=True, slots=True)
class Loop:
    """An export made by hand.

    Attributes:
        needs: the exports of `wasi_remote` whose imported functions the code calls.
        core_result: what its core function returns.
        code: that function, in WAT.
    """

    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None
    needs: tuple[str, ...]
    core_result: str | None
    code: str


# The offsets in the code below are those of the canonical ABI: a case first, one byte, then its payload, aligned.

_POLL_MANY: Final = """(func $poll-many (export "poll-many") (param $pollable i32) (param $count i32) (result i32)
      (local $list i32) (local $at i32) (local $to i32)
      (local.set $list (call $allocate (i32.mul (local.get $count) (i32.const 4)) (i32.const 4)))
      (local.set $to (call $allocate (i32.const 8) (i32.const 4)))
      (local.set $at (local.get $list))
      (block $full (loop $more
        (br_if $full (i32.ge_u (local.get $at) (i32.add (local.get $list) (i32.mul (local.get $count) (i32.const 4)))))
        (i32.store (local.get $at) (local.get $pollable))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $more)))
      (call $poll-poll (local.get $list) (local.get $count) (local.get $to))
      (local.get $to))"""

#: result<list<u8>, stream-error>: 0 case, 4 address or case of the error, 8 length or handle of the error.
_READ_WHOLE: Final = """(func $read-whole (export "read-whole") (param $stream i32) (param $chunk i64) (result i64)
      (local $to i32) (local $mark i32) (local $sum i64)
      (local.set $to (call $allocate (i32.const 12) (i32.const 4)))
      (local.set $mark (global.get $free))
      (block $closed (loop $more
        (global.set $free (local.get $mark))
        (call $input-stream-blocking-read (local.get $stream) (local.get $chunk) (local.get $to))
        (if (i32.load8_u (local.get $to)) (then
          (if (i32.eqz (i32.load8_u offset=4 (local.get $to))) (then unreachable))
          (br $closed)))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u offset=8 (local.get $to))))
        (br $more)))
      (local.get $sum))"""

#: result<_, stream-error>: 0 case, 4 case of the error, 8 handle of the error.
_WRITE_MANY: Final = """(func $write-many (export "write-many")
      (param $stream i32) (param $size i32) (param $count i32) (result i32)
      (local $from i32) (local $to i32) (local $good i32)
      (local.set $from (call $allocate (local.get $size) (i32.const 1)))
      (local.set $to (call $allocate (i32.const 12) (i32.const 4)))
      (memory.fill (local.get $from) (i32.const 120) (local.get $size))
      (block $enough (loop $more
        (br_if $enough (i32.eqz (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (call $output-stream-blocking-write-and-flush
          (local.get $stream) (local.get $from) (local.get $size) (local.get $to))
        (if (i32.eqz (i32.load8_u (local.get $to)))
          (then (local.set $good (i32.add (local.get $good) (i32.const 1))))
          (else (if (i32.eqz (i32.load8_u offset=4 (local.get $to)))
            (then (call $drop-error (i32.load offset=8 (local.get $to)))))))
        (br $more)))
      (local.get $good))"""

#: result<descriptor, error-code>: 0 case, 4 handle. The numbers are path-flags, open-flags, descriptor-flags.
_OPEN_MANY: Final = """(func $open-many (export "open-many")
      (param $descriptor i32) (param $path i32) (param $length i32) (param $count i32) (param $keep i32) (result i32)
      (local $to i32) (local $good i32)
      (local.set $to (call $allocate (i32.const 8) (i32.const 4)))
      (block $enough (loop $more
        (br_if $enough (i32.eqz (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (call $descriptor-open-at (local.get $descriptor)
          (i32.const 1) (local.get $path) (local.get $length) (i32.const 0) (i32.const 1) (local.get $to))
        (if (i32.eqz (i32.load8_u (local.get $to))) (then
          (local.set $good (i32.add (local.get $good) (i32.const 1)))
          (if (i32.eqz (local.get $keep)) (then (call $drop-descriptor (i32.load offset=4 (local.get $to)))))))
        (br $more)))
      (local.get $good))"""

#: result<directory-entry-stream, error-code>: 0 case, 4 handle; result<option<directory-entry>, error-code>: 0 case,
#: 4 case of the option, 8 case of the type, 12 address and 16 length of the name.
_LIST_WHOLE: Final = """(func $list-whole (export "list-whole") (param $descriptor i32) (result i64)
      (local $stream i32) (local $to i32) (local $mark i32) (local $sum i64)
      (local.set $to (call $allocate (i32.const 20) (i32.const 4)))
      (local.set $mark (global.get $free))
      (call $descriptor-read-directory (local.get $descriptor) (local.get $to))
      (if (i32.load8_u (local.get $to)) (then unreachable))
      (local.set $stream (i32.load offset=4 (local.get $to)))
      (block $end (loop $more
        (global.set $free (local.get $mark))
        (call $directory-entry-stream-read-directory-entry (local.get $stream) (local.get $to))
        (if (i32.load8_u (local.get $to)) (then unreachable))
        (br_if $end (i32.eqz (i32.load8_u offset=4 (local.get $to))))
        (local.set $sum (i64.add (local.get $sum) (i64.const 1)))
        (br $more)))
      (call $drop-directory-entry-stream (local.get $stream))
      (local.get $sum))"""

#: For functions that take nothing and return a u64.
_MANY: Final = """(func ${name} (export "{name}") (param $count i32) (result i64) (local $last i64)
      (block $enough (loop $more
        (br_if $enough (i32.eqz (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (local.set $last (call ${function}))
        (br $more)))
      (local.get $last))"""

_SPIN_CALLS: Final = """(func $spin-calls (export "spin-calls")
      (loop $again (drop (call $monotonic-clock-now)) (br $again)))"""

_DESCRIPTOR: Final = ("descriptor", _U32)
_STREAM: Final = ("stream", _U32)
_COUNT: Final = ("count", _U32)
_PATH: Final = ("path", String())
_KEEP: Final = ("keep", Scalar("bool"))
_LIST: Final = (
    "descriptor-read-directory",
    "directory-entry-stream-read-directory-entry",
    "drop-directory-entry-stream",
)
_WRITE: Final = ("output-stream-blocking-write-and-flush", "drop-error")
_NOW: Final = "monotonic-clock-now"
_RANDOM: Final = "random-get-random-u64"

LOOPS: Final = (
    Loop("poll-many", (("pollable", _U32), _COUNT), List(_U32), ("poll-poll",), "i32", _POLL_MANY),
    Loop("read-whole", (_STREAM, ("chunk", _U64)), _U64, ("input-stream-blocking-read",), "i64", _READ_WHOLE),
    Loop("write-many", (_STREAM, ("size", _U32), _COUNT), _U32, _WRITE, "i32", _WRITE_MANY),
    Loop(
        "open-many",
        (_DESCRIPTOR, _PATH, _COUNT, _KEEP),
        _U32,
        ("descriptor-open-at", "drop-descriptor"),
        "i32",
        _OPEN_MANY,
    ),
    Loop("list-whole", (_DESCRIPTOR,), _U64, _LIST, "i64", _LIST_WHOLE),
    Loop("now-many", (_COUNT,), _U64, (_NOW,), "i64", _MANY.format(name="now-many", function=_NOW)),
    Loop("random-many", (_COUNT,), _U64, (_RANDOM,), "i64", _MANY.format(name="random-many", function=_RANDOM)),
    Loop("spin-calls", (), None, (_NOW,), None, _SPIN_CALLS),
)
