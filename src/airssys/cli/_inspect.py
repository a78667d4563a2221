"""`airssys inspect`: what a component is, what it offers and what it needs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from airssys.cli._arguments import SEPARATOR
from airssys.cli._console import plural, printable, show, show_json
from airssys.cli._interfaces import MEANING, Answer, Import, imports_of
from airssys.cli._options import ConfigOption, JsonFlag, ProfileOption, host_config, read_path
from airssys.cli._progress import Waiting
from airssys.engine import CompiledComponent, read_source
from airssys.engine.binary import BinaryFacts, MemoryFacts
from airssys.errors import CompileError, ManifestError
from airssys.host import HostConfig
from airssys.interfaces.wasi import shared_interfaces
from airssys.manifest import component_at_hand, load_manifest
from airssys.units import format_size, format_size_exactly

_STYLES: Final = {Answer.ANSWERED: "green", Answer.NEEDS_A_GRANT: "yellow", Answer.UNKNOWN: "bold red"}
#: Where the text behind a label begins.
_LABEL_WIDTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything that is known about a component without running it.

    Attributes:
        source_bytes: of the file, which may be text.
        limit_bytes: what its manifest declares; None without a manifest that can be used.
        manifest_problem: why the manifest beside it cannot be used.
        exports: full name -> signature.
    """

    file: Path
    digest: str
    source_bytes: int
    binary_bytes: int
    facts: BinaryFacts
    limit_bytes: int | None
    manifest_problem: ManifestError | None
    exports: dict[str, str]
    imports: Sequence[Import]


def inspect(
    path: Annotated[
        Path,
        typer.Argument(parser=read_path, metavar="PATH", help="A folder, a Component.toml, a .wasm or a .wat file."),
    ],
    config: ConfigOption = None,
    profile: ProfileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Show what a component is: digest, size, memories, exports and imports with signatures, and who answers each."""
    inspection = asyncio.run(_inspected(path, host_config(config, profile)))
    if as_json:
        show_json(inspection_as_json(inspection))
    else:
        show(inspection_as_lines(inspection))
    return 0


async def _inspected(path: Path, config: HostConfig) -> Inspection:
    file, limit, problem = _found(path, config)
    with Waiting() as waiting:
        try:
            compiled = await config.compiler().compile_file(file, on_compile=lambda: waiting.compiling(file, config))
        except CompileError as error:
            if error.hint == CompileError.hint:  # which says to run this very verb
                error.hint = "correct the file, or build it again; `airssys init` makes a component to compare with"
            raise
    return Inspection(
        file=file,
        digest=compiled.digest,
        source_bytes=len(read_source(file, config.compile)),
        binary_bytes=compiled.size_bytes,
        facts=compiled.facts,
        limit_bytes=limit,
        manifest_problem=problem,
        exports=compiled.signatures,
        imports=_imports(compiled),
    )


def _imports(compiled: CompiledComponent) -> tuple[Import, ...]:
    return tuple(imports_of(compiled, shared_interfaces().values()))


def _found(path: Path, config: HostConfig) -> tuple[Path, int | None, ManifestError | None]:
    """The component's file, and what its manifest declares or what is wrong with it."""
    if path.suffix in (".wasm", ".wat") and not path.is_dir():
        return path, None, None
    try:
        manifest = load_manifest(path, operator=config.operator, profile=config.profile)
        return manifest.find_wasm(), manifest.limits.memory.max_bytes, None
    except ManifestError as error:
        file = component_at_hand(path)
        if file is None:
            raise
        return file, None, error


# ---------------------------------------------------------------- for machines


def inspection_as_json(inspection: Inspection) -> dict[str, Any]:
    """The whole inspection; docs/guides/cli.md lists the keys."""
    facts = inspection.facts
    return {
        "file": str(inspection.file),
        "digest": f"sha256:{inspection.digest}",
        "size_bytes": inspection.source_bytes,
        "binary_bytes": inspection.binary_bytes,
        "memories": [dataclasses.asdict(memory) for memory in facts.memories],
        "tables": [dataclasses.asdict(table) for table in facts.tables],
        "core_instances": facts.core_instances,
        "smallest_limit_bytes": facts.smallest_limit_bytes,
        "exact": facts.exact,
        "limit_bytes": inspection.limit_bytes,
        "exports": [
            {"name": name, "interface": name.rpartition(SEPARATOR)[0] or None, "signature": signature}
            for name, signature in inspection.exports.items()
        ],
        "imports": [_import_as_json(each) for each in inspection.imports],
    }


def _import_as_json(each: Import) -> dict[str, Any]:
    return {
        "name": each.name or None,
        "answer": each.answer.value,
        "functions": [{"name": need.function, "signature": need.signature} for need in each.functions],
        "resources": list(each.resources),
        "others": list(each.others),
    }


# ---------------------------------------------------------------- for people


def inspection_as_lines(inspection: Inspection) -> Iterator[Text]:
    """The whole inspection, to be read from top to bottom."""
    yield Text(printable(str(inspection.file)), style="bold")
    yield from _about(inspection)
    yield Text()
    yield Text("exports", style="bold")
    yield from _exports(inspection.exports)
    yield Text()
    yield Text("imports", style="bold")
    yield from _import_lines(inspection.imports)


def _about(inspection: Inspection) -> Iterator[Text]:
    facts = inspection.facts
    yield _labelled("digest", f"sha256:{inspection.digest}")
    size = format_size(inspection.source_bytes)
    if inspection.binary_bytes != inspection.source_bytes:
        size += f" of text, {format_size(inspection.binary_bytes)} as a binary"
    yield _labelled("size", size)
    yield _labelled("memory", "; ".join(_memory(memory) for memory in facts.memories) or "none")
    if facts.tables:
        elements = sum(table.min_elements * table.count for table in facts.tables)
        count = sum(table.count for table in facts.tables)
        yield _labelled("tables", f"{plural(count, 'table')} with {plural(elements, 'element')} at first")
    least = "" if facts.exact else "at least "
    smallest = facts.smallest_limit_bytes
    yield _labelled("needs", f"{least}{format_size_exactly(smallest)}: the smallest limit that starts it")
    if inspection.limit_bytes is not None:
        enough = inspection.limit_bytes >= smallest
        declared = _labelled("declares", format_size_exactly(inspection.limit_bytes))
        yield declared if enough else declared.append(": not enough, it cannot start", style="bold red")
    if inspection.manifest_problem is not None:
        problem = printable(inspection.manifest_problem.message.splitlines()[0])
        yield _labelled("manifest", f"{problem} (`airssys check` tells everything)")


def _memory(memory: MemoryFacts) -> str:
    pages = f"{plural(memory.min_pages, 'page')} ({format_size(memory.min_pages * memory.page_bytes)}) at first, "
    pages += "no maximum" if memory.max_pages is None else f"at most {memory.max_pages}"
    return (f"{memory.count} times " if memory.count != 1 else "") + pages


def _labelled(label: str, text: str) -> Text:
    return Text("  ").append(label.ljust(_LABEL_WIDTH), style="dim").append(text)


def _exports(exports: dict[str, str]) -> Iterator[Text]:
    if not exports:
        yield Text("  none: there is nothing to call")
    for interface, names in groupby(exports, key=lambda name: name.rpartition(SEPARATOR)[0]):
        if interface:
            yield Text(f"  {printable(interface)}")
        for name in names:
            function = name.rpartition(SEPARATOR)[2]
            yield _function(function, exports[name], indent=4 if interface else 2)


def _function(name: str, signature: str, *, indent: int) -> Text:
    return Text(" " * indent).append(printable(name), style="cyan").append(f": {printable(signature)}")


def _import_lines(imports: Sequence[Import]) -> Iterator[Text]:
    if not imports:
        yield Text("  none: it needs nothing from outside")
    for each in imports:
        name = printable(each.name) or "outside of any interface"
        yield Text(f"  {name}  ").append(each.answer.value, style=_STYLES[each.answer])
        for need in each.functions:
            yield _function(need.function, need.signature, indent=4)
        yield from (Text(f"    resource {printable(resource)}") for resource in each.resources)
        yield from (Text(f"    {printable(other)}") for other in each.others)
    answers = {each.answer for each in imports}
    if answers:
        yield Text()
    yield from (Text(f"{answer.value}: {MEANING[answer]}", style="dim") for answer in Answer if answer in answers)
