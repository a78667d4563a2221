"""The actor room: an asyncio runtime for actors with OTP's supervision. It knows nothing of WebAssembly.

    class Greeter(Actor):
        async def handle(self, message, context):
            return f"Hello, {message}!"

    async with ActorSystem() as system:
        greeter = system.spawn(Greeter)
        print(await greeter.ask("World", timeout=1.0))

Promise: an actor handles one message at a time; every mailbox is bounded; every message is handled or becomes a dead
letter with the reason; every failure is decided about by a supervisor, and never swallowed; leaving the system leaves
nothing running.
"""

from __future__ import annotations

from airssys.errors import (
    ActorError,
    AskedItself,
    AskFailed,
    AskTimedOut,
    ChildNotFound,
    MailboxFull,
    NameTaken,
    SpecInvalid,
    SystemNotRunning,
    TooManyChildren,
)

from ._actor import Actor, Directive
from ._backoff import NO_BACKOFF, Backoff
from ._bonds import Down, Exit, Monitor
from ._context import Context
from ._dead_letters import DeadLetter, DeadLetterReason, DeadLetters, DeadLetterStatistics
from ._decide import Decision, Escalate, Remove, Restart, RestartHistory, RestartRule, decide_restart
from ._envelope import Envelope
from ._errors import ActorExited, ActorStartFailed, ActorSystemFailed
from ._events import Escalated, Event, HookFailed, Restarted, Resumed, Started, Stopped
from ._mailbox import Mailbox, MailboxSpec, MailboxStatistics, Overflow
from ._plan import RestartPlan, restart_plan, stop_plan
from ._pubsub import Published, Topics, TopicStatistics
from ._reasons import KILLED, NORMAL, SHUTDOWN, ExitReason, reason_of
from ._ref import ActorRef, Ref
from ._registry import Registry, RegistryStatistics
from ._reply import Reply
from ._spec import (
    ActorFactory,
    AutoShutdown,
    ChildSpec,
    ChildType,
    Intensity,
    RestartType,
    Shutdown,
    StopOrder,
    Strategy,
    SupervisorSpec,
)
from ._state import State
from ._statistics import ActorStatistics, SupervisorStatistics, SystemStatistics
from ._stream import StreamStatistics, Subscription
from ._supervisor_ref import SupervisorRef
from ._system import ActorSystem
from ._timers import Timer
from ._tree import TreeNode

__all__ = [
    "KILLED",
    "NORMAL",
    "NO_BACKOFF",
    "SHUTDOWN",
    "Actor",
    "ActorError",
    "ActorExited",
    "ActorFactory",
    "ActorRef",
    "ActorStartFailed",
    "ActorStatistics",
    "ActorSystem",
    "ActorSystemFailed",
    "AskFailed",
    "AskTimedOut",
    "AskedItself",
    "AutoShutdown",
    "Backoff",
    "ChildNotFound",
    "ChildSpec",
    "ChildType",
    "Context",
    "DeadLetter",
    "DeadLetterReason",
    "DeadLetterStatistics",
    "DeadLetters",
    "Decision",
    "Directive",
    "Down",
    "Envelope",
    "Escalate",
    "Escalated",
    "Event",
    "Exit",
    "ExitReason",
    "HookFailed",
    "Intensity",
    "Mailbox",
    "MailboxFull",
    "MailboxSpec",
    "MailboxStatistics",
    "Monitor",
    "NameTaken",
    "Overflow",
    "Published",
    "Ref",
    "Registry",
    "RegistryStatistics",
    "Remove",
    "Reply",
    "Restart",
    "RestartHistory",
    "RestartPlan",
    "RestartRule",
    "RestartType",
    "Restarted",
    "Resumed",
    "Shutdown",
    "SpecInvalid",
    "Started",
    "State",
    "StopOrder",
    "Stopped",
    "Strategy",
    "StreamStatistics",
    "Subscription",
    "SupervisorRef",
    "SupervisorSpec",
    "SupervisorStatistics",
    "SystemNotRunning",
    "SystemStatistics",
    "Timer",
    "TooManyChildren",
    "TopicStatistics",
    "Topics",
    "TreeNode",
    "decide_restart",
    "reason_of",
    "restart_plan",
    "stop_plan",
]
