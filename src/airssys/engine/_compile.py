"""From a file to a compiled component, within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import hashlib
import json
import os
import stat
import sys
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from wasmtime import Engine

from airssys.engine import _native as native
from airssys.engine._cache import CodeCache, default_cache_folder
from airssys.engine._component import CompiledComponent
from airssys.engine._runtime import runtime
from airssys.engine.binary import BinaryFacts, BinaryKind, MemoryFacts, TableFacts
from airssys.errors import CompileError, EngineFailed
from airssys.units import GIB, MIB, format_size

#: Bumped when the layout of cached files changes.
_CACHE_FORMAT: Final = 1
#: Machine code per byte of component; measured 2 to 8, bounded far above.
_MAX_EXPANSION: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileBounds:
    """How much one compilation may take.

    Attributes:
        source_bytes: largest file; a Python guest is 18 MB.
        timeout_seconds: wall time of the worker.
        memory_bytes: address space of the worker; a 1 MB QuickJS guest takes about 0.3 GiB, a Python guest 1.5.
    """

    source_bytes: int = 64 * MIB
    timeout_seconds: float = 120.0
    memory_bytes: int = 4 * GIB


class Compiler:
    """Compiles in a worker process and remembers, in memory and on disk. Use it from one event loop.

    Args:
        bounds: what one compilation may take.
        cache: where machine code is kept; the user's cache folder by default, None for nowhere.
    """

    def __init__(self, bounds: CompileBounds | None = None, cache: CodeCache | None = None) -> None:
        self._bounds = bounds or CompileBounds()
        self._cache = cache
        self._known: weakref.WeakValueDictionary[tuple[str, bool], CompiledComponent] = weakref.WeakValueDictionary()
        self._locks: weakref.WeakValueDictionary[tuple[str, bool], asyncio.Lock] = weakref.WeakValueDictionary()

    @classmethod
    def with_user_cache(cls, bounds: CompileBounds | None = None) -> Compiler:
        """With the cache in the user's cache folder."""
        return cls(bounds, CodeCache(default_cache_folder()))

    async def compile_file(
        self, path: Path, *, consume_fuel: bool = False, on_compile: Callable[[], None] | None = None
    ) -> CompiledComponent:
        """Compile a `.wasm` or `.wat` file. See `compile`."""
        source = await asyncio.to_thread(read_source, path, self._bounds)
        try:
            return await self.compile(source, consume_fuel=consume_fuel, on_compile=on_compile)
        except CompileError as error:
            raise CompileError(f"{path}: {error.message}", hint=error.hint) from None

    async def compile(
        self, source: bytes, *, consume_fuel: bool = False, on_compile: Callable[[], None] | None = None
    ) -> CompiledComponent:
        """Compile a component in binary or text form; the same source is compiled once.

        Waits for a worker process when nothing is cached; cancelling kills the worker.

        Args:
            source: the bytes of the file.
            consume_fuel: with an instruction budget, which makes tight loops up to twice as slow.
            on_compile: told once when a worker has to be started.

        Raises:
            CompileError: too large, not a component, not supported, or over the bounds.
        """
        self._check_size(len(source))
        digest = hashlib.sha256(source).hexdigest()
        key = (digest, consume_fuel)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = await self._load_or_compile(digest, source, consume_fuel, on_compile)
        return known

    def _check_size(self, size: int) -> None:
        if size > self._bounds.source_bytes:
            raise CompileError(
                f"the component is {format_size(size)}, the largest allowed is {format_size(self._bounds.source_bytes)}"
            )

    async def _load_or_compile(
        self, digest: str, source: bytes, consume_fuel: bool, on_compile: Callable[[], None] | None
    ) -> CompiledComponent:
        engine = runtime().engine(consume_fuel=consume_fuel)
        name = _cache_name(digest, consume_fuel=consume_fuel)
        restore = functools.partial(_restore, digest, consume_fuel=consume_fuel, engine=engine)
        cached = await asyncio.to_thread(self._cache.load, name) if self._cache is not None else None
        if cached is not None:
            with contextlib.suppress(EngineFailed):  # made for another processor, say: compile it here
                return await asyncio.to_thread(restore, cached)
        if on_compile is not None:
            on_compile()
        compiled = await self._run_worker(source, consume_fuel=consume_fuel)
        if self._cache is not None:
            await asyncio.to_thread(self._cache.store, name, compiled)
        return await asyncio.to_thread(restore, compiled)

    async def _run_worker(self, source: bytes, *, consume_fuel: bool) -> bytes:
        bounds = self._bounds
        request = {
            "memory_bytes": bounds.memory_bytes,
            "cpu_seconds": int(bounds.timeout_seconds * 4) + 1,
            "consume_fuel": consume_fuel,
            "parent": os.getpid(),
        }
        process = await asyncio.create_subprocess_exec(
            *_worker_command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(bounds.timeout_seconds):
                answer, complaint = await process.communicate(json.dumps(request).encode() + b"\n" + source)
        except TimeoutError:
            raise CompileError(
                f"compiling took longer than {bounds.timeout_seconds:g} s and was stopped",
                hint="raise the compile timeout if the component is meant to be that large",
            ) from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return _checked(answer, complaint, process.returncode or 0, bounds, len(source))


def read_source(path: Path, bounds: CompileBounds | None = None) -> bytes:
    """The bytes of a component's file, bounded.

    Raises:
        CompileError: there is no such file, it cannot be read, or it is too large.
    """
    most = (bounds or CompileBounds()).source_bytes
    try:
        with _open_regular(path) as file:
            source = file.read(most + 1)
    except OSError as error:
        raise CompileError(
            f"cannot read {path}: {error.strerror or error}", hint="check the path and the permissions"
        ) from None
    if len(source) > most:
        raise CompileError(f"{path} is larger than {format_size(most)}, the largest component allowed")
    return source


def _open_regular(path: Path) -> BinaryIO:
    """A file and nothing else: opening a pipe or a device could wait for ever."""
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is not a regular file")
    return file


def _worker_command() -> list[str]:
    """A fresh interpreter with our own import path and nothing of the user's environment in it."""
    code = "import sys; sys.path[:] = sys.argv[1:]; del sys.argv[1:]; from airssys.engine._worker import main; main()"
    return [sys.executable, "-I", "-S", "-c", code, *[str(Path(entry).resolve()) for entry in sys.path]]


def _checked(answer: bytes, complaint: bytes, status: int, bounds: CompileBounds, source_bytes: int) -> bytes:
    """The worker's answer, if it is one."""
    header, newline, artifact = answer.partition(b"\n")
    if status != 0 or not newline:
        lines = complaint.decode("utf-8", "replace").strip().splitlines()
        raise CompileError(
            f"the compiling process died ({_death(status)}): {lines[-1][:500] if lines else 'it said nothing'}",
            hint=f"it may use {format_size(bounds.memory_bytes)} of memory; a component that kills it is best refused",
        )
    told = json.loads(header)
    if "error" in told:
        raise CompileError(told["error"], hint=told["hint"])
    if len(artifact) > _MAX_EXPANSION * source_bytes + MIB:
        raise CompileError(f"the machine code is {format_size(len(artifact))}, out of all proportion to its source")
    return answer


def _death(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _cache_name(digest: str, *, consume_fuel: bool) -> str:
    settings = json.dumps([_CACHE_FORMAT, native.VERSION, sorted(native.SWITCHES.items()), consume_fuel])
    return hashlib.sha256(f"{digest}\n{settings}".encode()).hexdigest()


def _restore(digest: str, answer: bytes, *, consume_fuel: bool, engine: Engine) -> CompiledComponent:
    header, _, artifact = answer.partition(b"\n")
    told = json.loads(header)
    return CompiledComponent(
        digest=digest,
        facts=_facts(told["facts"]),
        size_bytes=told["wasm_bytes"],
        consumes_fuel=consume_fuel,
        engine=engine,
        artifact=artifact,
    )


def _facts(plain: dict[str, Any]) -> BinaryFacts:
    return BinaryFacts(
        **{
            **plain,
            "kind": BinaryKind(plain["kind"]),
            "memories": tuple(MemoryFacts(**memory) for memory in plain["memories"]),
            "tables": tuple(TableFacts(**table) for table in plain["tables"]),
        }
    )
