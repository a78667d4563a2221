"""Every error that airssys raises, in one tree grouped by who is at fault.

Promise: whatever goes wrong is one of these (or an exception of the caller's own host function, passed through
untouched). Each class has a stable `code` for machines and a `hint` that says what to do next; the message says
the problem and its cause.

    OperatorError   the manifest, the component or the call is wrong: change it
    Refused         a limit or a rule said no
    GuestError      the guest failed; its instance is gone (with two exceptions) and the next call meets a new one
    HostError       this host or this machine could not do it
    InternalError   a bug in airssys
"""

from __future__ import annotations

from typing import ClassVar


class AirssysError(Exception):
    """Base of every error of airssys.

    Attributes:
        code: stable identifier, `kebab-case`; never reused for another meaning.
        hint: one sentence that says what to do next; may be empty for `InternalError` only.
    """

    code: ClassVar[str] = "airssys-error"
    hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint

    @property
    def message(self) -> str:
        """The problem and its cause, without the hint."""
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickles as it is, whatever its constructor asks for."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[AirssysError], args: tuple[object, ...], attributes: dict[str, object]) -> AirssysError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


# ---------------------------------------------------------------- the operator's or the embedding program's


class OperatorError(AirssysError):
    """What was asked for cannot be done as it stands; nothing has run."""

    code = "operator-error"


class ManifestError(OperatorError):
    """A manifest (or an operator's configuration file) is malformed. Concrete problems live in `airssys.manifest`."""

    code = "manifest-invalid"
    hint = "run `airssys check PATH` for the whole report"


class CompileError(OperatorError):
    """The bytes are not a component that this engine accepts, or compiling them went over its bounds."""

    code = "compile-failed"
    hint = "run `airssys inspect PATH` to see what the file is"


class LinkError(OperatorError):
    """The component imports something that nobody answers, or answers with another type.

    Attributes:
        problems: one line for every import that does not fit, in the component's order.
    """

    code = "link-failed"
    hint = "run `airssys inspect PATH`: it marks every import as answered, needing a grant, or unknown"

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class WitSyntaxError(OperatorError):
    """A WIT text that declares host functions does not parse; the message has line and column."""

    code = "wit-syntax"
    hint = "see the WIT grammar of the component model; only interfaces with types and functions are read here"


class ExportNotFound(OperatorError):
    """The component has no function export of that name."""

    code = "export-not-found"
    hint = "`component.exports` lists what can be called, with signatures"


class ArgumentTypeError(OperatorError, TypeError):
    """An argument has the wrong shape for its WIT type; raised before the guest runs, naming the parameter."""

    code = "argument-type"
    hint = "compare the argument with the signature that `component.exports` prints"


class ArgumentValueError(OperatorError, ValueError):
    """An argument has the right shape but a value that its WIT type does not have; raised before the guest runs."""

    code = "argument-value"
    hint = "compare the argument with the signature that `component.exports` prints"


class LimitRejected(OperatorError, ValueError):
    """A live change of a limit cannot be made; the old limit stays in force. The message has the numbers."""

    code = "limit-rejected"
    hint = "stop the component or choose a limit that covers what it already uses"


class ComponentStopped(OperatorError):
    """The component was stopped, or its host was closed: it answers no more calls."""

    code = "component-stopped"
    hint = "start it again with `host.start(...)`"


class ReentrantCall(OperatorError):
    """A host function called back into the instance that is waiting for it."""

    code = "reentrant-call"
    hint = "return from the host function first, or call another component"


# ---------------------------------------------------------------- a rule said no


class Refused(AirssysError):
    """A limit or a rule of the operator said no."""

    code = "refused"


class CapabilityDenied(Refused):
    """The guest called an interface that was not granted to it."""

    code = "capability-denied"
    hint = "the component does not hold this capability; it has to be declared, approved and allowed by policy"


class InstanceLimitReached(Refused):
    """This process cannot hold another live instance; refused before the kernel would refuse it."""

    code = "instance-limit"
    hint = "stop components that are idle, or raise vm.max_map_count on this machine"


class NestedTooDeep(Refused):
    """Guests called guests through host functions, more deeply than the host's stack is meant to bear."""

    code = "nested-too-deep"
    hint = "let the components send messages instead of calling each other"


# ---------------------------------------------------------------- the guest failed


class GuestError(AirssysError):
    """The guest failed this call. Its instance is gone and the next call meets a new one, except after
    `GuestReturnedError` and after `ResultTooLarge` of a result: then the guest did its part, and keeps its state.

    Attributes:
        backtrace: the guest's own frames, innermost first; empty where the engine has none.
    """

    code = "guest-error"

    def __init__(self, message: str, *, backtrace: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.backtrace = backtrace


class GuestTrapped(GuestError):
    """The guest executed something that WebAssembly forbids.

    Attributes:
        kind: one of `airssys.engine.TRAP_KINDS`, or `unknown`.
    """

    code = "guest-trapped"
    hint = "the fault is in the component; the backtrace names the function"

    def __init__(self, message: str, *, kind: str, backtrace: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, backtrace=backtrace, hint=hint)
        self.kind = kind


class OutOfMemory(GuestError):
    """The guest stopped after its memory budget refused it something, or cannot even start within it.

    Attributes:
        limit_bytes: the declared limit over all linear memories of the instance.
        requested_bytes: the total that would have been in use had the refused request been granted.
        peak_bytes: the most that was in use.
    """

    code = "out-of-memory"
    hint = "raise [resources.memory] max_bytes in Component.toml if the component is meant to need that much"

    def __init__(
        self,
        message: str,
        *,
        limit_bytes: int,
        requested_bytes: int,
        peak_bytes: int,
        backtrace: tuple[str, ...] = (),
        hint: str | None = None,
    ) -> None:
        super().__init__(message, backtrace=backtrace, hint=hint)
        self.limit_bytes = limit_bytes
        self.requested_bytes = requested_bytes
        self.peak_bytes = peak_bytes


class DeadlineExceeded(GuestError):
    """The call was not finished when its deadline passed; time in host functions counts.

    Attributes:
        timeout_seconds: the deadline of the call, from its start.
    """

    code = "deadline-exceeded"
    hint = "raise [resources.cpu] timeout_seconds if the call is meant to take that long"

    def __init__(
        self, message: str, *, timeout_seconds: float, backtrace: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, backtrace=backtrace, hint=hint)
        self.timeout_seconds = timeout_seconds


class FuelExhausted(GuestError):
    """The call used up its deterministic instruction budget.

    Attributes:
        max_fuel: the declared budget of one call.
    """

    code = "fuel-exhausted"
    hint = "raise [resources.cpu] max_fuel if the call is meant to do that much work"

    def __init__(
        self, message: str, *, max_fuel: int, backtrace: tuple[str, ...] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, backtrace=backtrace, hint=hint)
        self.max_fuel = max_fuel


class GuestReturnedError(GuestError):
    """The export has type `result<T, E>` and returned its error. The instance is well and keeps its state.

    Attributes:
        value: the error value, converted to Python.
    """

    code = "guest-returned-error"
    hint = "the component answered; the value says what it did not like"

    def __init__(self, value: object) -> None:
        super().__init__(f"the guest returned an error: {value!r}")
        self.value = value


class ResultTooLarge(GuestError):
    """The guest's value is larger than the host is willing to turn into Python objects.

    Attributes:
        size_bytes: an estimate of what the value would have taken; what was counted when it was refused.
        limit_bytes: the ceiling.
    """

    code = "result-too-large"
    hint = "let the component return less, or raise the ceiling of values in HostConfig"

    def __init__(self, message: str, *, size_bytes: int, limit_bytes: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


# ---------------------------------------------------------------- this host or this machine


class HostError(AirssysError):
    """This host or this machine could not do it; the guest is not to blame."""

    code = "host-error"


class EngineFailed(HostError):
    """The native engine refused something that should have worked."""

    code = "engine-failed"
    hint = "run `airssys doctor`; if it finds nothing, please report the message"


class HostFunctionFailed(HostError):
    """A host function returned a value that does not fit its declared WIT type."""

    code = "host-function-failed"
    hint = "compare what the host function returns with its WIT declaration"


class InternalError(AirssysError):
    """A bug in airssys: an invariant of ours does not hold."""

    code = "internal-error"
    hint = "please report this with the traceback"
