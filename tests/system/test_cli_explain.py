"""`airssys explain`: what a component may do, who granted it, which line refuses, and the line that would allow."""

from __future__ import annotations

import pytest

CAPABILITIES = """
[capabilities]
filesystem.read = ["/srv/in/**"]
filesystem.write = ["/srv/**"]
network.connect = ["*.example.org:443"]
"""
POLICY = """[[rule]]
effect = "allow"
components = ["*"]
kind = "filesystem"
action = "*"
resource = "*"
reason = "files are fine"

[[rule]]
effect = "deny"
components = ["invoice"]
kind = "filesystem"
action = "*"
resource = "/srv/keys/**"
reason = "keys stay here"

[roles.surfer]
allow = ["network connect rates.example.org:443"]

[assign]
invoice = ["surfer"]
"""


@pytest.fixture
def folder(airssys):
    """A component that is declared, and not built."""
    folder = airssys.folder / "invoice"
    folder.mkdir()
    limits = "[resources.memory]\nmax_bytes = 1048576\n"
    text = f'[component]\nname = "invoice"\nversion = "2.0.1"\n{limits}{CAPABILITIES}'
    (folder / "Component.toml").write_text(text)
    return folder


@pytest.fixture
def explain(inside, folder, airssys, monkeypatch):
    """`airssys explain`, with a configuration folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(airssys.folder / "config"))
    for name in ("AIRSSYS_POLICY", "AIRSSYS_TRUST", "AIRSSYS_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AIRSSYS_STATE", str(airssys.folder / "state"))

    def run(*words, policy=POLICY):
        if policy is None:
            return inside("explain", *words)
        (airssys.folder / "policy.toml").write_text(policy)
        return inside("explain", *words, "--policy", "policy.toml")

    return run


# ---------------------------------------------------------------- one question


def test_the_installed_command_answers(airssys, folder):
    (airssys.folder / "policy.toml").write_text(POLICY)

    ended = airssys("explain", "invoice", "--policy", "policy.toml", "--request", "filesystem read /etc/passwd")

    assert ended.code == 3
    assert ended.out == (
        "denied: filesystem read /etc/passwd (rule not-declared)\n"
        "invoice 2.0.1 (invoice/Component.toml, not built yet)\n"
        "  policy: policy.toml; trust: unknown; approved: false\n"
        "  forbidden list: not on it\n"
        "  deny rules: none is about it\n"
        "  denied: manifest: filesystem.read does not declare it\n"
        "  denied: approval: nobody approved it\n"
        "  policy: policy.toml:1 (files are fine) allows it\n"
        "to allow this and nothing else:\n"
        '  filesystem.read = ["/etc/passwd"]\n'
    )


@pytest.mark.parametrize(
    ("request_text", "code", "rule", "would_allow"),
    [
        ("filesystem read /srv/in/a", 0, "policy.toml:1", None),
        ("network connect rates.example.org:443", 0, "policy.toml:18 role surfer", None),
        ("filesystem read /etc/passwd", 3, "not-declared", 'filesystem.read = ["/etc/passwd"]'),
        ("filesystem write /srv/keys/a", 3, "policy.toml:9", None),
        ("filesystem write /srv/a/.ssh/x", 3, "forbidden:ssh", None),
        ("filesystem read /etc/shadow", 3, "forbidden:passwords", None),
        ("filesystem read ../etc/passwd", 3, "malformed-request", None),
    ],
)
def test_a_machine_is_told_the_answer_the_rule_the_reasons_and_what_would_allow(
    explain, request_text, code, rule, would_allow
):
    ended = explain("invoice", "--request", request_text, "--json")

    assert ended.code == code
    assert ended.json["allowed"] is (code == 0)
    assert (ended.json["rule"], ended.json["would_allow"]) == (rule, would_allow)
    assert ended.json["approved"] is False
    assert any(reason.startswith("denied:") for reason in ended.json["reasons"]) is (code != 0)


def test_what_no_rule_allows_gets_the_rule_to_write(explain):
    ended = explain("invoice", "--request", "network connect eu.example.org:443", "--json")

    assert ended.json["rule"] == "nothing-allows"
    assert ended.json["would_allow"].startswith('[[rule]]\neffect = "allow"\ncomponents = ["invoice"]\n')
    again = explain(
        "invoice", "--request", "network connect eu.example.org:443", policy=POLICY + ended.json["would_allow"]
    )
    assert again.code == 0


def test_the_line_that_would_allow_does(explain, folder):
    line = explain("invoice", "--request", "storage read rates", "--json", policy="").json["would_allow"]
    manifest, _, policy = line.partition("\n# and in policy.toml:\n")

    (folder / "Component.toml").write_text((folder / "Component.toml").read_text() + manifest)

    assert explain("invoice", "--request", "storage read rates", policy=policy).code == 0


def test_what_airssys_keeps_is_protected(explain, airssys):
    for path in ("state/airssys.db", "policy.toml", "config/airssys/trust.toml", "config/airssys/policy.toml"):
        ended = explain("invoice", "--request", f"filesystem read {airssys.folder}/{path}", "--json")
        assert ended.json["rule"] == "forbidden:airssys"


@pytest.mark.parametrize("text", ["filesystem read", "files read /srv", "filesystem delete /srv/a", ""])
def test_a_request_that_is_none_is_a_usage_error(explain, text):
    ended = explain("invoice", "--request", text, "--json")

    assert ended.code == 2
    assert ended.error["code"] == "usage"


# ---------------------------------------------------------------- everything


def test_all_rights_are_shown_with_who_asked_who_granted_and_what_is_left_out(explain):
    ended = explain("invoice")

    assert ended.code == 0
    assert ended.out == (
        "invoice 2.0.1 (invoice/Component.toml, not built yet)\n"
        "  policy: policy.toml; trust: unknown; approved: false\n"
        "may do (3 rights):\n"
        "  filesystem read /srv/in/**\n"
        "    declared invoice/Component.toml:8\n"
        "    approved as if somebody (nobody has yet)\n"
        "    allowed  policy.toml:1 (files are fine)\n"
        "  filesystem write /srv/**\n"
        "    declared invoice/Component.toml:9\n"
        "    approved as if somebody (nobody has yet)\n"
        "    allowed  policy.toml:1 (files are fine)\n"
        "  network connect rates.example.org:443\n"
        "    declared invoice/Component.toml:10\n"
        "    approved as if somebody (nobody has yet)\n"
        "    allowed  policy.toml:18 role surfer\n"
        "declared, and not in force as it stands:\n"
        "  network connect *.example.org:443: nothing-allows (no rule allows all of it to invoice)\n"
        "never, all the same:\n"
        "  filesystem read /srv/in/**/.ssh/**: forbidden:ssh (it holds the keys of people and machines)\n"
        "  filesystem write /srv/**/.ssh/**: forbidden:ssh (it holds the keys of people and machines)\n"
        "  filesystem write /srv/keys/**: policy.toml:9 (keys stay here)\n"
    )


def test_all_rights_for_machines(explain):
    told = explain("invoice/Component.toml", "--json").json

    assert {name: told[name] for name in ("component", "version", "digest", "trust", "approved", "roles")} == {
        "component": "invoice",
        "version": "2.0.1",
        "digest": None,
        "trust": "unknown",
        "approved": False,
        "roles": ["surfer"],
    }
    assert [each["right"] for each in told["effective"]] == [
        "filesystem read /srv/in/**",
        "filesystem write /srv/**",
        "network connect rates.example.org:443",
    ]
    assert [each["rule"] for each in told["withheld"]] == ["nothing-allows"]
    assert [each["rule"] for each in told["exceptions"]] == ["forbidden:ssh", "forbidden:ssh", "policy.toml:9"]


def test_a_component_that_asks_for_nothing_may_only_compute(inside, project, explain):
    ended = explain(project("(component)"))

    assert "may do nothing but compute\n" in ended.out


# ---------------------------------------------------------------- the policy that is meant


def test_without_a_file_what_airssys_ships_is_in_force(explain):
    ended = explain("invoice", "--request", "network connect a.example.org:443", "--json", policy=None)

    assert (ended.code, ended.json["policy"], ended.json["rule"]) == (0, None, "shipped default")


def test_the_file_in_the_configuration_folder_is_in_force(explain, airssys):
    file = airssys.folder / "config" / "airssys" / "policy.toml"
    file.parent.mkdir(parents=True)
    file.write_text("")

    ended = explain("invoice", "--request", "filesystem read /srv/in/a", "--json", policy=None)

    assert (ended.code, ended.json["policy"], ended.json["rule"]) == (3, str(file), "nothing-allows")


def test_a_file_that_cannot_be_read_is_not_passed_over(explain, airssys):
    file = airssys.folder / "config" / "airssys" / "policy.toml"
    file.parent.mkdir(parents=True)
    file.symlink_to("nowhere.toml")

    ended = explain("invoice", policy=None)

    assert ended.code == 2
    assert "there is no such file" in ended.err


def test_the_variable_names_the_file_and_the_flag_beats_it(explain, airssys, monkeypatch):
    (airssys.folder / "strict.toml").write_text("")
    monkeypatch.setenv("AIRSSYS_POLICY", "strict.toml")

    assert explain("invoice", "--request", "filesystem read /srv/in/a", policy=None).code == 3
    assert explain("invoice", "--request", "filesystem read /srv/in/a").code == 0


def test_all_problems_of_a_policy_are_told(explain):
    ended = explain("invoice", "--json", policy='[[rule]]\neffect = "permit"\n[asign]\n')

    assert ended.code == 2
    assert ended.error["code"] == "policy-invalid"
    assert len(ended.error["problems"]) == 6


def test_a_wildcard_has_to_be_named_by_the_policy(explain, folder):
    text = (folder / "Component.toml").read_text().replace("/srv/in/**", "/**")
    (folder / "Component.toml").write_text(text)

    assert "wildcard that cancels the sandbox" in explain("invoice").err
    other = POLICY + '[wildcards]\nbackup = ["filesystem read /**"]\n'
    ended = explain("invoice", "--request", "filesystem read /srv/in/a", "--json", policy=other)
    assert ended.json["rule"] == "wildcard-not-named"
    assert (
        explain("invoice", "--request", "filesystem read /srv/in/a", policy=other.replace("backup", "invoice", 1)).code
        == 0
    )


# ---------------------------------------------------------------- whose rights


def test_a_component_that_a_rule_of_trust_vouches_for_is_approved(inside, explain, airssys, monkeypatch, folder):
    (folder / "invoice.wat").write_text("(component)")
    monkeypatch.setenv("AIRSSYS_TRUST", str(airssys.folder / "trust" / "trust.toml"))
    assert inside("trust", "add-local", f"{airssys.folder.resolve()}/**", "--name", "here").code == 0

    told = explain("invoice", "--json").json

    assert (told["approved"], told["trust"]) == (True, "trusted")
    assert len(told["digest"]) == 64
    assert told["effective"][0]["approved_by"] == "rule of trust here"


def test_a_component_of_unknown_origin_is_explained_as_if_approved(explain, folder):
    (folder / "invoice.wat").write_text("(component)")

    ended = explain("invoice", "--request", "filesystem read /srv/in/a", "--json")

    assert (ended.code, ended.json["allowed"], ended.json["approved"]) == (0, True, False)
    assert len(ended.json["digest"]) == 64


def test_a_name_says_that_nothing_is_kept_by_name(explain):
    ended = explain("ledger-writer", "--json")

    assert ended.code == 2
    assert ended.error["code"] == "not-installed"
    assert "no component named ledger-writer is installed" in ended.error["message"]


@pytest.mark.parametrize("path", ["no/such", "./ledger", "ledger/Component.toml"])
def test_a_path_that_is_not_there_is_a_missing_file(explain, path):
    assert "there is no such file" in explain(path).err


def test_nothing_that_a_manifest_says_steers_the_terminal(explain):
    ended = explain("invoice", "--request", "filesystem read /srv/\x1b[31m")

    assert "\x1b" not in ended.out
    assert "\\u001b[31m" in ended.out
