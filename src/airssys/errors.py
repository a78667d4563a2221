"""Every error that airssys raises, in one tree grouped by who is at fault.

Promise: whatever goes wrong is one of these (or an exception of the caller's own host function, passed through
untouched). Each class has a stable `code` for machines and a `hint` that says what to do next; the message says
the problem and its cause.

    OperatorError   the manifest, the component or the call is wrong: change it
    Refused         a limit or a rule said no
    GuestError      the guest failed; its instance is gone (with two exceptions) and the next call meets a new one
    ActorError      an actor could not be told, asked or started, or gave up
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


class QuotaInvalid(OperatorError, ValueError):
    """A quota, or an amount charged to one, is no whole number in its range, or gives back more than was taken."""

    code = "quota-invalid"
    hint = "quotas and amounts are whole numbers that are not negative, and only what was taken can be released"


class RecordChanged(OperatorError):
    """Somebody else changed a stored record first; this change was not made.

    Attributes:
        state: the state that the record is in now.
        revision: how often it was changed so far.
    """

    code = "record-changed"
    hint = "read the record again and decide anew"

    def __init__(self, message: str, *, state: str, revision: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.state = state
        self.revision = revision


class ComponentStopped(OperatorError):
    """The component was stopped, or its host was closed: it answers no more calls."""

    code = "component-stopped"
    hint = "start it again with `host.start(...)`"


class ReentrantCall(OperatorError):
    """A host function called back into the instance that is waiting for it."""

    code = "reentrant-call"
    hint = "return from the host function first, or call another component"


class TrustError(OperatorError):
    """What this operator trusts, or the proof of it, cannot be used. Nothing is trusted until that is mended."""

    code = "trust-error"
    hint = "run `airssys trust verify`; docs/guides/trust.md says what each rule proves"


class TrustFileInvalid(TrustError):
    """The trust file, or a rule that was to go into it, is malformed.

    Attributes:
        problems: one line for each, in the order of the file.
    """

    code = "trust-file-invalid"
    hint = "correct what is named; docs/guides/trust.md has an example of every rule"

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class TrustFileUnusable(TrustError):
    """The trust file is not there, or the system does not let us read or write it."""

    code = "trust-file-unusable"
    hint = "check the path and its permissions; `airssys trust add-key`, `add-git` and `add-local` make a new file"


class TrustTampered(TrustError):
    """The trust file is not what `airssys trust` wrote last: changed, exchanged for an older one, or not sealed."""

    code = "trust-tampered"
    hint = (
        "`airssys trust verify` shows what changed; if the change is yours, `airssys trust verify --accept` seals it, "
        "otherwise put the newest backup back and find out who changed it"
    )


class RuleNotFound(TrustError):
    """The trust file has no rule of that name, or none that this can be done to."""

    code = "trust-rule-not-found"
    hint = "`airssys trust list` shows all rules"


class KeyUnusable(TrustError):
    """A key is no Ed25519 key that may be used: its file is not private, not there, there already, or another kind."""

    code = "key-unusable"
    hint = "make a pair of keys with `airssys keygen FILE`"


class DevelopmentRefused(TrustError):
    """Development mode was asked for on a machine that says it is in production."""

    code = "development-refused"
    hint = "leave development mode off, or unset AIRSSYS_ENV if this machine is not in production"


class ApprovalRequired(OperatorError):
    """The component may not run: nobody has approved what it asks for, or somebody said no.

    Attributes:
        request: where it stands, an `airssys.approval.ApprovalRequest`; its `id` is what `airssys approve` takes.
    """

    code = "approval-required"
    hint = "`airssys approvals` shows what waits for a decision; `airssys approve ID` lets it run"

    def __init__(self, message: str, *, request: object, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.request = request


class ApprovalNotFound(OperatorError):
    """There is no approval of that number."""

    code = "approval-not-found"
    hint = "`airssys approvals --all` lists those that there are"


class ApprovalSettled(OperatorError):
    """This was decided already, by somebody else or in another way; nothing was changed.

    Attributes:
        approval: its number.
        state: what it is.
        by: who made it that.
    """

    code = "approval-settled"
    hint = "`airssys approvals ID` shows what was decided, when and by whom"

    def __init__(self, message: str, *, approval: int, state: str, by: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.approval = approval
        self.state = state
        self.by = by


class ApprovalWidened(OperatorError):
    """A reviewer may give less than was asked for, and not more.

    Attributes:
        beyond: the rights that were not asked for, or of which nobody can tell.
    """

    code = "approval-widened"
    hint = "give rights that `airssys approvals ID` shows, or narrower ones"

    def __init__(self, message: str, *, beyond: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.beyond = beyond


class ApprovalInvalid(OperatorError, ValueError):
    """What was said about an approval cannot be recorded: nobody is named, a reason is missing, a text is too long."""

    code = "approval-invalid"
    hint = "say who decides and why, each on one line"


class PolicyError(OperatorError):
    """The operator's policy is malformed. It is refused as a whole: half a policy would allow what the rest denies.

    Attributes:
        problems: one text for each, in the order of the file.
    """

    code = "policy-invalid"
    hint = "correct what is named; docs/guides/policy.md has an example of every key"

    def __init__(self, message: str, *, problems: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


# ---------------------------------------------------------------- a rule said no


class Refused(AirssysError):
    """A limit or a rule of the operator said no."""

    code = "refused"


class CapabilityDenied(Refused):
    """The guest called an interface that was not granted to it, or asked for a resource that it may not have.

    Attributes:
        request: what was asked for, as `airssys explain --request` reads it; None when a whole interface was refused.
        rule: which rule decided, with its place; None when a whole interface was refused.
    """

    code = "capability-denied"
    hint = "the component does not hold this capability; it has to be declared, approved and allowed by policy"

    def __init__(
        self, message: str, *, request: str | None = None, rule: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.request = request
        self.rule = rule


class InstanceLimitReached(Refused):
    """This process cannot hold another live instance; refused before the kernel would refuse it."""

    code = "instance-limit"
    hint = "stop components that are idle, or raise vm.max_map_count on this machine"


class CallsTooDeep(Refused):
    """Guests called guests through host functions, more deeply than the host's stack is meant to bear."""

    code = "calls-too-deep"
    hint = "let the components send messages instead of calling each other"


class QuotaExceeded(Refused):
    """The component used up what it may take of something; the amount was not charged.

    Attributes:
        kind: which quota, by its key in `[quotas]`: an `airssys.quotas.QuotaKind`.
        used: what counts against the limit now.
        requested: what was asked for on top.
        limit: the most that may be used; all three in the kind's unit.
        resets_in: seconds until this amount fits if nothing else is used; None when waiting does not help.
    """

    code = "quota-exceeded"
    hint = "let the component do less, or raise the quota in [quotas] or the operator's ceiling in host.toml"

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        used: int,
        requested: int,
        limit: int,
        resets_in: float | None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.used = used
        self.requested = requested
        self.limit = limit
        self.resets_in = resets_in


class ApprovalsFull(Refused):
    """Too many requests for approval wait for a decision; this one was not filed.

    Attributes:
        limit: how many may wait.
    """

    code = "approvals-full"
    hint = "decide about those that wait (`airssys approvals`), and find out who asks so often"

    def __init__(self, message: str, *, limit: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.limit = limit


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


class GuestExited(GuestError):
    """The guest ended itself, through `wasi:cli/exit`. That is no fault: its instance has done what it was to do.

    Attributes:
        status: what it ended with, 0 to 255; 0 for success.
    """

    code = "guest-exited"
    hint = "run a program with `component.run()`, which returns the status"

    def __init__(self, message: str, *, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


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


# ---------------------------------------------------------------- actors and their messages


class ActorError(AirssysError):
    """An actor could not be told, asked or started. Errors that carry an exit reason live in `airssys.actors`."""

    code = "actor-error"


class MailboxFull(ActorError):
    """The mailbox has no room and its policy is not to make any; the message was not taken.

    Attributes:
        path: whose mailbox.
        capacity: how many messages it holds.
    """

    code = "mailbox-full"
    hint = "send less, give it more capacity, or let senders wait with Overflow.BLOCK and `await ref.send(...)`"

    def __init__(self, message: str, *, path: str, capacity: int) -> None:
        super().__init__(message)
        self.path = path
        self.capacity = capacity


class AskTimedOut(ActorError, TimeoutError):
    """No reply came in time. The message may still be handled; its reply will be a dead letter.

    Attributes:
        path: who was asked.
        timeout_seconds: how long the caller was willing to wait.
    """

    code = "ask-timed-out"
    hint = "give it more time, or see in `ref.statistics()` whether its mailbox is behind"

    def __init__(self, message: str, *, path: str, timeout_seconds: float) -> None:
        super().__init__(message)
        self.path = path
        self.timeout_seconds = timeout_seconds


class AskFailed(ActorError):
    """The actor raised while handling this message and went on living; the cause is what it raised."""

    code = "ask-failed"
    hint = "the fault is in the actor's handler; its `on_error` chose to resume"


class AskedItself(ActorError):
    """An actor asked itself and would have waited for itself until the timeout."""

    code = "asked-itself"
    hint = "tell yourself, or call a method"


class SpecInvalid(ActorError, ValueError):
    """A specification of a child, a supervisor, a mailbox or a topic contradicts itself or has a value out of range."""

    code = "spec-invalid"
    hint = "see the tables in docs/guides/actors.md"


class NameTaken(ActorError):
    """Another actor has this name, or another child this id."""

    code = "name-taken"
    hint = "choose another name, or find the one who has it with `system.whereis(name)`"


class TooManyChildren(ActorError):
    """The supervisor has `max_children` already."""

    code = "too-many-children"
    hint = "wait until a child has ended, or raise max_children"


class ChildNotFound(ActorError, LookupError):
    """The supervisor has no child with this id."""

    code = "child-not-found"
    hint = "`supervisor.children` has those that it has"


class SystemNotRunning(ActorError):
    """The actor system was not entered, or is closing."""

    code = "system-not-running"
    hint = "use it inside `async with ActorSystem() as system:`"


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


class StorageFailed(HostError):
    """The host's own database cannot be used: not there, damaged, full, locked, or of a newer version."""

    code = "storage-failed"
    hint = "check the state directory: free space, owner, and whether another host uses it"


class AuditUnavailable(HostError):
    """The audit record could not be written, so what it would have recorded was not done."""

    code = "audit-unavailable"
    hint = "check the audit folder: free space, owner, and whether another host writes there"


class AuditBusy(AuditUnavailable):
    """Another process writes this audit log: a log has one writer at a time."""

    code = "audit-busy"
    hint = "give each host a folder of its own, or end the other one"


class AuditDamaged(HostError):
    """The audit log is not what was written: records were edited, removed, moved or cut off.

    Attributes:
        findings: one line for everything that is wrong, in the order of the log.
    """

    code = "audit-damaged"
    hint = "keep the files as they are, find out who could write there, and begin a new log in another folder"

    def __init__(self, message: str, *, findings: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.findings = findings


class InternalError(AirssysError):
    """A bug in airssys: an invariant of ours does not hold."""

    code = "internal-error"
    hint = "please report this with the traceback"
