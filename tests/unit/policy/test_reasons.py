"""Why: every step is told, in order, and the lines that would allow a request are the narrowest that do."""

from __future__ import annotations

import tomllib

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate, Policy, decide
from tests.policies import allow, component, deny, request, rights, role

READ = "filesystem read /srv/in/**"


def test_an_allowed_request_tells_who_asked_who_granted_and_which_line_allows():
    policy = Policy(rules=(allow("filesystem read /srv/**", source="policy.toml:3", reason="invoices"),))
    context = component(READ, policy=policy, declared_at=(("filesystem.read", "Component.toml:7"),))

    decision = decide(request("filesystem read /srv/in/a"), context)

    assert decision.reasons == (
        "forbidden list: not on it",
        "deny rules: none is about it",
        f"manifest: Component.toml:7 declares {READ}",
        f"approval: ada approved {READ}",
        "policy: policy.toml:3 (invoices) allows it",
    )
    assert decision.would_allow is None


def test_a_refusal_does_not_hide_the_ones_behind_it():
    policy = Policy(
        rules=(deny("filesystem * /etc/**", source="policy.toml:3", reason="ours"),),
        roles=(role("reader", READ),),
        assigned=(("*", ("reader",)),),
    )

    decision = decide(request("filesystem read /etc/shadow"), component(digest=None, policy=policy))

    assert decision.rule == "forbidden:passwords"
    assert decision.reasons == (
        "denied: forbidden list: forbidden:passwords (it holds what passwords can be found out from)",
        "denied: deny rules: policy.toml:3 (ours)",
        "denied: component: its digest is not known, so nobody can have judged it",
        "denied: manifest: filesystem.read does not declare it",
        "denied: approval: nobody approved it",
        "denied: policy: no rule allows it to invoice, and none of its roles (reader)",
    )


def test_the_line_that_is_named_is_the_one_that_decided():
    """The first rule is about less, so it is the second one whose right is found."""
    policy = Policy(
        rules=(allow("filesystem read /srv/in/a", source="one"), allow("filesystem read /srv/**", source="two"))
    )

    decision = decide(request("filesystem read /srv/in/a"), component(READ, policy=policy))

    assert decision.rule == "two"
    assert decision.reasons[-1] == "policy: two allows it"


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        ("srv/a", "is not absolute"),
        ("/srv/../a", "has a segment . or .."),
        ("/srv/%2e%2e/a", "has a percent sign"),
        ("/srv/a/", "ends in a slash"),
        ("/srv\\a", "has a backslash"),
        ("/srv/\0", "has control characters"),
    ],
)
def test_a_malformed_request_says_what_is_wrong_with_it(resource, said):
    context = component(READ)
    asked = request(f"filesystem read {resource}")

    decision = decide(asked, context)

    assert decision.reasons == (f"denied: request: the resource {said}, and no pattern matches that",)
    assert decision.would_allow is None


WOULD = [
    (component(), "filesystem read /etc/passwd", 'filesystem.read = ["/etc/passwd"]'),
    (component(), "filesystem read /srv/a[1]*.xml", 'filesystem.read = ["/srv/a[[]1][*].xml"]'),
    (component(), 'filesystem write /srv/"a"', 'filesystem.write = ["/srv/\\"a\\""]'),
    (component(), "network connect Example.ORG.:443", 'network.connect = ["example.org:443"]'),
    (component(), "network connect [::ffff:10.0.0.1]:80", 'network.connect = ["10.0.0.1:80"]'),
    (component(), "environment read LANG", 'environment.read = ["LANG"]'),
    (component("filesystem read /**"), "filesystem read /srv/a", 'filesystem.read = ["/srv/a"]'),
]


@pytest.mark.parametrize(("context", "text", "line"), WOULD, ids=[text for _, text, _ in WOULD])
def test_what_is_not_declared_gets_the_line_of_the_manifest_in_its_narrowest_form(context, text, line):
    assert decide(request(text), context).would_allow == line


@pytest.mark.parametrize(("context", "text", "line"), WOULD, ids=[text for _, text, _ in WOULD])
def test_with_that_line_the_request_is_allowed(context, text, line):
    (action, patterns), *_ = next(iter(tomllib.loads(line).values())).items()
    kind = text.split()[0]

    assert decide(request(text), component(f"{kind} {action} {patterns[0]}")).allowed


def test_what_no_rule_allows_gets_a_rule_about_this_component_and_this_resource():
    decision = decide(request("filesystem read /srv/in/a"), component(READ, policy=Policy(rules=())))

    assert tomllib.loads(decision.would_allow or "") == {
        "rule": [
            {
                "effect": "allow",
                "components": ["invoice"],
                "kind": "filesystem",
                "action": "read",
                "resource": "/srv/in/a",
            }
        ]
    }


def test_what_is_neither_declared_nor_allowed_gets_both():
    lines = decide(request("storage read invoices"), component(policy=Policy(rules=()))).would_allow or ""

    manifest, between, *policy = lines.splitlines()
    assert (manifest, between) == ('storage.read = ["invoices"]', "# and in policy.toml:")
    assert tomllib.loads("\n".join(policy))["rule"][0]["resource"] == "invoices"


@pytest.mark.parametrize(
    ("context", "text"),
    [
        (component(), "filesystem read /etc/shadow"),
        (component(policy=Policy(rules=(deny("storage * *"),))), "storage read a"),
        (component("storage read a", digest=None), "storage read a"),
        (component("storage read a", approved=rights()), "storage read a"),
        (component(), "filesystem read a"),
        (component("storage read a"), "storage read a"),
    ],
    ids=["forbidden", "denied", "not known", "not approved", "malformed", "allowed"],
)
def test_nothing_is_proposed_where_no_line_can_help(context, text):
    assert decide(request(text), context).would_allow is None


class TestTheErrorThatRefuses:
    def refused(self, context, text):
        with pytest.raises(CapabilityDenied) as caught:
            Gate(context, None).require(request(text))
        return caught.value

    def test_says_who_may_not_do_what_and_why(self):
        error = self.refused(component(), "filesystem read /etc/passwd")

        assert error.message == (
            "invoice may not read /etc/passwd (filesystem): manifest: filesystem.read does not declare it"
        )
        assert (error.request, error.rule) == ("filesystem read /etc/passwd", "not-declared")

    @pytest.mark.parametrize(
        ("context", "hint"),
        [
            (component(), 'write under [capabilities] in Component.toml: filesystem.read = ["/srv/a"]'),
            (component("filesystem read /**"), 'in place of the wildcard: filesystem.read = ["/srv/a"]'),
            (component("filesystem read /srv/*", policy=Policy(rules=())), "write in policy.toml:\n[[rule]]\neffect"),
            (component("filesystem read /srv/*", approved=rights()), "a person has to approve it first"),
            (component(policy=Policy(rules=(deny("* * *"),))), "no line can allow this request"),
        ],
    )
    def test_says_what_to_do(self, context, hint):
        assert hint in self.refused(context, "filesystem read /srv/a").hint

    def test_quotes_no_more_than_anybody_reads(self):
        error = self.refused(component(), f"storage read {'a' * 100_000}")

        assert len(error.message) < 500

    def test_quotes_no_control_characters(self):
        assert "\x1b" not in self.refused(component(), "filesystem read /srv/\x1b[31m").message
