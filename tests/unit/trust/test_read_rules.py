"""Reading `trust.toml`: every kind of rule, and every problem at once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from airssys.errors import TrustFileInvalid
from airssys.trust import GitRule, LocalRule, Paths, SigningKeyRule, TrustConfig, UrlPattern
from tests.unit.trust.things import COMMIT, key

KEY = key().public.text
FULL = f"""
# first match wins
[[rule]]
name = "release-key"
kind = "signing_key"
key = "{KEY} release@example.org"
components = ["greeter", "invoice-normaliser"]
signed_after = 2026-01-31T13:00:00+01:00
revoked = "leaked"

[[rule]]
name = "upstream"
kind = "git"
url = "https://git.example.org/acme/*"
branch = "release/1.x"
commit = "{COMMIT.upper()}"
checkouts = "/srv/checkouts/*"
sha256 = "{"A" * 64}"

[[rule]]
name = "on_this.machine-1"
kind = "local"
path = "/srv/components/**"
sha256 = "{"0" * 64}"
manifest_sha256 = "{"1" * 64}"
"""


def rule(text: str) -> str:
    return f"[[rule]]\n{text}\n"


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(TrustFileInvalid) as caught:
        TrustConfig.parse(text, file="trust.toml")
    assert caught.value.message.splitlines() == [f"trust.toml: {each}" for each in caught.value.problems]
    return caught.value.problems


def problem(text: str) -> str:
    (only,) = problems(text)
    return only


def test_every_kind_of_rule_with_every_key():
    assert TrustConfig.parse(FULL).rules == (
        SigningKeyRule(
            name="release-key",
            key=key().public,
            components=("greeter", "invoice-normaliser"),
            signed_after=datetime(2026, 1, 31, 12, tzinfo=UTC),
            revoked="leaked",
        ),
        GitRule(
            name="upstream",
            url=UrlPattern.parse("https://git.example.org/acme/*"),
            branch="release/1.x",
            commit=COMMIT,
            checkouts=Paths("/srv/checkouts/*"),
            sha256="a" * 64,
        ),
        LocalRule(
            name="on_this.machine-1",
            path=Paths("/srv/components/**"),
            sha256="0" * 64,
            manifest_sha256="1" * 64,
        ),
    )


def test_an_empty_file_has_no_rules():
    assert TrustConfig.parse("# nothing\n") == TrustConfig() == TrustConfig(rules=())


def test_rules_may_also_be_written_inline():
    assert len(TrustConfig.parse('rule = [{ name = "a", kind = "local", path = "/srv/*" }]').rules) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule = 1", "rules are tables that begin with [[rule]]"),
        ("rule = [1]", "rules are tables that begin with [[rule]]"),
        ("[rule]\nname = 'a'", "rules are tables that begin with [[rule]]"),
        ("development = true", '"development" is not a known key; rules begin with [[rule]]'),
        ("x = ", "this is not TOML: Invalid value (at end of document)"),
        ("x = " + "[" * 5000, "this is not TOML: "),
        ("x = " + "9" * 5000, "this is not TOML: "),
    ],
)
def test_a_file_that_is_no_list_of_rules(text, said):
    assert problem(text).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rule 1: kind must be one of signing_key, git, local"),
        ("kind = 'gti'\nname = 'a'", 'rule 1 ("a"): kind must be one of signing_key, git, local'),
        ("kind = ['git']", "rule 1: kind must be one of signing_key, git, local"),
        ("kind = 'local'\npath = '/srv/*'", "rule 1: name is missing"),
        ("kind = 'local'\nname = 'a'", 'rule 1 ("a"): path is missing'),
        ("kind = 'signing_key'\nname = 'a'", 'rule 1 ("a"): key is missing'),
        ("kind = 'git'\nname = 'a'\ncommit = '" + COMMIT + "'", 'rule 1 ("a"): url is missing'),
        (
            "kind = 'local'\nname = 'a'\npath = '/srv/*'\nsha265 = 'x'",
            'rule 1 ("a"): "sha265" is not a known key; did you mean sha256?',
        ),
        (
            "kind = 'local'\nname = 'a'\npath = '/srv/*'\nbranch = 'main'",
            'rule 1 ("a"): "branch" is not a known key',
        ),
        (
            "kind = 'local'\nname = 'a'\npath = '/srv/*'\nlevel = 'trusted'",
            'rule 1 ("a"): "level" is not a known key',
        ),
        (
            "kind = 'git'\nname = 'a'\nurl = 'https://git.example.org/a/b'\nbranch = 'main'",
            'rule 1 ("a"): it proves nothing: anybody can make a checkout that claims this address. '
            "Write commit = the full id of a commit, or checkouts = a pattern of the folders where only you make "
            "checkouts",
        ),
    ],
)
def test_a_rule_that_is_not_what_its_kind_is_made_of(text, said):
    assert problem(rule(text)) == said


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("local", "name = 'A'", "name must be 1 to 64 of a-z, 0-9, dot, hyphen and underscore"),
        ("local", f"name = '{'a' * 65}'", "name must be 1 to 64 of a-z"),
        ("local", "name = ''", "name must be a text on one line, not "),
        ("local", "name = 1", "name must be a text on one line, not 1"),
        ("local", "path = 'srv/*'", "path must be an absolute path as in /srv/components/* ("),
        ("local", "path = '/srv/../etc/*'", "path must be an absolute path as in /srv/components/* ("),
        ("local", "path = '/**'", "path must be a path that names at least one folder: this one would trust every"),
        ("local", "path = '/*/*'", "path must be a path that names at least one folder"),
        ("local", "path = ['/srv/*']", "path must be a text on one line, not a list"),
        ("local", "sha256 = 'abc'", 'sha256 must be a SHA-256 digest: 64 hexadecimal digits, not "abc"'),
        ("local", f"sha256 = '{'g' * 64}'", "sha256 must be a SHA-256 digest: 64 hexadecimal digits"),
        ("local", f"manifest_sha256 = '{'0' * 63}'", "manifest_sha256 must be a SHA-256 digest: 64 hexadecimal digits"),
        (
            "git",
            "url = 'git.example.org'",
            "url must be an address as in https://git.example.org/acme/* (it is neither",
        ),
        ("git", "url = 'https://*.example.org/x'", "url must be an address as in https://git.example.org/acme/*"),
        ("git", "commit = 'c0ffee0'", 'commit must be the full id of a commit: 40 hexadecimal digits, or 64, not "c0'),
        ("git", f"commit = '{'0' * 41}'", "commit must be the full id of a commit"),
        ("git", "commit = 'HEAD'", "commit must be the full id of a commit"),
        ("git", "branch = 'feature/*'", "branch must be the name of one branch, as in main; there are no wildcards"),
        ("git", "branch = '../../HEAD'", "branch must be the name of one branch"),
        ("git", "branch = '-x'", "branch must be the name of one branch"),
        ("git", "branch = 'a b'", "branch must be the name of one branch"),
        ("git", "branch = 'a.lock'", "branch must be the name of one branch"),
        ("git", "checkouts = '/**'", "checkouts must be a path that names at least one folder"),
        ("signing_key", "key = 'ssh-rsa AAAA'", "key must be the line of an Ed25519 .pub file (this is no public key"),
        ("signing_key", "key = 5", "key must be a text on one line, not 5"),
        ("signing_key", "components = []", "components must be a list of names of components, not empty, not a list"),
        ("signing_key", "components = 'greeter'", "components must be a list of names of components, not empty"),
        ("signing_key", "components = ['gree*']", "components must be a list of names of components, not empty; a na"),
        ("signing_key", "signed_after = '2026-01-31'", "signed_after must be a date and time with its zone"),
        ("signing_key", "signed_after = 2026-01-31", "signed_after must be a date and time with its zone"),
        ("signing_key", "signed_after = 2026-01-31T00:00:00", "signed_after must be a date and time with its zone"),
        ("signing_key", "revoked = true", "revoked must be a text on one line, not true"),
        ("signing_key", "revoked = ''", "revoked must be a text on one line"),
        ("signing_key", 'revoked = "a\\u001b[31m"', 'revoked must be a text on one line, not "a\\u001b[31m"'),
    ],
)
def test_a_value_that_its_key_does_not_take(kind, line, said):
    needed = {
        "local": {"name": "'a'", "path": "'/srv/*'"},
        "git": {"name": "'a'", "url": "'https://git.example.org/a/b'", "commit": f"'{COMMIT}'"},
        "signing_key": {"name": "'a'", "key": f"'{KEY}'"},
    }[kind]
    needed.pop(line.split(" = ")[0], None)
    lines = [f"{name} = {value}" for name, value in needed.items()]

    told = problem(rule("\n".join([f"kind = '{kind}'", *lines, line])))

    assert told.partition(": ")[2].startswith(said)


def test_a_key_that_anybody_can_sign_for_is_no_key():
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes([1, *bytes(31)])
    line = f"key = 'ssh-ed25519 {base64.b64encode(blob).decode()}'"

    assert "anybody can make signatures that verify with it" in problem(rule(f"name='a'\nkind='signing_key'\n{line}"))


def test_names_are_unique():
    local = rule("name = 'a'\nkind = 'local'\npath = '/srv/*'")

    assert problem(local + local) == "there are several rules named a"


@pytest.mark.parametrize("revoked", ["", "revoked = 'leaked'\n"])
def test_a_key_stands_in_one_rule_so_that_a_revoked_one_cannot_come_back(revoked):
    one = rule(f"name = 'a'\nkind = 'signing_key'\nkey = '{KEY}'\n{revoked}")
    other = rule(f"name = 'b'\nkind = 'signing_key'\nkey = '{KEY} other comment'")

    assert problem(one + other) == "b has the same key as a; a key stands in one rule, revoked or not"


def test_all_problems_of_all_rules_are_told_at_once():
    text = rule("kind = 'local'\nname = 'A'\nsha256 = 1\nx = 1") + rule("kind = 'git'\nname = 'b'") + rule("")

    assert [each.partition(": ")[0] for each in problems(text)] == [
        *['rule 1 ("A")'] * 4,
        *['rule 2 ("b")'] * 2,
        "rule 3",
    ]


def test_a_long_value_does_not_make_a_long_message():
    assert len(problem(rule(f"kind = 'local'\nname = 'a'\npath = '{'x' * 10_000}'"))) < 600
