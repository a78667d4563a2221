"""Keys in files, and signatures beside components."""

from __future__ import annotations

import os

import pytest

from airssys.errors import KeyUnusable, TrustError
from airssys.trust import (
    Envelope,
    Statement,
    TrustConfig,
    TrustLevel,
    collect_evidence,
    create_keys,
    decide_trust,
    load_private_key,
    load_public_key,
    sign_source,
    signature_path,
)
from airssys.trust._envelope import MAX_SIGNATURES
from tests.unit.trust.projects import loaded, write_project
from tests.unit.trust.things import NOON, key, key_rule, signed


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def monotonic(self) -> float:
        raise AssertionError("a signature says what the clock on the wall says")

    def wall(self) -> float:
        return self.now


@pytest.fixture
def source(tmp_path):
    return loaded(write_project(tmp_path / "greeter"))


def envelope_of(source):
    return Envelope.decode(signature_path(source.wasm.path).read_bytes())


def statement_of(source):
    return Statement.decode(envelope_of(source).unverified)


def trusted_by(source, *keys):
    """The names of the keys that vouch for the source as its files are now."""
    rules = [key_rule(each, name=str(at)) for at, each in enumerate(keys, start=1)]
    evidence = collect_evidence(source, rules)
    decisions = [decide_trust(evidence, [rule]) for rule in rules]
    return [decision.rule for decision in decisions if decision.level is TrustLevel.TRUSTED]


# ---------------------------------------------------------------- keys


def test_a_pair_of_keys_can_be_used_from_its_files(tmp_path):
    public, public_file = create_keys(tmp_path / "k", comment="release\nof  acme")

    assert public_file == tmp_path / "k.pub"
    assert load_private_key(tmp_path / "k").public == load_public_key(tmp_path / "k.pub") == public
    assert public_file.read_text() == f"{public.text} release of acme\n"


def test_only_the_user_can_read_the_private_key(tmp_path):
    create_keys(tmp_path / "k")

    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "k.pub").stat().st_mode & 0o777 == 0o644
    assert sorted(os.listdir(tmp_path)) == ["k", "k.pub"]


@pytest.mark.parametrize("taken", ["k", "k.pub"])
@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_nothing_is_ever_overwritten(tmp_path, taken, kind):
    (tmp_path / "precious").write_text("precious")
    match kind:
        case "file":
            (tmp_path / taken).write_text("precious")
        case "link":
            (tmp_path / taken).symlink_to("precious")
        case "dangling":
            (tmp_path / taken).symlink_to("nowhere")
    before = {path.name: os.path.lexists(path) and path.exists() and path.read_text() for path in tmp_path.iterdir()}

    with pytest.raises(KeyUnusable, match=f"{taken} is there already, and a key is never overwritten"):
        create_keys(tmp_path / "k")
    assert {path.name: path.exists() and path.read_text() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(KeyUnusable, match=r"cannot make .*k: No such file or directory"):
        create_keys(tmp_path / "nowhere" / "k")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_private_key_that_others_may_read_is_not_used(tmp_path, mode):
    create_keys(tmp_path / "k")
    (tmp_path / "k").chmod(mode)

    with pytest.raises(KeyUnusable, match=f"is not private: it is open to other users \\(mode {mode:04o}"):
        load_private_key(tmp_path / "k")


def test_a_private_key_behind_a_link_is_not_used(tmp_path):
    create_keys(tmp_path / "k")
    (tmp_path / "link").symlink_to("k")

    with pytest.raises(KeyUnusable, match="is not private: it is a link"):
        load_private_key(tmp_path / "link")


@pytest.mark.parametrize("load", [load_private_key, load_public_key])
def test_a_key_that_is_not_there_or_no_file_is_told(tmp_path, load):
    (tmp_path / "folder").mkdir(mode=0o700)

    with pytest.raises(KeyUnusable, match=f"there is no key {tmp_path}/nowhere"):
        load(tmp_path / "nowhere")
    with pytest.raises(KeyUnusable, match=r"cannot read the key .*/folder: it is no regular file"):
        load(tmp_path / "folder")


def test_the_private_key_in_place_of_the_public_one_is_no_public_key(tmp_path):
    create_keys(tmp_path / "k")

    with pytest.raises(KeyUnusable, match="this is no public key"):
        load_public_key(tmp_path / "k")


# ---------------------------------------------------------------- signatures


def test_a_signed_component_is_trusted_by_its_signer_and_by_no_other(source):
    path = sign_source(source, key(1), clock=Wall())

    assert path == source.wasm.path.with_name("greeter.wasm.sig.json")
    assert path.stat().st_mode & 0o777 == 0o644
    assert statement_of(source) == Statement.about(source, at=NOON)
    assert trusted_by(source, key(1), key(2)) == ["1"]


def test_signatures_of_others_stay_when_they_are_about_the_same(source):
    sign_source(source, key(1), clock=Wall(NOON))
    sign_source(source, key(2), clock=Wall(NOON + 60))

    assert trusted_by(source, key(1), key(2)) == ["1", "2"]
    assert statement_of(source).signed_at.timestamp() == NOON


def test_signatures_about_something_else_are_replaced(source):
    sign_source(source, key(1), clock=Wall())
    source.wasm.path.write_bytes(b"rebuilt")
    rebuilt = loaded(source.wasm.path.parent)
    sign_source(rebuilt, key(2), clock=Wall())

    assert trusted_by(rebuilt, key(1), key(2)) == ["2"]


def test_who_signs_alone_again_signs_the_new_time(source):
    sign_source(source, key(1), clock=Wall(NOON))
    sign_source(source, key(1), clock=Wall(NOON + 60))

    assert statement_of(source).signed_at.timestamp() == NOON + 60
    assert len(envelope_of(source).signatures) == 1


def test_nobody_is_made_to_sign_a_time_from_the_future(source):
    """Whoever can write beside the component could otherwise have an old version signed for years to come."""
    signature_path(source.wasm.path).write_bytes(signed(source, key(9), at=NOON + 3600).encode())

    sign_source(source, key(1), clock=Wall(NOON))

    assert statement_of(source).signed_at.timestamp() == NOON
    assert trusted_by(source, key(1), key(9)) == ["1"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b" " * 100_000])
def test_what_is_no_signature_file_is_replaced(source, content):
    signature_path(source.wasm.path).write_bytes(content)

    sign_source(source, key(1), clock=Wall())

    assert trusted_by(source, key(1)) == ["1"]


def test_a_link_in_place_of_the_signature_file_is_replaced_and_not_followed(source):
    precious = source.wasm.path.with_name("precious")
    precious.write_text("precious")
    signature_path(source.wasm.path).symlink_to(precious)

    sign_source(source, key(1), clock=Wall())

    assert precious.read_text() == "precious"
    assert trusted_by(source, key(1)) == ["1"]


def test_there_is_room_for_a_bounded_number_of_signers(source):
    for number in range(1, MAX_SIGNATURES + 1):
        sign_source(source, key(number), clock=Wall())

    with pytest.raises(TrustError, match=f"has {MAX_SIGNATURES} signatures already"):
        sign_source(source, key(99), clock=Wall())
    sign_source(source, key(3), clock=Wall())
    assert len(envelope_of(source).signatures) == MAX_SIGNATURES


def test_a_manifest_without_a_file_cannot_be_signed(source):
    made = type(source)(name=source.name, version=source.version, wasm=source.wasm)

    with pytest.raises(TrustError, match="greeter has no manifest file to sign"):
        sign_source(made, key(1), clock=Wall())


def test_a_signature_that_cannot_be_written_is_told(source):
    signature_path(source.wasm.path).mkdir()

    with pytest.raises(TrustError, match=r"cannot write .*greeter\.wasm\.sig\.json: Is a directory"):
        sign_source(source, key(1), clock=Wall())


def test_a_removed_key_stops_counting(source):
    sign_source(source, key(1), clock=Wall())
    with_key = TrustConfig(rules=(key_rule(key(1)),))

    assert with_key.assess(source).level is TrustLevel.TRUSTED
    assert TrustConfig(rules=(key_rule(key(2)),)).assess(source).level is TrustLevel.UNKNOWN
    assert TrustConfig(rules=(key_rule(key(1), revoked="leaked"),)).assess(source).level is TrustLevel.UNKNOWN
