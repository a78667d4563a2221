"""What can be known about a WebAssembly binary without compiling it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from airssys.errors import CompileError


class MalformedBinary(CompileError):
    """The bytes start like WebAssembly but do not hold together, or exceed the bounds of the walker."""

    code = "malformed-binary"
    hint = "build the component again; if another tool accepts the file, please report it with the file"


class BinaryKind(Enum):
    """What the first eight bytes say."""

    COMPONENT = "component"
    CORE_MODULE = "core module"
    NOT_WASM = "not WebAssembly"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryFacts:
    """One linear memory that a core module defines.

    Attributes:
        min_pages: its size when the instance starts.
        max_pages: its own ceiling; None when it declares none.
        page_bytes: 65,536 unless the module uses custom page sizes.
        count: how many instances of it one instantiation of the root creates.
    """

    min_pages: int
    max_pages: int | None
    page_bytes: int
    is_64: bool
    is_shared: bool
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One table that a core module defines; sizes in elements, `count` as in `MemoryFacts`."""

    min_elements: int
    max_elements: int | None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryFacts:
    """What instantiating the binary once would create.

    Attributes:
        memories: every linear memory definition that is instantiated; imported memories are not new ones.
        tables: likewise.
        core_instances: core modules instantiated. The engine adds adapter modules of its own for calls between
            nested components; they have no memory.
        smallest_limit_bytes: what all memories take at their minimum; no limit below this can start the instance.
        exact: False when a module or component comes from outside (an import, an argument): then the numbers are
            lower bounds.
        defines_resources: it creates resources of its own (`canon resource.new`).
        uses_async: it mentions `future`, `stream`, `error-context`, async functions, threads or their built-ins.
    """

    kind: BinaryKind
    memories: tuple[MemoryFacts, ...] = ()
    tables: tuple[TableFacts, ...] = ()
    core_instances: int = 0
    smallest_limit_bytes: int = 0
    exact: bool = True
    defines_resources: bool = False
    uses_async: bool = False
