"""`airssys keygen`, `sign` and `trust ...`: from a key to a component that runs without approval, and back."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.system.conftest import EXAMPLES
from tests.unit.trust.repositories import Repository

TOML = '[component]\nname = "adder"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'


@pytest.fixture
def trust_file(airssys):
    return airssys.folder / "etc" / "trust.toml"


@pytest.fixture
def do(inside, trust_file, monkeypatch):
    """A command line in this process, with a trust file of its own."""
    monkeypatch.setenv("AIRSSYS_TRUST", str(trust_file))
    return inside


@pytest.fixture
def adder(airssys):
    """A component, as far as these verbs look at it."""
    folder = airssys.folder / "adder"
    folder.mkdir()
    (folder / "adder.wat").write_text("(component)")
    (folder / "Component.toml").write_text(TOML)
    return folder


@pytest.fixture
def signed(do, adder):
    """The component, signed with a new key that is trusted as `release`."""
    assert do("keygen", "k").code == 0
    assert do("sign", "adder", "--key", "k").code == 0
    assert do("trust", "add-key", "k.pub", "--name", "release").code == 0
    return adder


def level(ended):
    return ended.code, ended.json["level"], ended.json["rule"]


# ---------------------------------------------------------------- the installed command


def test_from_a_key_to_a_trusted_component_and_back(airssys, trust_file):
    """The walk through the guide, in processes of its own."""
    airssys_with = {"AIRSSYS_TRUST": str(trust_file)}
    project = airssys.folder / "greeter"
    project.mkdir()
    for name in ("Component.toml", "greeter.wat"):
        (project / name).write_bytes((EXAMPLES / "greeter" / name).read_bytes())

    assert airssys("keygen").code == 0
    assert airssys("sign", "greeter", "--key", "airssys-signing.key").code == 0
    added = airssys("trust", "add-key", "airssys-signing.key.pub", "--name", "me", **airssys_with)
    trusted = airssys("trust", "verify", "greeter", **airssys_with)
    removed = airssys("trust", "remove", "me", **airssys_with)
    unknown = airssys("trust", "verify", "greeter", **airssys_with)

    assert (added.code, removed.code) == (0, 0)
    assert trusted.code == 0
    assert trusted.out.startswith("greeter 1.0.0: trusted\n  me: signed by its key SHA256:")
    assert (unknown.code, unknown.out) == (3, "greeter 1.0.0: unknown\n  there are no rules of trust\n")


def test_a_new_key_is_private_and_is_what_ssh_keygen_reads(airssys):
    ended = airssys("keygen", "k", "--comment", "release of acme")
    private, public = airssys.folder / "k", airssys.folder / "k.pub"

    assert ended.code == 0
    assert private.stat().st_mode & 0o777 == 0o600
    assert private.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert public.read_text().startswith("ssh-ed25519 ")
    assert public.read_text().endswith(" release of acme\n")
    lines = ended.out.splitlines()
    assert lines[:2] == ["private key: k (keep it to yourself)", "public key:  k.pub"]
    assert lines[2].startswith("fingerprint: SHA256:")


def test_without_an_option_the_trust_file_is_the_user_s(airssys):
    config = str(airssys.folder / "config")
    ended = airssys("trust", "add-local", "/srv/components/*", "--name", "place", XDG_CONFIG_HOME=config)

    assert ended.out.startswith(f"{airssys.folder}/config/airssys/trust.toml: added place")


def test_a_user_without_a_trust_file_trusts_nothing(inside, adder, airssys, monkeypatch):
    monkeypatch.delenv("AIRSSYS_TRUST", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(airssys.folder / "config"))

    listed, judged, verified = inside("trust", "list"), inside("trust", "verify", "adder"), inside("trust", "verify")

    assert (listed.code, listed.out.endswith("trust.toml has no rules: nothing is trusted\n")) == (0, True)
    assert (judged.code, judged.out) == (3, "adder 1.0.0: unknown\n  there are no rules of trust\n")
    assert (verified.code, verified.err.startswith("error: there is no trust file ")) == (2, True)
    assert not (airssys.folder / "config").exists()


def test_a_trust_file_that_is_named_has_to_be_there(do, adder):
    for words in (["list"], ["verify"], ["verify", "adder"], ["remove", "a"]):
        ended = do("trust", *words, "--json")
        assert (ended.code, ended.error["code"]) == (
            2,
            "trust-file-unusable" if words[0] != "remove" else "trust-rule-not-found",
        )


# ---------------------------------------------------------------- keygen and sign


def test_a_key_is_never_overwritten(do, airssys):
    assert do("keygen", "k").code == 0
    before = (airssys.folder / "k").read_bytes()
    ended = do("keygen", "k", "--json")

    assert (ended.code, ended.error["code"]) == (2, "key-unusable")
    assert (airssys.folder / "k").read_bytes() == before


def test_keygen_and_sign_tell_machines_what_they_made(do, adder, airssys):
    made = do("keygen", "k", "--json").json
    signature = do("sign", "adder", "--key", "k", "--json").json

    assert set(made) == {"private_file", "public_file", "key", "fingerprint"}
    assert (made["private_file"], made["public_file"]) == ("k", "k.pub")
    assert (airssys.folder / "k.pub").read_text() == made["key"] + "\n"
    assert signature["fingerprint"] == made["fingerprint"]
    assert signature["signature_file"] == f"{adder.resolve()}/adder.wat.sig.json"
    assert (signature["name"], signature["version"]) == ("adder", "1.0.0")
    for file, digest in (("adder.wat", "wasm_sha256"), ("Component.toml", "manifest_sha256")):
        assert signature[digest] == hashlib.sha256((adder / file).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["sign", "adder"], "usage"),
        (["sign", "adder", "--key", "nowhere"], "key-unusable"),
        (["sign", "adder", "--key", "k.pub"], "key-unusable"),
        (["sign", "nowhere", "--key", "k"], "manifest-not-found"),
        (["sign", "adder/adder.wat", "--key", "k"], "not-a-manifest"),
        (["keygen", "nowhere/k"], "key-unusable"),
        (["keygen", ""], "usage"),
    ],
)
def test_what_cannot_be_signed_or_made_is_told(do, adder, words, code):
    do("keygen", "k")
    ended = do(*words, "--json")

    assert (ended.code, ended.out, ended.error["code"]) == (2, "", code)


# ---------------------------------------------------------------- rules


def test_a_signature_stops_counting_with_every_change(do, signed):
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", "release")

    (signed / "Component.toml").write_text(TOML.replace("1048576", "2097152"))
    ended = do("trust", "verify", "adder", "--json")

    assert level(ended) == (3, "unknown", None)
    (reason,) = ended.json["reasons"]
    assert reason["rule"] == "release"
    assert reason["text"].startswith("its key signed something else: the signed SHA-256 of the manifest is ")


def test_a_key_can_be_given_as_its_line_and_with_conditions(do, signed, airssys):
    do("trust", "remove", "release")
    line = (airssys.folder / "k.pub").read_text().strip()
    words = ["--component", "adder", "--component", "other", "--signed-after", "2001-02-03T04:05:06+01:00"]
    added = do("trust", "add-key", line, *words, "--json").json["added"]

    assert added["name"].startswith("key-")
    assert added["components"] == ["adder", "other"]
    assert added["signed_after"] == "2001-02-03T03:05:06+00:00"
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", added["name"])


@pytest.mark.parametrize("time", ["yesterday", "2026-01-31", "2026-01-31T00:00:00"])
def test_a_time_has_its_zone(do, signed, time):
    ended = do("trust", "add-key", "k.pub", "--signed-after", time)

    assert (ended.code, ended.err.splitlines()[0]) == (2, f"error: --signed-after is no time with its zone: '{time}'")


def test_a_revoked_key_says_why_and_cannot_come_back(do, signed):
    shown = do("trust", "revoke", "release", "--reason", "stolen laptop")
    judged = do("trust", "verify", "adder")
    again = do("trust", "add-key", "k.pub")

    assert (shown.code, "revoked: stolen laptop" in shown.out) == (0, True)
    assert (judged.code, "release: its key was revoked: stolen laptop" in judged.out) == (3, True)
    assert (again.code, "a key stands in one rule, revoked or not" in again.err) == (2, True)


def test_a_folder_can_be_trusted_and_a_project_pinned(do, adder):
    assert do("trust", "add-local", "adder", "--pin", "--name", "pinned").code == 0
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", "pinned")

    (adder / "adder.wat").write_text("(component )")
    assert level(do("trust", "verify", "adder", "--json")) == (3, "unknown", None)

    added = do("trust", "add-local", "adder", "--json").json["added"]
    assert added == {"name": "local-adder", "kind": "local", "path": f"{adder.resolve()}/**"}
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", "local-adder")


def test_a_pin_covers_what_the_manifest_extends(do, adder, airssys):
    base = airssys.folder / "base.toml"
    base.write_text(TOML)
    (adder / "Component.toml").write_text('extends = "../base.toml"\n[component]\nwasm = "adder.wat"\n')
    pinned = do("trust", "add-local", "adder", "--pin", "--json").json["added"]

    assert pinned["path"] == f"{airssys.folder.resolve()}/**"
    assert level(do("trust", "verify", "adder", "--json"))[1] == "trusted"
    base.write_text(TOML + "\n")
    assert level(do("trust", "verify", "adder", "--json"))[1] == "unknown"


def test_a_folder_with_odd_characters_is_itself_and_no_pattern(do, adder):
    odd = adder.rename(adder.with_name("a[dd]er*"))
    (odd.parent / "ader").mkdir()

    assert do("trust", "add-local", "a[dd]er*").code == 0
    assert level(do("trust", "verify", "a[dd]er*", "--json"))[1] == "trusted"


def test_a_checkout_can_be_trusted_by_its_commit(do, adder, airssys):
    files = {f"adder/{name}": (adder / name).read_bytes() for name in ("adder.wat", "Component.toml")}
    commit = Repository(airssys.folder).check_out(files)
    url = "https://git.example.org/acme/greeter"
    added = do("trust", "add-git", url, "--commit", commit, "--branch", "main", "--json").json["added"]

    assert added == {"name": "git-greeter", "kind": "git", "url": url, "branch": "main", "commit": commit}
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", "git-greeter")
    (adder / "adder.wat").write_text("(component )")
    assert level(do("trust", "verify", "adder", "--json")) == (3, "unknown", None)


def test_a_git_rule_that_proves_nothing_is_refused_with_what_to_write(do, trust_file):
    ended = do("trust", "add-git", "https://git.example.org/acme/greeter", "--branch", "main")

    assert ended.code == 2
    assert "it proves nothing: anybody can make a checkout that claims this address" in ended.err
    assert "checkouts = a pattern of the folders where only you make checkouts" in ended.err
    assert not trust_file.exists()


def test_rules_are_listed_in_the_order_in_which_they_are_asked(do, signed):
    do("trust", "add-local", "/srv/components/*", "--name", "second")
    do("trust", "add-local", "/opt/*", "--name", "first", "--first")
    told = do("trust", "list", "--json").json
    shown = do("trust", "list").out.splitlines()

    assert [rule["name"] for rule in told["rules"]] == ["first", "release", "second"]
    assert told["rules"][1]["fingerprint"].startswith("SHA256:")
    assert shown[0] == "1. first  local  path /opt/*"
    assert shown[1].startswith("2. release  signing_key  fingerprint SHA256:")


def test_names_are_made_up_without_taking_one_twice(do):
    names = [do("trust", "add-local", "/srv/my components/*", "--json").json["added"]["name"] for _ in range(2)]

    assert names == ["local-srv-my-components", "local-srv-my-components-2"]


def test_a_file_without_rules_says_so(do):
    do("trust", "add-local", "/srv/*", "--name", "a")
    do("trust", "remove", "a")

    assert do("trust", "list").out.endswith("trust.toml has no rules: nothing is trusted\n")
    assert do("trust", "list", "--json").json["rules"] == []


@pytest.mark.parametrize("words", [["remove", "nowhere"], ["revoke", "nowhere", "--reason", "x"]])
def test_a_rule_that_is_not_there_is_told(do, signed, words):
    ended = do("trust", *words, "--json")

    assert (ended.code, ended.error["code"]) == (2, "trust-rule-not-found")


@pytest.mark.parametrize(
    "words",
    [
        ["add-local", "relative/*"],
        ["add-local", "/**"],
        ["add-git", "not an address", "--commit", "0" * 40],
        ["add-git", "https://git.example.org/a/b", "--commit", "c0ffee"],
        ["add-local", "/srv/*", "--name", "Not A Name"],
    ],
)
def test_a_malformed_rule_changes_nothing(do, signed, trust_file, words):
    before = trust_file.read_bytes()
    ended = do("trust", *words, "--json")

    assert (ended.code, ended.error["code"]) == (2, "trust-file-invalid")
    assert trust_file.read_bytes() == before


# ---------------------------------------------------------------- the file itself


def test_an_untouched_file_verifies(do, signed, trust_file):
    assert do("trust", "verify").out == f"{trust_file}: ok, as it was written last (1 rule)\n"
    assert do("trust", "verify", "--json").json["accepted"] == []


def test_a_changed_file_is_refused_by_every_verb(do, signed, trust_file):
    trust_file.write_text(trust_file.read_text().replace("release", "mine"))

    for words in (["list"], ["remove", "mine"], ["verify", "adder"], ["add-local", "/srv/*"], ["verify"]):
        ended = do("trust", *words, "--json")
        assert (ended.code, ended.out, ended.error["code"]) == (2, "", "trust-tampered")


def test_a_change_is_shown_and_sealed_only_on_demand(do, signed, trust_file):
    trust_file.write_text(trust_file.read_text().replace("release", "mine"))
    shown = do("trust", "verify")
    accepted = do("trust", "verify", "--accept")

    assert shown.code == 2
    assert '-name = "release"\n+name = "mine"\n' in shown.out
    assert "its text is not the text that was sealed" in shown.err
    assert accepted.code == 0
    assert '-name = "release"\n+name = "mine"\n' in accepted.out
    assert accepted.out.endswith("trust.toml: sealed as it is now (1 rule)\n")
    assert do("trust", "verify").code == 0
    assert level(do("trust", "verify", "adder", "--json")) == (0, "trusted", "mine")


def test_a_file_written_by_hand_becomes_one_of_ours(do, trust_file):
    trust_file.parent.mkdir()
    trust_file.write_text('[[rule]]\nname = "a"\nkind = "local"\npath = "/srv/*"\n')

    assert do("trust", "list").code == 2
    assert '+name = "a"\n' in do("trust", "verify").out
    accepted = do("trust", "verify", "--accept", "--json").json
    assert [rule["name"] for rule in accepted["rules"]] == ["a"]
    assert '+name = "a"' in accepted["accepted"]
    assert do("trust", "list").code == 0


def test_a_lost_seal_with_the_same_text_is_said_to_be_that(do, signed, trust_file):
    trust_file.write_text("".join(trust_file.read_text().splitlines(keepends=True)[:-1]))

    assert "000001.toml; what is wrong is its seal)" in do("trust", "verify").out


def test_a_malformed_file_is_not_accepted(do, signed, trust_file):
    trust_file.write_text(trust_file.read_text() + "[[rule]]\n")
    ended = do("trust", "verify", "--accept", "--json")

    assert (ended.code, ended.error["code"]) == (2, "trust-file-invalid")
    assert do("trust", "list").code == 2


def test_a_change_cannot_steer_the_terminal(do, signed, trust_file):
    trust_file.write_text(trust_file.read_text() + "# \x1b[31mred\n")
    ended = do("trust", "verify")

    assert "\x1b" not in ended.out + ended.err
    assert r"+# \u001b[31mred" in ended.out


def test_accepting_is_about_the_file_and_not_about_a_component(do, signed):
    ended = do("trust", "verify", "adder", "--accept", "--json")

    assert (ended.code, ended.error["code"]) == (2, "usage")


def test_the_group_alone_shows_its_verbs(do):
    ended = do("trust")

    assert ended.code == 0
    for verb in ("add-key", "add-git", "add-local", "list", "remove", "revoke", "verify"):
        assert verb in ended.out


def test_json_is_json(do, signed):
    for words in (["trust", "list"], ["trust", "verify"], ["trust", "verify", "adder"], ["trust", "remove", "release"]):
        json.loads(do(*words, "--json").out)
