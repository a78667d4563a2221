"""What happened in an actor system, in order, for a test to look at."""

from __future__ import annotations

from typing import TypeVar

from airssys.actors import ActorSystem, DeadLetter, Event

T = TypeVar("T")

#: More than any test makes happen.
_CAPACITY = 100_000


class EventLog:
    """Everything that happened since it was made; make it right after entering the system.

    log = EventLog(system)
    ...
    assert [event.ref.path for event in log.of(Started)] == ["/a", "/b"]
    """

    def __init__(self, system: ActorSystem) -> None:
        self._events = system.events(_CAPACITY)
        self._seen: list[Event] = []

    @property
    def all(self) -> tuple[Event, ...]:
        """All events so far, in order."""
        while (event := self._events.get_nowait()) is not None:
            self._seen.append(event)
        return tuple(self._seen)

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """Those of one kind."""
        return tuple(event for event in self.all if isinstance(event, kind))

    def paths(self, kind: type[Event]) -> tuple[str, ...]:
        """Who it happened to, for events of one kind that is not `DeadLetter`."""
        return tuple(event.ref.path for event in self.of(kind) if not isinstance(event, DeadLetter))
