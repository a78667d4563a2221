"""Threat: a grant that no gate gave, for something that was never decided."""

from __future__ import annotations

import copy
import pickle

import pytest

from airssys.policy import Gate, Grant
from tests.policies import component, request

READ, SHADOW = request("filesystem read /srv/a"), request("filesystem read /etc/shadow")


@pytest.fixture
def grant():
    return Gate(component("filesystem read /srv/*"), None).require(READ)


@pytest.mark.parametrize("token", [None, True, object(), Grant, "g-1"])
def test_nobody_makes_one_without_the_gate(token):
    with pytest.raises(TypeError):
        Grant(token, "g-1", (SHADOW,), ("policy.toml:1",))


def test_one_without_contents_is_good_for_nothing():
    empty = object.__new__(Grant)

    for name in ("id", "requests", "rules"):
        with pytest.raises(AttributeError):
            getattr(empty, name)


def test_one_cannot_be_bent_to_something_else(grant):
    with pytest.raises(AttributeError):
        grant._requests = (SHADOW,)
    with pytest.raises(AttributeError):
        grant.requests = (SHADOW,)
    assert grant.requests == (READ,)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_one_is_not_kept_for_later_in_another_place(grant, copied):
    with pytest.raises(TypeError):
        copied(grant)


def test_there_is_no_subclass_that_says_more():
    with pytest.raises(TypeError):
        type("Everything", (Grant,), {"requests": (SHADOW,)})
