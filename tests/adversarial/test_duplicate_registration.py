"""Threat: registering a name again, to change the rights of whoever has it already."""

from __future__ import annotations

import dataclasses

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate
from tests.policies import Kept, component, request

READ, WRITE = request("filesystem read /srv/a"), request("filesystem write /srv/a")


def test_a_second_component_of_the_same_name_changes_nothing_for_the_first():
    log = Kept()
    first = Gate(component("filesystem read /srv/*"), log)

    second = Gate(component("filesystem read /srv/*", "filesystem write /srv/*", digest="cd" * 32), log)

    assert second.require(WRITE).requests == (WRITE,)
    with pytest.raises(CapabilityDenied):
        first.require(WRITE)
    assert first.require(READ).requests == (READ,)


def test_ending_the_second_one_takes_nothing_from_the_first():
    first, second = (Gate(component("filesystem read /srv/*"), None) for _ in range(2))

    second.revoke()

    assert first.require(READ).requests == (READ,)


def test_the_gate_of_one_component_cannot_become_the_gate_of_another():
    gate = Gate(component("filesystem read /srv/*"), None)

    with pytest.raises(ValueError, match="not of ledger"):
        gate.update(component("filesystem write /srv/*", component="ledger"))
    with pytest.raises(CapabilityDenied):
        gate.require(WRITE)


def test_rights_that_are_in_force_cannot_be_set():
    context = component("filesystem read /srv/*")

    with pytest.raises(dataclasses.FrozenInstanceError):
        context.effective = context.declared  # type: ignore[misc]
    with pytest.raises(ValueError, match="lines"):
        dataclasses.replace(context, lines=context.lines)
