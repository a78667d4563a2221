"""The handle to a supervisor: its children can be looked at, added and dismissed through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airssys.errors import ChildNotFound, SpecInvalid

from ._backoff import Backoff
from ._checks import check_choice
from ._children import Fate
from ._mailbox import MailboxSpec
from ._ref import ActorRef, Ref
from ._spec import ActorFactory, ChildSpec, RestartType, Shutdown, SupervisorSpec

if TYPE_CHECKING:
    from ._statistics import SupervisorStatistics
    from ._supervisor import SupervisorNode


class SupervisorRef(Ref):
    """A handle to a supervisor. Supervisors take no messages."""

    __slots__ = ()
    _node: SupervisorNode

    @property
    def children(self) -> Mapping[str, Ref]:
        """Its children by id, in start order: a snapshot."""
        return {child.spec.id: child.node.ref for child in self._node.children}

    def actor(self, id: str) -> ActorRef:
        """The ref of a child that is an actor; `ChildNotFound` when there is none."""
        ref = self._node.children.find(id).node.ref
        if not isinstance(ref, ActorRef):
            raise ChildNotFound(f"{ref.path} is a supervisor, not an actor", hint="use `supervisor(id)`")
        return ref

    def supervisor(self, id: str) -> SupervisorRef:
        """The ref of a child that is a supervisor; `ChildNotFound` when there is none."""
        ref = self._node.children.find(id).node.ref
        if not isinstance(ref, SupervisorRef):
            raise ChildNotFound(f"{ref.path} is an actor, not a supervisor", hint="use `actor(id)`")
        return ref

    def spawn(
        self,
        start: ActorFactory,
        *,
        id: str | None = None,
        name: str | None = None,
        restart: RestartType | str = RestartType.TEMPORARY,
        shutdown: Shutdown | None = None,
        mailbox: MailboxSpec | None = None,
        backoff: Backoff | None = None,
    ) -> ActorRef:
        """Start a dynamic child and return at once; it lives at the next turn of the loop, and messages wait for it.

        Args:
            start: a class of actors without arguments, or anything callable that makes one: `partial(Class, 1)`.
            id: under which the supervisor knows it; one is made up when None.
            name: under which everybody may find it.
            restart: when it is started again, as `ChildSpec` has it; never unless said otherwise.
            shutdown: how it is stopped, as `ChildSpec` has it.
            mailbox: its capacity and overflow.
            backoff: how long its restarts wait.

        Raises:
            SpecInvalid: a value is out of range.
            NameTaken: somebody else has the id or the name.
            TooManyChildren: the supervisor has as many as it may have.
            SystemNotRunning: the supervisor has ended, or is about to.
        """
        if isinstance(start, SupervisorSpec):
            raise SpecInvalid("spawn starts actors", hint="use `await supervise(spec)`")
        spec = ChildSpec(
            id=self._node.free_id(start) if id is None else id,
            start=start,
            restart=check_choice("restart", restart, RestartType),
            shutdown=shutdown,
            name=name,
            mailbox=mailbox or _DEFAULT_MAILBOX,
            backoff=backoff,
        )
        return self._node.spawn(spec).ref

    async def start_child(self, spec: ChildSpec) -> Ref:
        """Start a dynamic child and wait until it lives. Cancelling the waiting leaves the child alone.

        Raises:
            ActorStartFailed: it did not; it is not a child then.
            SpecInvalid, NameTaken, TooManyChildren, SystemNotRunning: as for `spawn`.
        """
        node = self._node.add(spec)
        await node.wait_started()
        return node.ref

    async def supervise(
        self,
        spec: SupervisorSpec,
        *,
        id: str,
        name: str | None = None,
        restart: RestartType | str = RestartType.PERMANENT,
        shutdown: Shutdown | None = None,
    ) -> SupervisorRef:
        """Start a supervisor below this one and wait until its children live; otherwise like `start_child`."""
        child = ChildSpec(
            id=id, start=spec, restart=check_choice("restart", restart, RestartType), shutdown=shutdown, name=name
        )
        await self.start_child(child)
        return self.supervisor(id)

    async def stop_child(self, id: str) -> None:
        """Stop a child for good, and wait until it has ended. `restart_child` can bring one of the specification back.

        Raises:
            ChildNotFound: there is none with this id.
        """
        await self._node.dismiss(id, Fate.LEAVE).wait_stopped()

    async def restart_child(self, id: str) -> Ref:
        """Start a child again that has ended for good; one that lives or will live is left alone. Waits until it lives.

        It gets a new ref, as the old one has ended.

        Raises:
            ChildNotFound: there is none with this id.
            ActorStartFailed: it did not live, and will not.
        """
        node = self._node.revive(id)
        await node.wait_started()
        return node.ref

    async def remove_child(self, id: str) -> None:
        """Stop a child for good and forget it; its id is free then.

        Raises:
            ChildNotFound: there is none with this id.
        """
        await self._node.dismiss(id, Fate.VANISH).wait_stopped()

    def statistics(self) -> SupervisorStatistics:
        """A snapshot."""
        return self._node.statistics()


_DEFAULT_MAILBOX = MailboxSpec()
