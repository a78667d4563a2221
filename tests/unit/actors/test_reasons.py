"""Exit reasons are values, and one function makes them from exceptions."""

from __future__ import annotations

import pytest

from airssys.actors import KILLED, NORMAL, SHUTDOWN, ActorSystem, ExitReason, reason_of
from airssys.errors import GuestTrapped, HostFunctionFailed, InternalError, OutOfMemory
from tests.actors_at_work import Boom, Obedient


@pytest.mark.parametrize(
    ("reason", "is_clean"),
    [(NORMAL, True), (SHUTDOWN, True), (KILLED, False), (ExitReason(kind="trapped"), False)],
)
def test_normal_and_shutdown_are_clean_and_nothing_else_is(reason, is_clean):
    assert reason.is_clean is is_clean


def test_an_exception_makes_a_failure():
    error = Boom("no")
    reason = reason_of(error, {})

    assert (reason.kind, reason.error, str(reason)) == ("failed", error, "failed: Boom: no")


def test_a_room_above_has_its_own_words_and_the_nearest_base_class_decides():
    class Deep(LookupError): ...

    kinds: dict[type[BaseException], str] = {Exception: "broken", LookupError: "denied"}

    assert reason_of(Deep(), kinds).kind == "denied"
    assert reason_of(Boom(), kinds).kind == "broken"


@pytest.mark.parametrize(
    ("error", "is_fault"), [(HostFunctionFailed("x"), True), (InternalError("x"), True), (Boom(), False)]
)
def test_faults_of_the_host_are_known_as_such(error, is_fault):
    assert reason_of(error, {}).is_host_fault is is_fault


async def test_the_door_for_components_is_open():
    kinds = {GuestTrapped: "trapped", OutOfMemory: "out_of_memory"}
    trap = GuestTrapped("unreachable", kind="unreachable")
    async with ActorSystem(exit_kinds=kinds) as system:
        ref = system.spawn(Obedient)
        ref.tell(trap)
        reason = await ref.wait_stopped()

    assert (reason.kind, reason.error) == ("trapped", trap)
