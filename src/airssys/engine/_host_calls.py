"""A guest calls the host: from the native callback to Python and back.

Host functions always run on the event loop's thread, in the task of whoever called the guest. A guest that is being
polled there meets them in place: a plain function, or a coroutine that finishes without waiting, costs no task and no
switch. Otherwise the fiber suspends and its owner answers. Nothing crosses the C frame (design rules 6, 14, 19).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar, Token
from dataclasses import dataclass
from time import perf_counter_ns
from types import CoroutineType
from typing import Any, Final

from airssys.engine import _native as native
from airssys.engine._runtime import runtime
from airssys.engine._slot import PollSlot
from airssys.engine.values import Border, FunctionConverter, HostAnswer
from airssys.errors import CallsTooDeep, InternalError


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFunction:
    """One import of one component, answered.

    Attributes:
        name: as the guest imports it, `interface#function`.
        answer: a plain function or a coroutine function of the WIT parameters.
        converter: both directions of its values.
    """

    name: str
    answer: Callable[..., Any]
    converter: FunctionConverter


#: Host calls that may wait for each other, through guests that call guests. Each takes about a dozen Python frames, and
#: a callback that meets Python's recursion limit (1000) at its first instruction cannot answer the engine.
_MAX_NESTING: Final = 32


class _Busy:
    """Marks a store whose guest waits for a host function; ends with the host function."""

    __slots__ = ("active", "calls")

    def __init__(self, calls: HostCalls) -> None:
        self.calls = calls
        self.active = True


_busy: Final[ContextVar[tuple[_Busy, ...]]] = ContextVar("airssys_host_calls", default=())


class _Started:
    """Awaits a coroutine that was already driven to its first suspension."""

    __slots__ = ("_coroutine", "_yielded")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], yielded: Any) -> None:
        self._coroutine = coroutine
        self._yielded = yielded

    def close(self) -> None:
        """End it here and now; its `finally` clauses cannot wait."""
        self._coroutine.close()

    async def cancel(self) -> None:
        """Cancel it, and wait until it has ended."""
        with contextlib.suppress(asyncio.CancelledError):
            try:
                self._yielded = self._coroutine.throw(asyncio.CancelledError())
            except StopIteration:
                return
            await self

    def __await__(self) -> Generator[Any, Any, Any]:
        coroutine, yielded = self._coroutine, self._yielded
        while True:
            try:
                sent = yield yielded
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as error:
                advance: Callable[[Any], Any] = coroutine.throw
                sent = error
            else:
                advance = coroutine.send
            try:
                yielded = advance(sent)
            except StopIteration as stop:
                return stop.value


@dataclass(slots=True)
class _Waiting:
    """A host call that its owner has to answer."""

    function: HostFunction
    values: list[Any]
    started: _Started | None
    mark: tuple[_Busy, Token[tuple[_Busy, ...]]] | None


class HostCalls:
    """The host calls of one store, one at a time.

    Attributes:
        dropped: resources that the guest dropped and whose destructors did not run yet, with their type's number.
        host_ns: time spent in host functions during the slice in progress; not the guest's.
    """

    __slots__ = ("_answer", "_answered", "_border", "_functions", "_results", "_waiting", "dropped", "host_ns")

    def __init__(self, functions: tuple[HostFunction, ...], border: Border) -> None:
        self._functions = functions
        self._border = border
        self._answer: HostAnswer | None = None
        self._answered = False
        self._results = 0
        self._waiting: _Waiting | None = None
        self.dropped: list[tuple[Any, int]] = []
        self.host_ns = 0

    @property
    def waiting(self) -> bool:
        """A host call waits for its owner."""
        return self._waiting is not None

    def in_progress_here(self) -> bool:
        """The present task runs inside a host function of this store."""
        return any(mark.active and mark.calls is self for mark in _busy.get())

    # -- in native callbacks, on the fiber's stack

    def begin(self, index: int, args: int, results: int, slot: PollSlot) -> None:
        """A guest calls; answers in place when this is the loop's thread, or leaves it to the owner."""
        function = self._functions[index]
        values = function.converter.lift_arguments(args, self._border)
        self._results = results
        self._answered = False
        if not slot.on_loop:
            self._waiting = _Waiting(function, values, None, None)
            return
        started = perf_counter_ns()
        slot.polling = False  # from here on signals may raise
        try:
            self._run_in_place(function, values)
        finally:
            slot.polling = True
            self.host_ns += perf_counter_ns() - started

    def finish(self) -> bool:
        """The fiber asks for the answer; False while there is none. Copies it to where the guest expects it."""
        if not self._answered:
            return False
        self._answered = False
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.deliver(self._results)
        return True

    def drop(self, rep: int) -> None:
        """The guest dropped a host resource; its destructor runs on the loop's thread, before the next host call."""
        entry = self._border.resources.pop_entry(rep)
        if entry is not None:
            self.dropped.append(entry)

    # -- on the loop's thread

    async def answer(self) -> None:
        """Answer the waiting host call in the present task. What the host function raises, this raises."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            raise InternalError("no host call waits for an answer")
        busy, token = waiting.mark or self._enter()
        try:
            self.run_destructors()
            if waiting.started is not None:
                value = await waiting.started
            else:
                value = waiting.function.answer(*waiting.values)
                if isinstance(value, CoroutineType):
                    value = await value
            self._set_answer(waiting.function, value)
        finally:
            self._leave(busy, token)

    async def cancel(self) -> None:
        """End a host call that nobody will answer: what was started of it is cancelled, and awaited."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.mark is not None and waiting.started is not None:
            try:
                await waiting.started.cancel()
            finally:
                self._leave(*waiting.mark)

    def run_destructors(self) -> None:
        """Run the destructors of resources that the guest dropped, in its order."""
        while self.dropped:
            thing, resource_id = self.dropped.pop(0)
            _destructors[resource_id](thing)

    def abandon(self) -> None:
        """Forget the call in progress and destroy every resource that the guest still held; its store is gone."""
        if self._answer is not None:
            self._answer.discard()
        self._answer = None
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.mark is not None and waiting.started is not None:
            waiting.started.close()
            self._leave(*waiting.mark)
        self.dropped.extend(self._border.resources.clear())
        self.run_destructors()

    def _run_in_place(self, function: HostFunction, values: list[Any]) -> None:
        busy, token = self._enter()
        kept = False
        try:
            self.run_destructors()
            value = function.answer(*values)
            if isinstance(value, CoroutineType):
                try:
                    yielded = value.send(None)
                except StopIteration as stop:
                    value = stop.value
                else:
                    self._waiting = _Waiting(function, values, _Started(value, yielded), (busy, token))
                    kept = True
                    return
            self._set_answer(function, value)
        finally:
            if not kept:
                self._leave(busy, token)

    def _set_answer(self, function: HostFunction, value: Any) -> None:
        self._answer = function.converter.lower_answer(value, self._border, function.name)
        self._answered = True

    def _enter(self) -> tuple[_Busy, Token[tuple[_Busy, ...]]]:
        chain = _busy.get()
        if len(chain) >= _MAX_NESTING:
            raise CallsTooDeep(f"more than {_MAX_NESTING} host calls wait for each other")
        busy = _Busy(self)
        return busy, _busy.set((*chain, busy))

    @staticmethod
    def _leave(busy: _Busy, token: Token[tuple[_Busy, ...]]) -> None:
        busy.active = False
        with contextlib.suppress(ValueError):  # the call is finished in another context than it was started in
            _busy.reset(token)


# ---------------------------------------------------------------- native side

_SIZE: Final = ctypes.sizeof(native.Continuation)


def continuation_for(context: int) -> native.Continuation:
    """How a host call of this store is resumed; copied into every one of its host calls."""
    return native.Continuation(callback=native.pointer_to(on_continue), env=context, finalizer=None)


def write_continuation(address: int, continuation: native.Continuation) -> None:
    """Tell the engine how to resume a host call."""
    ctypes.memmove(address, ctypes.addressof(continuation), _SIZE)


@native.HOST_FUNC
def on_host_call(
    index: int | None, context: int, _type: int, args: int, _n: int, results: int, _m: int, error_out: int, then: int
) -> None:
    """The callback behind every host function."""
    try:
        store = _store_of(context)
    except BaseException as error:  # nothing may cross the C frame
        native.set_pointer(error_out, native.new_error(repr(error)))
        return
    try:
        store.on_host_call(index or 0, args, results)
        write_continuation(then, store.continuation)
    except BaseException as error:  # kept for the caller of the guest
        store.failure = error
        native.set_pointer(error_out, native.new_error("host function failed"))


@native.CONTINUATION
def on_continue(context: int) -> bool:
    """The callback that resumes a host call. Never raises: a failure leaves the fiber waiting, and its owner aborts."""
    store = None
    try:
        store = _store_of(context)
        return bool(store.on_continue())
    except BaseException as error:
        if store is not None:
            store.failure = error
        return False


_destructors: Final[dict[int, Callable[[Any], None]]] = {}


def register_destructor(resource_id: int, drop: Callable[[Any], None]) -> None:
    """Name the destructor of a host resource type; kept for the life of the process, as the engine's linkers may."""
    _destructors[resource_id] = drop


@native.RESOURCE_DESTRUCTOR
def on_drop(_resource_id: int, context: int, rep: int) -> int:
    """The callback behind every host resource that a guest drops."""
    try:
        _store_of(context).on_drop(rep)
        return 0
    except BaseException as error:  # nothing may cross the C frame
        return native.new_error(repr(error))


def _store_of(context: int) -> Any:
    return runtime().stores[context]
