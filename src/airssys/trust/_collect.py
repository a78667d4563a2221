"""Finding out what rules ask about: the one place that looks at files to decide whether they are trusted.

Files are looked at again where they are said to be, and count only with the bytes that the source has. Nothing here
raises because of what it finds: what cannot be looked at is `Unproven`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from airssys.trust._envelope import MAX_ENVELOPE_BYTES, SIGNATURE_SUFFIX, Envelope, EnvelopeInvalid
from airssys.trust._evidence import Checkout, Evidence, Place, Remote, Unproven
from airssys.trust._files import read_file, refusal
from airssys.trust._rules import GitRule, LocalRule, Rule, SigningKeyRule
from airssys.trust._source import Source
from airssys.trust._urls import normalised_url
from airssys.trust.git import GitCheckout, GitUnreadable, checkout_root, open_checkout

#: What the engine compiles at most by default (`CompileBounds.source_bytes`); a larger file matches no place.
MAX_COMPONENT_BYTES: Final = 64 * 1024 * 1024

#: Of the repository's own files, those that say where it comes from and what it is at.
_REPOSITORY_FILES: Final = (".git", ".git/config", ".git/HEAD", ".git/packed-refs", ".git/refs/remotes")


def collect_evidence(source: Source, rules: Sequence[Rule]) -> Evidence:
    """Look at what the rules ask about, and at nothing else. Reads files, so it does not belong on an event loop."""
    evidence = Evidence(source=source)
    kinds = {type(rule) for rule in rules}
    if SigningKeyRule in kinds:
        evidence = replace(evidence, envelope=_envelope(source))
    if kinds & {GitRule, LocalRule}:
        contents = _contents(source)
        if isinstance(contents, Unproven):
            return replace(evidence, place=contents, checkout=contents)
        evidence = replace(evidence, place=_place(source))
        if GitRule in kinds:
            evidence = replace(evidence, checkout=_checkout(contents))
    return evidence


def signature_path(wasm: Path) -> Path:
    """Where a component's signatures are: beside it."""
    return wasm.with_name(wasm.name + SIGNATURE_SUFFIX)


def _envelope(source: Source) -> Envelope | Unproven:
    path = signature_path(source.wasm.path)
    try:
        return Envelope.decode(read_file(path, MAX_ENVELOPE_BYTES))
    except FileNotFoundError:
        return Unproven(why=f"there is no signature file {path}")
    except OSError as error:
        return Unproven(why=f"{path} cannot be read: {refusal(error)}")
    except EnvelopeInvalid as error:
        return Unproven(why=f"{path} is no signature file: {error}")


def _contents(source: Source) -> dict[Path, bytes] | Unproven:
    """What is in the files now, which is what the source says or nothing."""
    contents: dict[Path, bytes] = {}
    for file in source.files:
        try:
            contents[file.path] = read_file(file.path, MAX_COMPONENT_BYTES)
        except OSError as error:
            return Unproven(why=f"{file.path} cannot be looked at: {refusal(error)}")
        if hashlib.sha256(contents[file.path]).hexdigest() != file.sha256:
            return Unproven(why=f"{file.path} does not hold the bytes that were loaded: it was changed since")
    return contents


def _place(source: Source) -> Place:
    paths = [file.path for file in source.files]
    return Place(paths=tuple(str(path) for path in paths), open_to_all=_open_to_all(paths))


def _open_to_all(paths: Iterable[Path]) -> str | None:
    """The first of the paths and of the folders above them that every user may change.

    A folder with the sticky bit counts as closed: others can add to it, but not exchange what is there.
    """
    for each in dict.fromkeys(place for path in paths for place in (path, *path.parents)):
        try:
            mode = os.lstat(each).st_mode
        except FileNotFoundError:
            continue
        except OSError:
            return str(each)  # what cannot be looked at is not relied on
        if mode & stat.S_IWOTH and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX):
            return str(each)
    return None


def _checkout(contents: Mapping[Path, bytes]) -> Checkout | Unproven:
    root, *others = {checkout_root(path) for path in contents}
    if root is None or others:
        return Unproven(why="its files are not in one Git checkout")
    try:
        checkout = open_checkout(root)
        changed = [path for path, content in contents.items() if not checkout.has(path, content)]
    except GitUnreadable as error:
        return Unproven(why=f"the Git checkout {root} proves nothing: {error}")
    if changed:
        return Unproven(why=f"{changed[0]} is not what commit {checkout.commit} has there")
    return Checkout(
        root=str(root),
        commit=checkout.commit,
        remotes=_remotes(checkout),
        open_to_all=_open_to_all(root / file for file in _REPOSITORY_FILES),
    )


def _remotes(checkout: GitCheckout) -> tuple[Remote, ...]:
    remotes = []
    for remote in checkout.remotes:
        try:
            remotes.append(Remote(url=normalised_url(remote.url), branches=remote.branches))
        except ValueError:
            continue  # an address that cannot be told from others matches no rule
    return tuple(remotes)
