"""Git repositories made byte by byte, so that they can be as wrong as an attacker wants them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
CONFIG = """\
[core]
\trepositoryformatversion = 0
\tbare = false
[remote "origin"]
\turl = https://git.example.org/acme/greeter.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
\tremote = origin
\tmerge = refs/heads/main
"""


@dataclass
class Repository:
    """A checkout in the making.

    Attributes:
        root: where it is.
        algorithm: `sha1` or `sha256`.
        tip: the commit that was checked out last.
        objects: kind and content by id; loose as long as they are not packed.
    """

    root: Path
    algorithm: str = "sha1"
    tip: str = ""
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / ".git"

    def write(self, name: str, content: str | bytes) -> Path:
        """A file of the repository's own."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def id_of(self, kind: str, content: bytes) -> str:
        return hashlib.new(self.algorithm, f"{kind} {len(content)}\0".encode() + content).hexdigest()

    def add(self, kind: str, content: bytes, *, under: str | None = None) -> str:
        """A loose object; under its id, or under that of something else."""
        object_id = under or self.id_of(kind, content)
        self.objects[object_id] = (kind, content)
        packed = zlib.compress(f"{kind} {len(content)}\0".encode() + content)
        self.write(f"objects/{object_id[:2]}/{object_id[2:]}", packed)
        return object_id

    def add_tree(self, entries: Mapping[str, tuple[str, str]]) -> str:
        """A tree of names, each with its mode and id."""
        lines = (
            f"{mode} {name}\0".encode() + bytes.fromhex(object_id)
            for name, (mode, object_id) in sorted(entries.items())
        )
        return self.add("tree", b"".join(lines))

    def add_files(self, files: Mapping[str, bytes]) -> str:
        """The tree of files by their paths, with everything in it."""
        entries: dict[str, tuple[str, str]] = {}
        folders: dict[str, dict[str, bytes]] = {}
        for path, content in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = content
            else:
                entries[first] = ("100644", self.add("blob", content))
        entries |= {name: ("40000", self.add_files(inner)) for name, inner in folders.items()}
        return self.add_tree(entries)

    def commit(self, files: Mapping[str, bytes], *, message: str = "made") -> str:
        """A commit of these files; nothing is at it yet."""
        text = f"tree {self.add_files(files)}\nauthor A <a@example.org> 0 +0000\n\n{message}\n"
        return self.add("commit", text.encode())

    def check_out(self, files: Mapping[str, bytes], *, branch: str = "main", config: str = CONFIG) -> str:
        """Make it a checkout at a commit of these files, the tip of a branch as last fetched."""
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content)
        commit = self.tip = self.commit(files)
        self.write("HEAD", f"ref: refs/heads/{branch}\n")
        self.write(f"refs/heads/{branch}", f"{commit}\n")
        self.write(f"refs/remotes/origin/{branch}", f"{commit}\n")
        self.write("config", config)
        return commit

    def pack(self, entries: Sequence[tuple[str, bytes]], *, name: str = "pack-1") -> None:
        """Write a pack and its index: ids, and what stands in the pack for each."""
        content, offsets = b"PACK" + (2).to_bytes(4) + len(entries).to_bytes(4), {}
        for object_id, entry in entries:
            offsets[object_id] = len(content)
            content += entry
        self.write(f"objects/pack/{name}.pack", content + hashlib.new(self.algorithm, content).digest())
        self.write(f"objects/pack/{name}.idx", self.index(offsets))

    def index(self, offsets: Mapping[str, int], *, large: bool = False) -> bytes:
        """An index of version 2."""
        ids = sorted(offsets)
        counts = [sum(int(each[:2], 16) <= first for each in ids) for first in range(256)]
        table = [0x80000000 + at if large else offsets[each] for at, each in enumerate(ids)]
        return b"".join(
            [
                b"\xfftOc\0\0\0\x02",
                *(count.to_bytes(4) for count in counts),
                *(bytes.fromhex(each) for each in ids),
                bytes(4 * len(ids)),
                *(offset.to_bytes(4) for offset in table),
                *(offsets[each].to_bytes(8) for each in ids if large),
                bytes(40),
            ]
        )

    def pack_all(self) -> None:
        """Move every loose object into one pack, each as it is."""
        self.pack([(object_id, entry(KINDS[kind], content)) for object_id, (kind, content) in self.objects.items()])
        self.remove_loose()

    def remove_loose(self) -> None:
        for path in (self.folder / "objects").glob("??/*"):
            path.unlink()


def entry(kind: int, content: bytes, *, base: bytes = b"", size: int | None = None) -> bytes:
    """One entry of a pack: its header, what says what its base is, and the content."""
    size = len(content) if size is None else size
    header, size = [kind << 4 | size & 15], size >> 4
    while size:
        header[-1] |= 0x80
        header.append(size & 0x7F)
        size >>= 7
    return bytes(header) + base + zlib.compress(content)


def distance(value: int) -> bytes:
    """How far before its delta a base is, as packs have it."""
    found = [value & 0x7F]
    while value >> 7:
        value = (value >> 7) - 1
        found.append(0x80 | value & 0x7F)
    return bytes(reversed(found))


def varint(value: int) -> bytes:
    found = bytearray()
    while True:
        found.append(value & 0x7F | (0x80 if value >> 7 else 0))
        value >>= 7
        if not value:
            return bytes(found)


def delta(base: bytes, *commands: bytes | tuple[int, int]) -> bytes:
    """A delta: bytes to insert, and parts of the base (begin, length) to copy."""
    size = sum(len(each) if isinstance(each, bytes) else each[1] for each in commands)
    return varint(len(base)) + varint(size) + b"".join(map(_command, commands))


def _command(command: bytes | tuple[int, int]) -> bytes:
    if isinstance(command, bytes):
        return b"".join(
            bytes([len(part)]) + part for part in (command[at : at + 127] for at in range(0, len(command), 127))
        )
    begin, length = command
    wanted = [begin >> 8 * byte & 0xFF for byte in range(4)] + [length >> 8 * byte & 0xFF for byte in range(3)]
    flags = sum(1 << bit for bit, value in enumerate(wanted) if value)
    return bytes([0x80 | flags]) + bytes(value for value in wanted if value)
