"""Promise: a component is compiled once, from text or binary; anything else is refused with a clear answer."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from airssys.engine import CodeCache, CompileBounds, Compiler
from airssys.errors import CompileError
from tests.guests import wat
from tests.guests.compiling import children, refusal
from tests.guests.hosting import until

CORE_MODULE = b"\0asm\x01\0\0\0"
EMPTY_COMPONENT = b"\0asm\x0d\0\x01\0"


# ---------------------------------------------------------------- what is compiled


async def test_text_and_binary_are_the_same_component(tmp_path: Path):
    text = wat.text("add")
    (tmp_path / "add.wat").write_text(text)
    (tmp_path / "add.wasm").write_bytes(wat2wasm(text))
    one, other = [await Compiler().compile_file(tmp_path / name) for name in ("add.wat", "add.wasm")]
    assert one.signatures == other.signatures
    assert one.size_bytes == other.size_bytes == (tmp_path / "add.wasm").stat().st_size
    assert one.digest != other.digest


async def test_the_digest_is_that_of_the_file():
    source = wat.text("add").encode()
    assert (await Compiler().compile(source)).digest == sha256(source).hexdigest()


FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", ""),
    "a core module": (CORE_MODULE, "the file is a core module, not a component"),
    "a core module as text": (b"(module)", "the file is a core module, not a component"),
    "only the magic number": (b"\0asm", "bytes announced"),
    "a version of the future": (b"\0asm\x0d\0\x02\0", ""),
    "a section without end": (EMPTY_COMPONENT + b"\x01\xff\xff\xff\xff\x0f", ""),
    "another program": (b"\x7fELF\xf0" + bytes(200), "neither WebAssembly nor its text format"),
    "bytes that are no text": (b"(component \xff)", "neither WebAssembly nor its text format"),
    "text that is no WAT": (b"hello", "expected"),
    "parentheses without end": (b"(" * 200_000, ""),
    "nesting without end": (b"(component " * 100_000, "too deep"),
    "a component that is not valid": (
        b'(component (core module $m (func (export "f") (result i32)))'
        b' (core instance $i (instantiate $m)) (func (export "f") (result u32) (canon lift (core func $i "f"))))',
        "type mismatch",
    ),
}


@pytest.mark.parametrize(("source", "words"), FILES.values(), ids=FILES)
async def test_a_file_that_is_no_component_is_refused(source: bytes, words: str):
    assert words in str(await refusal(source))


LATER = {
    "a future": "(component (type (future u32)))",
    "a stream": "(component (type (stream u8)))",
    "a future deep inside": '(component (import "f" (func (result (list (option (tuple u8 (future))))))))',
    "a stream of an import": wat.text("future-stream"),
    "an async function": '(component (import "f" (func async)))',
    "an async built-in": "(component (core func (canon task.return)))",
}


@pytest.mark.parametrize("source", LATER.values(), ids=LATER)
async def test_what_belongs_to_wasi_0_3_is_refused_by_name(source: str):
    error = await refusal(source)
    assert "future, stream or async functions" in str(error)
    assert "WASI 0.2" in error.hint


async def test_a_source_cannot_speak_to_a_terminal_through_its_error():
    for source in ('(component (foo "\x1b[2J\x1b[31m"))', "(component\n\x1b]0;title\x07)", '(component (\x9b31m"))'):
        error = await refusal(source)
        assert all(line.isprintable() for line in str(error).split("\n"))


async def test_an_error_quotes_little_of_a_huge_source():
    assert len(str(await refusal("(component " + "x" * 1_000_000))) < 5_000


# ---------------------------------------------------------------- once


async def test_the_same_source_is_compiled_once_at_a_time():
    workers = 0

    def count() -> None:
        nonlocal workers
        workers += 1

    compiler = Compiler()
    source = wat.text("add").encode()
    components = await asyncio.gather(*[compiler.compile(source, on_compile=count) for _ in range(8)])
    assert len({id(component) for component in components}) == workers == 1
    assert await compiler.compile(source, on_compile=count) is components[0]
    assert await compiler.compile(source, consume_fuel=True, on_compile=count) is not components[0]
    assert workers == 2


async def test_when_the_first_is_cancelled_the_next_compiles_itself():
    compiler = Compiler()
    source = wat.text("add").encode()
    before = children()
    first = asyncio.create_task(compiler.compile(source))
    second = asyncio.create_task(compiler.compile(source))
    await until(lambda: bool(children() - before))
    first.cancel()
    assert "add" in (await second).signatures
    assert first.cancelled()


async def test_what_is_on_disk_needs_no_worker(tmp_path: Path):
    source = wat.text("add").encode()
    asked: list[str] = []
    for time_ in ("first", "second"):
        compiler = Compiler(cache=CodeCache(tmp_path / "cache"))
        component = await compiler.compile(source, on_compile=lambda time_=time_: asked.append(time_))  # type: ignore[misc]
        assert "add" in component.signatures
    assert asked == ["first"]


async def test_a_failure_is_not_remembered(tmp_path: Path):
    compiler = Compiler(CompileBounds(timeout_seconds=0.2), CodeCache(tmp_path / "cache"))
    source = wat.slow_to_compile().encode()
    for _ in range(2):
        with pytest.raises(CompileError):
            await compiler.compile(source)
    assert (await Compiler(cache=CodeCache(tmp_path / "cache")).compile(wat.text("add").encode())).signatures


async def test_an_error_of_a_file_names_the_file(tmp_path: Path):
    (tmp_path / "mine.wasm").write_bytes(CORE_MODULE)
    with pytest.raises(CompileError, match=r"mine\.wasm.*core module"):
        await Compiler().compile_file(tmp_path / "mine.wasm")
