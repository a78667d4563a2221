"""The audit log: numbers events, chains them and hands them to a sink."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from airssys.clock import Clock
from airssys.errors import AuditUnavailable

from ._events import Event, Unwritten
from ._record import Head, digest_of, record_line
from ._sink import Sink


class AuditLog:
    """Records events in order. Making one does nothing; entering it opens the sink, leaving it closes the sink.

    Any number of threads may share it; the order of the records is the order in which `append` took place. A call that
    a signal handler's exception (Ctrl-C) interrupts in the middle of a record ends the log: it refuses until it is
    opened again, which finds out how far the record came.

    Args:
        sink: where the records go.
        clock: where their times come from.
    """

    def __init__(self, sink: Sink, *, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._lock = threading.Lock()
        self._head: Head | None = None
        self._unwritten = 0

    def open(self) -> None:
        """Continue the log where it ends.

        Raises:
            AuditUnavailable: it cannot be written.
            AuditDamaged: it was changed since it was closed.
        """
        with self._lock:
            opened = self._sink.open()
            self._head = opened.head
            try:
                if opened.torn is not None:
                    self._write(opened.torn)
            except AuditUnavailable:
                self._head = None
                self._sink.close()
                raise

    def append(self, event: Event, *, durable: bool = False) -> int:
        """Record an event; it has left this process when the call returns. Without a record, no effect: whoever gets
        an error here must not do what was to be recorded.

        Args:
            durable: wait until it is safe from a power cut as well, which takes as long as the disk takes.

        Returns:
            The number of the record.

        Raises:
            AuditUnavailable: it could not be written. The next record that can be says how many could not.
        """
        with self._lock:
            self._end()
            try:
                if self._unwritten:
                    self._write(Unwritten(count=self._unwritten))
                    self._unwritten = 0
                sequence = self._write(event)
            except AuditUnavailable:
                self._unwritten += 1
                raise
        if durable:
            self._sink.sync()
        return sequence

    def sync(self) -> None:
        """See that everything recorded is safe from a power cut.

        Raises:
            AuditUnavailable: the disk failed.
        """
        self._sink.sync()

    def close(self) -> None:
        """Close the log; closing twice is harmless.

        Raises:
            AuditUnavailable: not everything that was recorded reached the disk.
        """
        with self._lock:
            self._head = None
            self._sink.close()

    @property
    def head(self) -> Head:
        """The end of the chain: keep it somewhere else, and `verify` can tell whether the log was rolled back.

        Raises:
            AuditUnavailable: the log is not open.
        """
        return self._end()

    def _write(self, event: Event) -> int:
        sequence, previous = self._end()
        line = record_line(sequence + 1, previous, self._clock.wall(), self._clock.monotonic(), event.body())
        head = Head(sequence + 1, digest_of(line))
        try:
            self._sink.write(line + b"\n", head)
            self._head = head
        except AuditUnavailable:
            raise
        except BaseException:
            self._head = None
            raise
        return head.sequence

    def _end(self) -> Head:
        if self._head is None:
            raise AuditUnavailable(
                "the audit log is not open, or was interrupted while it wrote",
                hint="open it first; after an interruption, close it before that",
            )
        return self._head

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
