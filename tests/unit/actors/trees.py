"""Small trees for tests of supervision: children that keep a common journal and do what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from airssys.actors import NO_BACKOFF, ActorSystem, ChildSpec, SupervisorRef, SupervisorSpec
from tests.actors_at_work import Obedient


def worker(id: str, journal: list[str], **values) -> ChildSpec:
    """A child that notes what happens to it."""
    return ChildSpec(id=id, **{"start": partial(Obedient, journal, id), **values})


def spec(children: Sequence[ChildSpec] = (), **values) -> SupervisorSpec:
    """A supervisor whose restarts wait for nothing, unless a test says otherwise."""
    return SupervisorSpec(children=tuple(children), **{"backoff": NO_BACKOFF, **values})


async def boss(system: ActorSystem, children: Sequence[ChildSpec] = (), **values) -> SupervisorRef:
    """A supervisor at the top."""
    return await system.supervise(spec(children, **values), id="boss")
