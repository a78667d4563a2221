"""Names of interfaces, and which host interface answers which import.

Promise: `best_match` picks the host interface that the engine's linker would pick, so that what is compared before
linking is what gets linked.

Source: component model, Explainer.md "Import and Export Definitions" and "Canonical Interface Name"; the linker of
wasmtime 50 (lookup of names in `environ/src/component/names.rs`), which besides matches a prerelease only exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from semver import Version

from airssys.engine.wit._identifiers import is_label, is_words

MAX_VERSION_LENGTH = 256
"""Ours: the engine takes 64-bit numbers and any suffix; no published version comes near."""

_INTERFACE_NAME = re.compile(r"(?P<namespace>[^:/@]+):(?P<package>[^:/@]+)/(?P<interface>[^:/@]+)(?:@(?P<version>.+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceName:
    """The parts of `namespace:package/interface@version`; `str()` gives the text back."""

    namespace: str
    package: str
    interface: str
    version: str | None = None

    def __str__(self) -> str:
        version = "" if self.version is None else f"@{self.version}"
        return f"{self.namespace}:{self.package}/{self.interface}{version}"


def parse_interface_name(text: str) -> InterfaceName | None:
    """The parts of an interface name; None when the text is not one (a plain import name such as `log`, say)."""
    found = _INTERFACE_NAME.fullmatch(text)
    if found is None:
        return None
    name = InterfaceName(**found.groupdict())
    valid = is_words(name.namespace) and is_words(name.package) and is_label(name.interface)
    return name if valid and (name.version is None or is_version(name.version)) else None


def is_version(text: str) -> bool:
    """Whether the text is a semantic version such as `0.2.0-draft`."""
    return _version(text) is not None


def semver_compatible(host_version: str, guest_version: str) -> bool:
    """Whether an interface of the host's version answers an import of the guest's version.

    >>> semver_compatible("0.2.6", "0.2.0"), semver_compatible("0.2.0", "0.2.6"), semver_compatible("0.3.0", "0.2.0")
    (True, True, False)
    >>> semver_compatible("1.4.0", "1.0.0"), semver_compatible("0.0.2", "0.0.1"), semver_compatible("1.0.0", "1.0.0-a")
    (True, False, False)
    """
    if host_version == guest_version:
        return True
    host, guest = _track(host_version), _track(guest_version)
    return host is not None and host == guest


def best_match(guest_name: str, host_names: Iterable[str]) -> str | None:
    """The host's name that answers the guest's import: the same text, else the highest compatible version."""
    candidates = tuple(host_names)
    if guest_name in candidates:
        return guest_name
    guest = parse_interface_name(guest_name)
    if guest is None or guest.version is None:
        return None
    best: tuple[Version, str] | None = None
    for candidate in candidates:
        version = _compatible_version(candidate, guest, guest.version)
        if version is not None and (best is None or version > best[0]):
            best = (version, candidate)
    return None if best is None else best[1]


def _compatible_version(candidate: str, guest: InterfaceName, guest_version: str) -> Version | None:
    host = parse_interface_name(candidate)
    if host is None or host.version is None or not semver_compatible(host.version, guest_version):
        return None
    if (host.namespace, host.package, host.interface) != (guest.namespace, guest.package, guest.interface):
        return None
    return _version(host.version)


def _track(text: str) -> tuple[int, ...] | None:
    """The numbers that compatible versions share; None when a version is compatible with nothing but itself."""
    version = _version(text)
    if version is None or version.prerelease is not None:
        return None
    if version.major:
        return (version.major,)
    return (0, version.minor) if version.minor else None


def _version(text: str) -> Version | None:
    if len(text) > MAX_VERSION_LENGTH or not text.isascii():
        return None
    try:
        return Version.parse(text)
    except ValueError:
        return None
