"""Threat: a denied permission hidden among allowed ones. Every one is checked, wherever it stands."""

from __future__ import annotations

import itertools

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate
from tests.policies import Kept, component, request

ALLOWED = [request(f"filesystem write /srv/{name}") for name in "abc"]
DENIED = [
    request("filesystem write /srv/keys/a"),
    request("filesystem write /etc/passwd"),
    request("filesystem read /srv/a"),
    request("filesystem write /srv/../etc/passwd"),
    request("storage write srv"),
]


@pytest.mark.parametrize("hidden", DENIED, ids=str)
@pytest.mark.parametrize("at", range(4))
def test_one_denied_permission_denies_the_whole_act(hidden, at):
    log = Kept()
    gate = Gate(component("filesystem write /srv/*"), log)
    asked = [*ALLOWED[:at], hidden, *ALLOWED[at:]]

    with pytest.raises(CapabilityDenied) as caught:
        gate.require(*asked)

    assert caught.value.request == str(hidden)
    assert [grant for *_, grant in log.decisions] == [None]


def test_every_denied_permission_is_recorded():
    log = Kept()

    with pytest.raises(CapabilityDenied):
        Gate(component("filesystem write /srv/*"), log).require(*itertools.chain(ALLOWED, DENIED))

    assert [text for text, *_ in log.decisions] == [str(each) for each in DENIED]


def test_what_was_granted_alone_does_not_carry_over():
    gate = Gate(component("filesystem write /srv/*"), None)
    gate.require(ALLOWED[0])

    for denied in DENIED:
        with pytest.raises(CapabilityDenied):
            gate.require(ALLOWED[0], denied)
