"""Threat: a tampered trust file. Rules that the operator did not write are never acted on.

The attacker may write to the folder of the trust file as another user would, through a mistake of permissions or a
careless program, and has not the key of its seal.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from airssys.errors import TrustFileUnusable, TrustTampered
from airssys.trust import TrustConfig, TrustStore, add_rule, remove_rule
from tests.unit.trust.things import key

KEY = {"name": "release", "kind": "signing_key", "key": key(1).public.text}
EVIL = f'[[rule]]\nname = "evil"\nkind = "signing_key"\nkey = "{key(2).public.text}"\n'


@pytest.fixture
def store(tmp_path):
    """Version 3 of a trust file: a key was added, another one, and that removed again."""
    made = TrustStore(tmp_path / "etc" / "trust.toml")
    add_rule(made, KEY)
    add_rule(made, KEY | {"name": "leaked", "key": key(2).public.text})
    remove_rule(made, "leaked")
    return made


def tampered(store):
    with pytest.raises(TrustTampered) as caught:
        TrustConfig.load(store.path)
    with pytest.raises(TrustTampered):
        add_rule(store, KEY | {"name": "more", "key": key(3).public.text})
    return caught.value


def test_the_file_of_the_operator_is_read(store):
    assert [rule.name for rule in TrustConfig.load(store.path).rules] == ["release"]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda content: EVIL.encode() + content,
        lambda content: content + EVIL.encode(),
        lambda content: content.replace(key(1).public.text.encode(), key(2).public.text.encode()),
        lambda content: content.replace(b"# Components", b"# components"),
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content[: content.index(b"# airssys-seal")],
        lambda content: EVIL.encode(),
        lambda content: b"",
    ],
    ids=["before", "behind", "exchanged", "comment", "line ends", "seal cut off", "rewritten", "emptied"],
)
def test_any_change_is_refused_and_says_what_to_do(store, tamper):
    store.path.write_bytes(tamper(store.path.read_bytes()))

    error = tampered(store)

    assert error.code == "trust-tampered"
    assert str(store.path) in error.message
    assert "`airssys trust verify` shows what changed" in error.hint
    assert "`airssys trust verify --accept`" in error.hint
    assert "put the newest backup back" in error.hint


def test_an_older_version_is_not_brought_back_though_its_seal_is_right(store):
    """The version in which the leaked key was trusted."""
    shutil.copy(store.path.with_name("trust.toml.backups") / "000002.toml", store.path)

    assert "it is version 2, and version 3 was written" in tampered(store).message


def test_a_seal_of_another_trust_file_does_not_fit(store, tmp_path):
    other = TrustStore(tmp_path / "mine" / "trust.toml")
    for number in range(4, 9):
        add_rule(other, KEY | {"name": f"evil{number}", "key": key(number).public.text})
    shutil.copy(other.path, store.path)

    assert "its text is not the text that was sealed" in tampered(store).message


def test_a_key_that_others_can_read_seals_nothing(store):
    store.key_path.chmod(0o644)

    assert "it is open to other users" in tampered(store).message


def test_a_key_behind_a_link_seals_nothing(store, tmp_path):
    """The attacker's own pair of key and file, brought in by a link."""
    other = TrustStore(tmp_path / "mine" / "trust.toml")
    add_rule(other, KEY | {"name": "evil", "key": key(2).public.text})
    store.key_path.unlink()
    store.key_path.symlink_to(other.key_path)
    shutil.copy(other.path, store.path)

    assert "it is a link" in tampered(store).message


def test_a_key_of_another_user_seals_nothing(store, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert "it belongs to another user" in tampered(store).message


def test_a_key_of_nothing_seals_nothing(store):
    store.key_path.write_text(json.dumps({"key": "", "generation": 0}))

    assert "it is damaged" in tampered(store).message


def test_a_removed_key_does_not_make_an_unsealed_file_acceptable(store):
    store.key_path.unlink()
    store.path.write_text(EVIL)

    assert "is not there: it was never sealed here" in tampered(store).message


def test_a_removed_file_is_not_begun_anew_silently(store):
    store.path.unlink()

    assert "was removed, and version 3 was written" in tampered(store).message


@pytest.mark.parametrize("planted", ["pipe", "folder", "link"])
def test_something_else_in_place_of_the_file_is_refused_without_waiting(store, planted):
    content = store.path.read_bytes()
    store.path.unlink()
    match planted:
        case "pipe":
            os.mkfifo(store.path)
        case "folder":
            store.path.mkdir()
        case "link":
            store.path.with_name("elsewhere").write_bytes(content)
            store.path.symlink_to("elsewhere")

    with pytest.raises(TrustFileUnusable):
        TrustConfig.load(store.path)


def test_a_lock_behind_a_link_is_not_opened(store, tmp_path):
    precious = tmp_path / "precious"
    store.path.with_name("trust.toml.lock").unlink()
    store.path.with_name("trust.toml.lock").symlink_to(precious)

    with pytest.raises(TrustFileUnusable, match="cannot write"):
        add_rule(store, KEY | {"name": "more", "key": key(3).public.text})
    assert not precious.exists()


def test_what_a_reader_is_shown_is_what_gets_sealed(store):
    """The attacker adds a rule between the moment in which a person looked and the one in which it is accepted."""
    store.path.write_text(store.unverified_text() + "# my note\n")
    seen = store.unverified_text()
    store.path.write_text(seen + EVIL)

    with pytest.raises(TrustTampered, match="was changed again while it was looked at"):
        store.accept(seen)
    tampered(store)


def test_writers_at_the_same_time_lose_nothing(store):
    """A lost update would be a key that the operator believes revoked."""
    program = (
        "import sys; from airssys.trust import TrustStore, add_rule\n"
        "for n in range(5): add_rule(TrustStore(sys.argv[1]), "
        "{'name': f'{sys.argv[2]}-{n}', 'kind': 'local', 'path': '/srv/*'})"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(store.path), name]) for name in ("anna", "bert", "cleo")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]

    names = {rule.name for rule in TrustConfig.load(store.path).rules}

    assert names == {"release", *(f"{name}-{number}" for name in ("anna", "bert", "cleo") for number in range(5))}
    assert store.read().generation == 18
