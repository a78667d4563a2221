"""The chain of `extends`: a manifest, the file that it extends, and so on, each read and checked once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ._document import Document, manifest_path, read_document
from ._fields import EXTENDS
from ._file_problems import ExtendsCycle, ExtendsTooLong
from ._problem import Problem, Report
from ._settings import Setting, Settings, read_settings, value_if_set
from ._shapes import COMPONENT
from ._shown import printable

#: Most files of a chain; nobody can follow more, and it bounds what one `check` reads to 512 KiB.
MAX_CHAIN_FILES: Final = 8


@dataclass(slots=True, kw_only=True)
class Chain:
    """What was read, the manifest itself first.

    Attributes:
        documents: the files.
        settings: what each of them sets.
        is_complete: every file could be read, so that what none of them sets is not set anywhere.
    """

    documents: list[Document] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)
    is_complete: bool = False

    def merged(self) -> Settings:
        """What the chain sets: a file overrules the one that it extends, key by key."""
        merged: dict[str, Setting] = {}
        for settings in reversed(self.settings):
            merged.update(settings)
        return merged


def read_chain(path: Path, report: Report) -> Chain:
    """Read a manifest and everything that it extends; what is wrong goes into the report."""
    chain = Chain()
    following: Path | None = path
    named_by: Setting | None = None
    try:
        while following is not None:
            document = read_document(following)
            chain.documents.append(document)
            settings = read_settings(document, document.table, COMPONENT, report)
            chain.settings.append(settings)
            named_by = settings.get(EXTENDS.key.path)
            following = _following(chain)
        chain.is_complete = not report.covers(EXTENDS.key.path)
    except Problem as problem:
        if named_by is not None and named_by.file != problem.file:
            problem.extended_by = named_by.source
        report.add(problem)
    return chain


def _following(chain: Chain) -> Path | None:
    """The file that the last one extends, if it extends one."""
    document = chain.documents[-1]
    extended = value_if_set(chain.settings[-1], EXTENDS)
    if extended is None:
        return None
    line = document.line_of((EXTENDS.key.path,))
    path = manifest_path(os.path.normpath(document.path.parent / extended))
    seen = [os.path.realpath(each.path) for each in chain.documents]
    if os.path.realpath(path) in seen:
        circle = [each.file for each in chain.documents[seen.index(os.path.realpath(path)) :]]
        raise ExtendsCycle([*circle, circle[0]]).located(document.file, line)
    if len(seen) == MAX_CHAIN_FILES:
        raise ExtendsTooLong(
            "the chain of `extends` is too long",
            key=EXTENDS.key.path,
            found=printable(f"{path} is file {MAX_CHAIN_FILES + 1}"),
            expected=f"at most {MAX_CHAIN_FILES} files",
        ).located(document.file, line)
    return path
