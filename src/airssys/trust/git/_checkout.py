"""A Git checkout: which commit it is at, where it comes from, and whether a file is as the commit has it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from airssys.trust._files import read_file, refusal
from airssys.trust.git._config import Entry, read_config
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import SHA1, SHA256, GitUnreadable, ObjectFormat
from airssys.trust.git._objects import Objects
from airssys.trust.git._refs import Refs

_MAX_CONFIG_BYTES: Final = 256 * 1024
_MAX_REMOTES: Final = 100
#: Modes of files in trees; a link (120000) and a submodule (160000) are something else.
_FILE_MODES: Final = (b"100644", b"100755")
_TREE_MODE: Final = b"40000"
#: How Git reads a setting that is off.
_FALSE: Final = ("false", "no", "off", "0")
_FETCHED: Final = re.compile(r"\+?refs/heads/(?P<branch>[^:]+):refs/remotes/(?P<place>[^:]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitRemote:
    """A repository that is fetched from, by its own word.

    Attributes:
        url: as it is written.
        branches: those whose tip, as last fetched, is the commit that is checked out.
    """

    url: str
    branches: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitCheckout:
    """A checkout at one commit.

    Attributes:
        root: its folder.
        commit: the id; the commit's content has it.
        remotes: where it comes from, by its own word.
        tree: the id of the commit's root tree.
        id_format: how its objects are named.
        objects: what it holds.
    """

    root: Path
    commit: str
    remotes: tuple[GitRemote, ...]
    tree: str
    id_format: ObjectFormat
    objects: Objects

    def has(self, path: Path, content: bytes) -> bool:
        """Tell whether the commit has a regular file with this content at a path below the root.

        Raises:
            GitUnreadable: a tree on the way is not there, malformed, or takes too much to read.
        """
        *folders, name = PurePosixPath(path.relative_to(self.root)).parts
        tree: str | None = self.tree
        for folder in folders:
            tree = self._entry(tree, folder, (_TREE_MODE,)) if tree else None
        found = self._entry(tree, name, _FILE_MODES) if tree else None
        return found is not None and found == self.id_format.id_of("blob", content)

    def _entry(self, tree: str, name: str, modes: tuple[bytes, ...]) -> str | None:
        """The id of an entry of a tree, if it has one of the modes."""
        content = self.objects.read("tree", tree)
        wanted = os.fsencode(name)
        for mode, entry, object_id in _tree_entries(content, self.id_format.width_bytes):
            if entry == wanted:
                return object_id if mode in modes else None
        return None


def checkout_root(path: Path) -> Path | None:
    """The nearest folder around a path that has a `.git`; None when there is none."""
    return next((folder for folder in path.parents if os.path.lexists(folder / ".git")), None)


def open_checkout(root: Path) -> GitCheckout:
    """Read what a checkout is at.

    Raises:
        GitUnreadable: it cannot be told.
    """
    folder = root / ".git"
    try:
        if not folder.is_dir() or folder.is_symlink():
            raise GitUnreadable("it is a linked worktree or a submodule, which is not read here: make a clone")
        entries = read_config(read_file(folder / "config", _MAX_CONFIG_BYTES).decode("utf-8", "surrogateescape"))
        id_format = _id_format(entries)
        effort = Effort()
        refs, objects = Refs(folder, id_format, effort), Objects(folder / "objects", id_format, effort)
        commit = refs.head()
        line = objects.read("commit", commit).partition(b"\n")[0].decode("ascii", "replace")
        kind, _, tree = line.partition(" ")
        if kind != "tree" or not id_format.is_id(tree):
            raise GitUnreadable(f"commit {commit} is malformed")
        remotes = tuple(_remotes(refs, entries, commit))
    except OSError as error:
        raise GitUnreadable(f"its files cannot be read: {refusal(error)}") from None
    return GitCheckout(root=root, commit=commit, remotes=remotes, tree=tree, id_format=id_format, objects=objects)


def _id_format(entries: tuple[Entry, ...]) -> ObjectFormat:
    extensions = {key: value.lower() for section, _, key, value in entries if section == "extensions"}
    if extensions.get("refstorage", "files") != "files":
        raise GitUnreadable("it keeps its branches in a form that is not read here")
    formats = {each.name: each for each in (SHA1, SHA256)}
    name = extensions.get("objectformat", SHA1.name)
    if name not in formats:
        raise GitUnreadable("it names its objects in a way that is not known here")
    return formats[name]


def _misleads(entry: Entry) -> bool:
    """Whether an entry makes others mean something else than they say."""
    section, _, key, value = entry
    if section == "extensions":
        return key == "worktreeconfig" and value.lower() not in _FALSE
    return section in ("include", "includeif") or (section == "url" and key in ("insteadof", "pushinsteadof"))


def _remotes(refs: Refs, entries: tuple[Entry, ...], commit: str) -> Iterator[GitRemote]:
    """Every remote. One that may be another one's work makes all of them worthless."""
    if any(_misleads(entry) for entry in entries):
        raise GitUnreadable("its configuration changes what addresses mean, or is in several files")
    names = dict.fromkeys(subsection for section, subsection, *_ in entries if section == "remote")
    if len(names) > _MAX_REMOTES:
        raise GitUnreadable("it has too many remotes")
    for name in names:
        if any(other.startswith(f"{name}/") for other in names):
            raise GitUnreadable(f"the branches of remote {name[:80]!a} could be taken for another's")
        settings = [(key, value) for section, sub, key, value in entries if (section, sub) == ("remote", name)]
        urls = [value for key, value in settings if key == "url"]
        for fetched in (value for key, value in settings if key == "fetch"):
            found = _FETCHED.fullmatch(fetched)
            if found is None or found["place"] != f"{name}/{found['branch']}":
                raise GitUnreadable(f"remote {name[:80]!a} puts its branches where they could be taken for another's")
        if len(urls) > 1:
            raise GitUnreadable(f"remote {name[:80]!a} has several addresses")
        if urls:
            yield GitRemote(url=urls[0], branches=refs.branches_at(commit, remote=name))


def _tree_entries(content: bytes, width: int) -> Iterator[tuple[bytes, bytes, str]]:
    """Mode, name and id of every entry."""
    at = 0
    while at < len(content):
        space, null = content.find(b" ", at), content.find(b"\0", at)
        end = null + 1 + width
        if not at < space < null or end > len(content):
            raise GitUnreadable("a tree is malformed")
        yield content[at:space], content[space + 1 : null], content[null + 1 : end].hex()
        at = end
