"""What a component holds: computed once, from what was declared, approved and allowed, and never more."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from airssys.capabilities import CapabilitySet
from airssys.manifest import load_manifest
from airssys.policy import Policy, effective, exceptions, places_in, withheld
from tests.policies import allow, component, deny, rights, role

MANIFEST = """[component]
name = "invoice"
version = "2.0.1"
[resources.memory]
max_bytes = 1048576
[capabilities]
filesystem.read = ["/srv/in/**"]
storage.write = ["invoices"]
"""


@pytest.mark.parametrize(
    ("declared", "approved", "allowed", "in_force"),
    [
        (["/srv/**"], ["/srv/**"], ["/srv/**"], ["/srv/**"]),
        (["/srv/**"], ["/srv/in/**"], ["/srv/**"], ["/srv/in/**"]),
        (["/srv/in/**"], ["/srv/**"], ["/srv/**"], ["/srv/in/**"]),
        (["/srv/**"], ["/srv/**"], ["/srv/in/*", "/srv/out"], ["/srv/in/*", "/srv/out"]),
        (["/srv/**"], ["/srv/*/a"], ["/srv/in/*"], ["/srv/in/a"]),
        (["/srv/**"], ["/data/**"], ["/srv/**"], []),
        (["/srv/**"], [], ["/srv/**"], []),
        ([], ["/srv/**"], ["/srv/**"], []),
        (["/srv/**"], ["/srv/**"], [], []),
    ],
)
def test_what_is_in_force_is_what_all_three_give(declared, approved, allowed, in_force):
    def reads(patterns):
        return [f"filesystem read {pattern}" for pattern in patterns]

    policy = Policy(rules=tuple(allow(text) for text in reads(allowed)))
    context = component(*reads(declared), approved=rights(*reads(approved)), policy=policy)

    assert context.effective == rights(*reads(in_force))
    assert effective(context.declared, context.approved, policy.of("invoice")) == context.effective
    assert context.is_whole == (declared == in_force)


def test_a_right_that_a_deny_rule_takes_away_whole_is_not_in_force():
    policy = Policy(rules=(allow("* * *"), deny("filesystem read /srv/keys/**")))

    assert not component("filesystem read /srv/keys/a", policy=policy).effective
    assert not component("filesystem read /etc/shadow").effective


def test_changing_a_context_computes_it_anew():
    context = component("filesystem read /srv/**", "storage read invoices")

    narrowed = dataclasses.replace(context, approved=rights("storage read invoices"))

    assert str(narrowed.effective) == "storage read invoices"
    assert len(context.effective) == 2
    with pytest.raises(ValueError, match="effective"):
        dataclasses.replace(context, effective=context.effective)


def test_a_context_does_not_change():
    context = component("filesystem read /srv/**")

    with pytest.raises(dataclasses.FrozenInstanceError):
        context.approved = CapabilitySet()  # type: ignore[misc]


def test_a_revoked_component_has_nothing():
    revoked = component("filesystem read /srv/**").revoked()

    assert not revoked.effective
    assert (revoked.component, revoked.declared) == ("invoice", rights("filesystem read /srv/**"))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_a_copy_finds_the_same_lines(copied):
    policy = Policy(rules=(allow("filesystem read /srv/**", source="policy.toml:3"), deny("storage * *")))
    context = copied(component("filesystem read /srv/in/*", policy=policy))

    (origin,) = context.origins()
    assert (str(origin.right), origin.allowed) == ("filesystem read /srv/in/*", "policy.toml:3")


def test_every_right_in_force_says_where_it_came_from():
    policy = Policy(
        rules=(allow("filesystem read /srv/in/**", source="policy.toml:3", reason="invoices"),),
        roles=(role("keeper", "storage write invoices"),),
        assigned=(("invoice", ("keeper",)),),
    )
    context = component(
        "filesystem read /srv/**",
        "storage write invoices",
        policy=policy,
        declared_at=(("filesystem.read", "Component.toml:7"),),
    )

    told = [(str(each.right), each.declared, each.approved, each.allowed) for each in context.origins()]
    assert told == [
        ("filesystem read /srv/in/**", "Component.toml:7", "ada", "policy.toml:3 (invoices)"),
        ("storage write invoices", "[capabilities] storage.write", "ada", "policy.toml:keeper role keeper"),
    ]


def test_the_places_of_a_manifest_are_those_of_its_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Component.toml").write_text(MANIFEST)

    assert places_in(load_manifest("Component.toml")) == (
        ("filesystem.read", "Component.toml:7"),
        ("storage.write", "Component.toml:8"),
    )


class TestWhatIsWithheld:
    def test_says_why(self):
        policy = Policy(
            rules=(
                allow("filesystem read /srv/**"),
                allow("storage * *"),
                deny("storage write invoices.#", source="policy.toml:9", reason="read-only"),
            )
        )
        declared = ("filesystem read /srv/in/**", "filesystem read /data/**", "filesystem read /**")
        more = (
            "filesystem read /etc/shadow",
            "storage write invoices.2026",
            "storage read rates",
            "network connect a.org:1",
        )
        plain = component(declared[0], declared[1], *more, policy=policy)
        narrowed = dataclasses.replace(plain, approved=plain.approved.difference(rights("storage read rates")))

        found = {str(each.right): each.rule for each in withheld(narrowed)}
        assert found == {
            "filesystem read /data/**": "nothing-allows",
            "filesystem read /etc/shadow": "forbidden:passwords",
            "storage write invoices.2026": "policy.toml:9",
            "storage read rates": "not-approved",
            "network connect a.org:1": "nothing-allows",
        }

    def test_of_a_wildcard_and_of_a_component_that_is_not_known(self):
        (wildcard,) = withheld(component("filesystem read /**"))
        (unknown,) = withheld(component("storage read a", digest=None))

        assert (wildcard.rule, unknown.rule) == ("wildcard-not-named", "missing-attribute")
        assert unknown.reason == "its digest is not known"

    def test_an_exception_is_the_part_of_a_right_that_is_refused_all_the_same(self):
        policy = Policy(rules=(allow("* * *"), deny("filesystem * /srv/keys/**", source="policy.toml:9")))
        context = component("filesystem read /srv/**", "storage read a", policy=policy)

        assert [(str(each.right), each.rule) for each in exceptions(context)] == [
            ("filesystem read /srv/**/.ssh/**", "forbidden:ssh"),
            ("filesystem read /srv/keys/**", "policy.toml:9"),
        ]

    def test_nothing_is_withheld_from_who_has_everything_that_it_declares(self):
        context = component("storage read invoices")

        assert (withheld(context), exceptions(context)) == ((), ())


def test_the_context_of_an_instance_is_what_computing_it_anew_would_give():
    context = component("filesystem read /srv/**")

    assert context.of_instance("a-2") == dataclasses.replace(context, instance="a-2")
    assert context.of_instance("a-2").subject == dataclasses.replace(context, instance="a-2").subject
    assert context.of_instance("a-2").effective == context.effective
    assert context.of_instance("a-2").instance == "a-2"
