"""Threat: kind confusion. A right of one kind, or to one action, opens nothing of another."""

from __future__ import annotations

import itertools

import pytest

from airssys.capabilities import ACTIONS
from airssys.policy import decide
from tests.policies import EVERYTHING, component, request, unsealed

#: A text that is a resource of every kind that takes words or names.
WORD = "invoices"
RESOURCES = {
    "filesystem": f"/{WORD}",
    "network": f"{WORD}:443",
    "storage": WORD,
    "messaging": WORD,
    "environment": WORD,
}
RIGHTS = [f"{kind} {action}" for kind, actions in ACTIONS.items() for action in actions]


@pytest.mark.parametrize(("held", "asked"), [*itertools.permutations(RIGHTS, 2)])
def test_a_right_opens_no_other_kind_and_no_other_action(held, asked):
    context = component(f"{held} {RESOURCES[held.split()[0]]}")

    assert decide(request(f"{held} {RESOURCES[held.split()[0]]}"), context).allowed
    assert not decide(request(f"{asked} {RESOURCES[asked.split()[0]]}"), context).allowed


@pytest.mark.parametrize("resource", ["/invoices", "invoices", "/srv/invoices", "file:///invoices"])
def test_a_right_to_all_of_a_storage_opens_no_path(resource):
    context = component("storage read #", "storage write #", policy=unsealed("storage read #", "storage write #"))

    assert decide(request("storage read invoices"), context).allowed
    assert not decide(request(f"filesystem read {resource}"), context).allowed


@pytest.mark.parametrize("resource", ["invoices", "/invoices", "a.b"])
def test_a_right_to_all_files_opens_no_storage(resource):
    assert not decide(request(f"storage read {resource}"), component(*EVERYTHING, policy=unsealed())).allowed
