"""Roles: what is inherited, and what cannot be."""

from __future__ import annotations

import pytest

from airssys.errors import PolicyError
from airssys.policy import Policy, Role, decide
from tests.policies import component, request, role

ROLES = (
    role("reader", "filesystem read /srv/**"),
    role("writer", "filesystem write /srv/out/**", inherits=["reader"]),
    role("admin", "network connect rates.example.org:443", inherits=["writer", "speaker"]),
    role("speaker", "messaging send ledger"),
)
ASKS = ("filesystem read /srv/**", "filesystem write /srv/**", "messaging send ledger")


def allowed(who, names, *texts):
    policy = Policy(rules=(), roles=ROLES, assigned=((who, tuple(names)),))
    context = component(*ASKS, policy=policy)
    return [decide(request(text), context).allowed for text in texts]


ALL = ("filesystem read /srv/a", "filesystem write /srv/out/a", "messaging send ledger")


@pytest.mark.parametrize(
    ("who", "names", "expected"),
    [
        ("invoice", ["reader"], [True, False, False]),
        ("invoice", ["writer"], [True, True, False]),
        ("invoice", ["admin"], [True, True, True]),
        ("invoice", ["speaker", "reader"], [True, False, True]),
        ("*", ["writer"], [True, True, False]),
        ("ledger", ["admin"], [False, False, False]),
        ("invoice", [], [False, False, False]),
    ],
)
def test_a_component_has_the_rights_of_its_roles_and_of_those_that_they_inherit(who, names, expected):
    assert allowed(who, names, *ALL) == expected


def test_a_role_gives_nothing_that_was_not_declared():
    policy = Policy(rules=(), roles=ROLES, assigned=(("invoice", ("admin",)),))

    assert not decide(request("network connect rates.example.org:443"), component(*ASKS, policy=policy)).allowed


def test_roles_are_named_nearest_first_and_each_once():
    diamond = (role("top", inherits=["left", "right"]), role("left", inherits=["low"]), role("right", inherits=["low"]))
    policy = Policy(roles=(*diamond, role("low")), assigned=(("invoice", ("top",)), ("*", ("low",))))

    assert policy.of("invoice").roles == ("top", "low", "left", "right")
    assert policy.of("ledger").roles == ("low",)


@pytest.mark.parametrize(
    ("roles", "circle"),
    [
        ((role("a", inherits=["a"]),), "a -> a"),
        ((role("a", inherits=["b"]), role("b", inherits=["a"])), "a -> b -> a"),
        ((role("a", inherits=["b"]), role("b", inherits=["c"]), role("c", inherits=["b"])), "b -> c -> b"),
    ],
)
def test_roles_that_inherit_each_other_in_a_circle_are_refused(roles, circle):
    with pytest.raises(PolicyError, match=f"in a circle: {circle}"):
        Policy(roles=roles)


def test_a_long_line_of_roles_is_no_circle():
    line = tuple(role(f"r{n}", inherits=[f"r{n + 1}"]) for n in range(2000))

    assert len(Policy(roles=(*line, role("r2000")), assigned=(("*", ("r0",)),)).of("invoice").roles) == 2001


def test_a_role_that_nobody_defines_is_refused():
    with pytest.raises(PolicyError, match="there is no role reder; did you mean reader"):
        Policy(roles=ROLES, assigned=(("invoice", ("reder",)),))
    with pytest.raises(PolicyError, match="there is no role nobody"):
        Policy(roles=(Role(name="a", inherits=("nobody",)),))


def test_a_role_that_is_defined_twice_is_refused():
    with pytest.raises(PolicyError, match="several roles a"):
        Policy(roles=(role("a"), role("a", "filesystem read /srv/**")))


def test_all_problems_are_told():
    with pytest.raises(PolicyError) as caught:
        Policy(roles=(role("a", inherits=["b"]), role("a")), protected=("state",))

    assert len(caught.value.problems) == 3
    assert all(text in caught.value.message for text in ("several roles a", "no role b", "state is not absolute"))
