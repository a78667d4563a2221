"""What a component finds around it, as far as its host decides that: arguments, variables, folders, standard input."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

_NONE: Mapping[str, str] = MappingProxyType({})


class OutputSink(Protocol):
    """Where a stream of a component goes besides its log. Nothing is filtered: it may be anything."""

    async def write(self, data: bytes, /) -> None:
        """Take all of it. The component waits for as long as this does.

        Raises:
            BrokenPipeError: nobody takes any more; the component is told that its stream is closed.
            OSError: it cannot be taken; the component is told so.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class WasiSetup:
    """None of this gives a right: variables and files are there only as far as the component's capabilities go.

    Attributes:
        arguments: what follows the program's name.
        environment: variables to choose from; None for those of this process.
        directories: folders by the name under which the component finds them, `{"/data": "/srv/customer-7/data"}`;
            by default it finds every folder that its capabilities name, under its own absolute path.
        stdin: bytes; or a file descriptor, which stays open; None for nothing.
        is_terminal: whether `stdin` is a terminal, which programs ask.
        stdout: where standard output goes besides the component's log.
        stderr: likewise.
    """

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = field(default=None, repr=False)
    directories: Mapping[str, str | os.PathLike[str]] = field(default_factory=lambda: _NONE)
    stdin: bytes | int | None = None
    is_terminal: bool = False
    stdout: OutputSink | None = None
    stderr: OutputSink | None = None
