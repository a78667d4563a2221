"""WASI 0.2 for one component."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from airssys.clock import Clock
from airssys.engine import HostInterface
from airssys.errors import GuestTrapped
from airssys.policy import Gate

from . import _sockets
from ._clocks import Clocks, wall_ns
from ._codes import Refusal
from ._declarations import declared
from ._descriptor import Descriptor
from ._kernel import Resolver, best_resolver
from ._lines import Stream
from ._listing import DirectoryEntryStream
from ._log import OutputLog
from ._open_file import DEFAULT_MAX_DESCRIPTORS, Descriptors, OpenFile
from ._paths import Files
from ._poll import Pollable, poll
from ._preopens import open_folders
from ._program import program_functions
from ._random import Entropy, Random
from ._rights import Rights, Storage
from ._setup import OutputSink, WasiSetup
from ._sockets import Network, Sockets
from ._stdio import InputFrom, OutputTo, Terminal, input_of, terminal_functions
from ._streams import InputStream, IoError, OutputStream
from ._work import BlockingWork

#: The export that makes a component a program: `wasi:cli/run@0.2.x#run`.
_RUN: Final = "wasi:cli/run@0.2."


class Wasi:
    """Answers every interface of WASI 0.2 for one component, over all its instances.

    Args:
        name: the program's name, its first argument.
        gate: asked before every effect.
        storage: charged for what files grow by.
        setup: what the component finds around it.
        clock: the time that it is told.
        entropy: where its random bytes come from.
        log: where its output goes.
        work: does what may wait.
        max_descriptors: files that it may hold open.
        resolver: finds files; the kernel's way by default.
    """

    def __init__(
        self,
        *,
        name: str,
        gate: Gate,
        storage: Storage,
        setup: WasiSetup,
        clock: Clock,
        entropy: Entropy,
        log: OutputLog,
        work: BlockingWork,
        max_descriptors: int = DEFAULT_MAX_DESCRIPTORS,
        resolver: Resolver | None = None,
    ) -> None:
        self._name = name
        self._gate = gate
        self._setup = setup
        self._clock = clock
        self._entropy = entropy
        self._log = log
        self._work = work
        self._arguments = setup.arguments
        self._stdin = input_of(setup.stdin, work)
        self._files = Files(
            rights=Rights(gate, clock),
            storage=storage,
            resolver=resolver or best_resolver(),
            work=work,
            descriptors=Descriptors(max_descriptors, storage),
        )

    @property
    def open_files(self) -> int:
        """How many files and folders its instance holds open."""
        return self._files.descriptors.held

    def begin(self, arguments: Sequence[str] | None = None, stdin: bytes | int | None = None) -> None:
        """What the next run of the program finds, instead of what its setup has."""
        self._arguments = self._setup.arguments if arguments is None else tuple(arguments)
        self._stdin = input_of(self._setup.stdin if stdin is None else stdin, self._work)

    def interfaces(self) -> list[HostInterface]:
        """Every interface, answered for this component."""
        functions = self._functions()
        return [interface.answered_by(functions.get(name, {})) for name, interface in shared_interfaces().items()]

    def _functions(self) -> Mapping[str, Mapping[str, Callable[..., Any]]]:
        """What is this component's own, by interface. What resources do is the same for all of them."""
        return {
            **Clocks(self._clock).functions(),
            **Random(self._entropy).functions(),
            **Sockets(self._gate).functions(),
            **program_functions(self._gate, lambda: (self._name, *self._arguments), self._setup.environment),
            **terminal_functions(self._setup.is_terminal),
            "wasi:cli/stdin": {"get-stdin": lambda: InputFrom(self._stdin)},
            "wasi:cli/stdout": {"get-stdout": lambda: self._output("stdout", self._setup.stdout)},
            "wasi:cli/stderr": {"get-stderr": lambda: self._output("stderr", self._setup.stderr)},
            "wasi:filesystem/preopens": {"get-directories": self._get_directories},
        }

    def _output(self, stream: Stream, sink: OutputSink | None) -> OutputTo:
        return OutputTo(stream, self._log, sink)

    async def _get_directories(self) -> list[tuple[Descriptor, str]]:
        rights, named = self._gate.context.effective, self._setup.directories
        if not rights and not named:
            return []
        try:
            folders = await self._work.run(lambda: open_folders(self._files, rights, named), discard=_release_all)
        except Refusal:
            raise GuestTrapped(
                "the guest holds too many files open to be given its folders",
                kind="resource-limit",
                hint="let the component drop descriptors that it no longer needs",
            ) from None
        return [(Descriptor(self._files, file, lambda: wall_ns(self._clock)), name) for file, name in folders]


def is_program(exports: Mapping[str, object]) -> str | None:
    """The export that runs a component as a program; None when it has none.

    >>> is_program({"wasi:cli/run@0.2.3#run": ...})
    'wasi:cli/run@0.2.3#run'
    """
    return next((name for name in exports if name.startswith(_RUN) and name.endswith("#run")), None)


def _release_all(folders: list[tuple[OpenFile, str]]) -> None:
    for file, _ in folders:
        file.release()


@cache
def shared_interfaces() -> Mapping[str, HostInterface]:
    """Every interface by its name without a version, with what its resources do. The same resource types serve all
    components; whose a resource is, it knows itself."""
    made = {name: HostInterface.of(interface) for name, interface in declared().items() if name != "wasi:cli/run"}
    for name, resource, cls in (
        ("wasi:io/error", "error", IoError),
        ("wasi:io/poll", "pollable", Pollable),
        ("wasi:io/streams", "input-stream", InputStream),
        ("wasi:io/streams", "output-stream", OutputStream),
        ("wasi:filesystem/types", "descriptor", Descriptor),
        ("wasi:filesystem/types", "directory-entry-stream", DirectoryEntryStream),
        ("wasi:sockets/network", "network", Network),
        ("wasi:cli/terminal-input", "terminal-input", Terminal),
        ("wasi:cli/terminal-output", "terminal-output", Terminal),
    ):
        made[name].resource(resource)(cls)
    made["wasi:io/poll"].add("poll", poll)
    made["wasi:filesystem/types"].add("filesystem-error-code", lambda error: error.code)
    for name in ("wasi:sockets/tcp", "wasi:sockets/udp", "wasi:sockets/ip-name-lookup"):
        _refuse_methods(made[name])
    return made


def _refuse_methods(interface: HostInterface) -> None:
    """There are no sockets, so nobody can call what they do; it is answered so that components can be linked."""
    for name in interface.interface.functions:
        if name.startswith("[method]"):
            interface.add(name, lambda *_args: _sockets.DENIED)
