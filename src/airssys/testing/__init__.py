"""For tests of programs that use airssys: time that a test controls, and actors that a test can look into.

    def test_a_question_times_out():
        clock = FakeClock()

        async def scenario():
            async with ActorSystem() as system:
                probe = Probe.spawn(system)
                with pytest.raises(AskTimedOut):
                    await probe.ref.ask("anybody?", timeout=3600.0)

        clock.run(scenario())                       # takes no time at all

Promise: nothing here sleeps for luck, and the same test gives the same result every time.
"""

from __future__ import annotations

from ._clock import FakeClock
from ._events import EventLog
from ._loop import Deadlock, LeftBehind
from ._probe import Probe, Received
from ._tasks import other_tasks, wait_until

__all__ = ["Deadlock", "EventLog", "FakeClock", "LeftBehind", "Probe", "Received", "other_tasks", "wait_until"]
