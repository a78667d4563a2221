"""Addresses of Git repositories: every way to write one, in one form; and patterns over them.

The form is `scheme://host[:port]/path`, without `.git` and slashes at the end. Passwords are dropped, and users too,
except with ssh, where the user says whose repository it is. What cannot be brought into the form matches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, urlsplit

from airssys.trust._paths import Paths

_DEFAULT_PORTS: Final = {"https": 443, "http": 80, "ssh": 22, "git": 9418, "file": None}
#: `user@host:path`, as `git` and `scp` read it.
_SCP: Final = re.compile(r"(?:(?P<user>[^@:/]+)@)?(?P<host>[^@:/]+):(?P<path>[^:]+)")
_USER: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
_PATH: Final = re.compile(r"(?:/[^/\\%?#\s\x00-\x1f\x7f]+)+")
_MAX_CHARACTERS: Final = 2048


def normalised_url(text: str) -> str:
    """The one form of an address.

    Raises:
        ValueError: it has none; the text says why.

    >>> normalised_url("git@Git.example.org:acme/greeter.git")
    'ssh://git@git.example.org/acme/greeter'
    >>> normalised_url("https://bot:secret@git.example.org:443/acme/greeter/")
    'https://git.example.org/acme/greeter'
    """
    return "".join(_parts(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPattern:
    """Addresses with the same scheme, host and port, whose path matches segment by segment.

    Attributes:
        text: as it was written.
    """

    text: str
    _place: str
    _path: Paths

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address whose path may have wildcards; scheme and host may not.

        Raises:
            ValueError: it is none; the text says why.

        >>> UrlPattern.parse("https://git.example.org/acme/*").matches("https://git.example.org/acme/greeter.git")
        True
        """
        place, path = _parts(text)
        return cls(text=text, _place=place, _path=Paths(path))

    def matches(self, url: str) -> bool:
        """Tell whether an address, written in any way, is one of these. Total: what is no address matches nothing."""
        try:
            place, path = _parts(url)
        except ValueError:
            return False
        return place == self._place and self._path.include(path)


def _parts(text: str) -> tuple[str, str]:
    """`scheme://host[:port]` and the path."""
    if len(text) > _MAX_CHARACTERS or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("it is too long, or holds characters that no address has")
    if text.startswith("/"):
        return "file://", _path(text)
    if "://" in text:
        return _url_parts(urlsplit(text))
    short = _SCP.fullmatch(text)
    if short is None:
        raise ValueError("it is neither scheme://host/path nor user@host:path nor an absolute path")
    return f"ssh://{_user(short['user'])}{_host(short['host'])}", _path("/" + short["path"].lstrip("/"))


def _url_parts(parts: SplitResult) -> tuple[str, str]:
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"its scheme is none of {', '.join(_DEFAULT_PORTS)}")
    if parts.query or parts.fragment:
        raise ValueError("an address of a repository has no query and no fragment")
    if parts.scheme == "file":
        if parts.netloc:
            raise ValueError("a file has no host")
        return "file://", _path(parts.path)
    user = _user(parts.username) if parts.scheme == "ssh" else ""
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{user}{_host(parts.hostname or '')}{port}", _path(parts.path)


def _user(text: str | None) -> str:
    if not text:
        return ""
    if not _USER.fullmatch(text):
        raise ValueError("its user is malformed")
    return f"{text}@"


def _host(text: str) -> str:
    host = text.lower()
    if not _HOST.fullmatch(host) or ".." in host:
        raise ValueError("its host is malformed")
    return host


def _path(text: str) -> str:
    path = text.rstrip("/").removesuffix(".git").rstrip("/")
    if not _PATH.fullmatch(path) or any(segment in (".", "..") for segment in path.split("/")):
        raise ValueError("its path is missing or malformed")
    return path
