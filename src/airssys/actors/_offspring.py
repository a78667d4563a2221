"""The children of one supervisor, in start order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from airssys.errors import ActorError, ChildNotFound, NameTaken, TooManyChildren

from ._children import Child
from ._node import Node
from ._reasons import SHUTDOWN, ExitReason
from ._services import Services
from ._spec import ActorFactory, ChildSpec, SupervisorSpec
from ._state import ENDED


class Offspring:
    """Children by id.

    Args:
        path: of their supervisor.
        does: what their supervisor may have.
        make: makes a node for a specification.
        services: of the system.
    """

    __slots__ = ("_by_id", "_does", "_made_up", "_make", "_path", "_services")

    def __init__(self, path: str, does: SupervisorSpec, make: Callable[[ChildSpec], Node], services: Services) -> None:
        self._path = path
        self._does = does
        self._make = make
        self._services = services
        self._by_id: dict[str, Child] = {}
        self._made_up = 0

    def __iter__(self) -> Iterator[Child]:
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, in start order."""
        return tuple(self._by_id)

    def get(self, node: Node) -> Child | None:
        """The child that a node is; None when it is none any more."""
        child = self._by_id.get(node.spec.id)
        return child if child is not None and child.node is node else None

    def find(self, id: str) -> Child:
        """A child by its id; `ChildNotFound` when there is none."""
        child = self._by_id.get(id)
        if child is None:
            raise ChildNotFound(f"{self._path} has no child {id!r}; it has {', '.join(self._by_id) or 'none'}")
        return child

    def among(self, ids: Iterable[str]) -> list[Child]:
        """Those of these that are still children."""
        return [self._by_id[id] for id in ids if id in self._by_id]

    def living(self) -> list[Child]:
        """Those that have an incarnation."""
        return [child for child in self._by_id.values() if child.node.state.has_incarnation]

    def renew(self) -> None:
        """Have the children of the specification: new, or those from before a restart with their refs and mailboxes."""
        before, self._by_id = self._by_id, {}
        for spec in self._does.children:
            child = before.get(spec.id)
            node = child.node if child is not None and child.node.state is not ENDED else self._make(spec)
            self._by_id[spec.id] = Child(spec, node, is_dynamic=False)

    def add(self, spec: ChildSpec) -> Child:
        """Take in a dynamic child.

        Raises:
            NameTaken: a child has the id, or somebody has the name.
            TooManyChildren: there are as many as there may be.
            SpecInvalid: the supervisor may not have such a child.
        """
        if spec.id in self._by_id:
            raise NameTaken(f"{self._path} has a child with the id {spec.id}")
        if self._does.max_children is not None and len(self._by_id) >= self._does.max_children:
            raise TooManyChildren(f"{self._path} has {len(self._by_id)} children, and may not have more")
        self._does.check_child(spec)
        child = Child(spec, self._make(spec), is_dynamic=True)
        if spec.name is not None:
            self._take_name(spec.name, child)
        self._by_id[spec.id] = child
        return child

    def replace_node(self, child: Child) -> None:
        """Give a child that has ended for good a new node, and with it a new ref."""
        child.node = self._make(child.spec)

    def forget(self, child: Child, reason: ExitReason) -> None:
        """End a child for good and let go of it."""
        self._by_id.pop(child.spec.id, None)
        if child.node.state is not ENDED:
            child.node.end(reason)

    def free_id(self, start: ActorFactory) -> str:
        """An id that no child has, after what makes the actor."""
        if isinstance(start, type):
            name = start.__name__.lower()
        else:
            made = getattr(start, "func", start)
            name = getattr(made, "__name__", type(made).__name__).lower().replace("<lambda>", "actor")
        while True:
            self._made_up += 1
            made_up = f"{name}-{self._made_up}"
            if made_up not in self._by_id:
                return made_up

    def _take_name(self, name: str, child: Child) -> None:
        try:
            self._services.registry.register(name, child.node.ref)
        except ActorError:
            child.node.end(SHUTDOWN)
            raise
