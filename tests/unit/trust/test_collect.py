"""Evidence: what is looked at, what is found, and what is said about the rest."""

from __future__ import annotations

import os

import pytest

from airssys.trust import (
    Checkout,
    GitRule,
    LocalRule,
    Paths,
    Place,
    Remote,
    TrustConfig,
    TrustLevel,
    Unproven,
    UrlPattern,
    collect_evidence,
    signature_path,
)
from airssys.trust import _collect as module
from tests.unit.trust.projects import FILES, loaded, write_project
from tests.unit.trust.repositories import CONFIG, Repository
from tests.unit.trust.things import COMMIT, key, key_rule, signed

KEY = key_rule(key())
LOCAL = LocalRule(name="here", path=Paths("/srv/**"))
GIT = GitRule(name="git", url=UrlPattern.parse("https://git.example.org/acme/*"), commit=COMMIT)
NOBODY_LOOKED = Unproven(why="nobody looked")


@pytest.fixture
def folder(tmp_path):
    return write_project(tmp_path.resolve() / "greeter")


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path.resolve() / "checkout")
    made.root.mkdir()
    made.check_out({f"greeter/{name}": content for name, content in FILES.items()})
    return made


def why(found):
    assert isinstance(found, Unproven)
    return found.why


def test_only_what_the_rules_ask_about_is_looked_at(folder):
    source = loaded(folder)
    nothing = collect_evidence(source, [])
    for_key = collect_evidence(source, [KEY])
    for_place = collect_evidence(source, [LOCAL])
    for_git = collect_evidence(source, [GIT])

    assert (nothing.envelope, nothing.place, nothing.checkout) == (NOBODY_LOOKED,) * 3
    assert (for_key.place, for_key.checkout) == (NOBODY_LOOKED,) * 2
    assert (for_place.envelope, for_place.checkout) == (NOBODY_LOOKED,) * 2
    assert for_git.envelope == NOBODY_LOOKED
    assert isinstance(for_place.place, Place)
    assert why(for_key.envelope).startswith("there is no signature file ")
    assert why(for_git.checkout) == "its files are not in one Git checkout"


# ---------------------------------------------------------------- signature files


def test_the_signature_file_is_found_beside_the_component(folder):
    source = loaded(folder)
    path = signature_path(source.wasm.path)
    path.write_bytes(signed(source, key()).encode())

    assert path == folder / "greeter.wasm.sig.json"
    assert collect_evidence(source, [KEY]).envelope == signed(source, key())


def test_a_component_that_is_reached_through_a_link_has_the_signature_of_what_it_is(folder):
    source = loaded(folder)
    signature_path(source.wasm.path).write_bytes(signed(source, key()).encode())
    other = folder.parent / "other"
    other.symlink_to(folder)

    assert collect_evidence(loaded(other), [KEY]) == collect_evidence(source, [KEY])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b"{}"), "is no signature file: expected an object with payloadType"),
        (lambda path: path.write_bytes(b" " * 20_000), "cannot be read: it has more than 16384 bytes"),
        (lambda path: path.mkdir(), "cannot be read: it is no regular file"),
        (os.mkfifo, "cannot be read: it is no regular file"),
        (lambda path: path.symlink_to("greeter.wasm"), "cannot be read: it is a link"),
    ],
)
def test_what_is_no_signature_file_is_told(folder, make, said):
    source = loaded(folder)
    make(signature_path(source.wasm.path))

    assert said in why(collect_evidence(source, [KEY]).envelope)


# ---------------------------------------------------------------- places


def test_a_place_has_all_files_with_the_bytes_that_were_loaded(folder):
    found = collect_evidence(loaded(folder), [LOCAL])

    assert found.place == Place(paths=(str(folder / "greeter.wasm"), str(folder / "Component.toml")), open_to_all=None)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_changed_since_it_was_loaded_proves_nothing(folder, name):
    source = loaded(folder)
    (folder / name).write_bytes(b"exchanged")
    found = collect_evidence(source, [LOCAL, GIT])

    assert why(found.place) == f"{folder / name} does not hold the bytes that were loaded: it was changed since"
    assert found.checkout == found.place


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_proves_nothing(folder, name):
    source = loaded(folder)
    (folder / name).unlink()

    said = why(collect_evidence(source, [LOCAL]).place)

    assert said == f"{folder / name} cannot be looked at: No such file or directory"


def test_a_file_that_became_a_link_proves_nothing(folder):
    source = loaded(folder)
    (folder / "greeter.wasm").rename(folder / "real.wasm")
    (folder / "greeter.wasm").symlink_to("real.wasm")

    assert "cannot be looked at" in why(collect_evidence(source, [LOCAL]).place)


def test_a_file_that_is_larger_than_any_component_proves_nothing(folder, monkeypatch):
    source = loaded(folder)
    monkeypatch.setattr(module, "MAX_COMPONENT_BYTES", 5)

    assert why(collect_evidence(source, [LOCAL]).place).endswith("cannot be looked at: it has more than 5 bytes")


@pytest.mark.parametrize("opened", ["greeter.wasm", "Component.toml", ".", ".."])
def test_what_every_user_may_change_is_told(folder, opened):
    path = (folder / opened).resolve()
    path.chmod(path.stat().st_mode | 0o002)

    place = collect_evidence(loaded(folder), [LOCAL]).place

    assert isinstance(place, Place)
    assert place.open_to_all == str(path)


def test_a_sticky_folder_is_closed(folder):
    folder.parent.chmod(0o1777)

    place = collect_evidence(loaded(folder), [LOCAL]).place

    assert isinstance(place, Place)
    assert place.open_to_all is None


# ---------------------------------------------------------------- checkouts


def test_a_checkout_that_has_all_files_is_evidence(repository):
    found = collect_evidence(loaded(repository.root / "greeter"), [GIT])
    remote = Remote(url="https://git.example.org/acme/greeter", branches=frozenset({"main"}))

    assert isinstance(found.checkout, Checkout)
    assert found.checkout == Checkout(
        root=str(repository.root), commit=found.checkout.commit, remotes=(remote,), open_to_all=None
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_as_the_commit_has_it_is_told(repository, name):
    path = repository.root / "greeter" / name
    path.write_bytes(b"edited")
    source = loaded(repository.root / "greeter")

    said = why(collect_evidence(source, [GIT]).checkout)

    assert said.startswith(f"{path} is not what commit ")


def test_what_the_manifest_extends_has_to_be_in_the_same_checkout(repository, tmp_path):
    base = tmp_path / "base.toml"
    base.write_bytes(b"base")
    source = loaded(repository.root / "greeter", base=base)

    assert why(collect_evidence(source, [GIT]).checkout) == "its files are not in one Git checkout"


def test_a_checkout_that_cannot_be_read_is_told(repository):
    repository.write("HEAD", "junk")

    said = why(collect_evidence(loaded(repository.root / "greeter"), [GIT]).checkout)

    assert said == f"the Git checkout {repository.root} proves nothing: HEAD is not understood"


@pytest.mark.parametrize("opened", ["", "config", "HEAD", "refs/remotes"])
def test_a_repository_that_every_user_may_change_is_told(repository, opened):
    path = repository.folder / opened
    path.chmod(path.stat().st_mode | 0o002)

    found = collect_evidence(loaded(repository.root / "greeter"), [GIT]).checkout

    assert isinstance(found, Checkout)
    assert found.open_to_all == str(path)


def test_addresses_are_normalised_and_those_that_are_none_left_out(repository):
    more = '[remote "odd"]\nurl = ext::sh -c whoami\n[remote "fork"]\nurl = git@git.example.org:fork/greeter.git\n'
    repository.write("config", CONFIG + more)

    found = collect_evidence(loaded(repository.root / "greeter"), [GIT]).checkout

    assert isinstance(found, Checkout)
    assert [remote.url for remote in found.remotes] == [
        "https://git.example.org/acme/greeter",
        "ssh://git@git.example.org/fork/greeter",
    ]


# ---------------------------------------------------------------- all together


def test_a_config_assesses_from_the_files_to_the_decision(repository):
    source = loaded(repository.root / "greeter")
    commit = (repository.folder / "refs/heads/main").read_text().strip()
    config = TrustConfig.parse(
        f"""
        [[rule]]
        name = "pinned"
        kind = "git"
        url = "https://git.example.org/acme/greeter"
        branch = "main"
        commit = "{commit}"
        """
    )

    assert config.assess(source).level is TrustLevel.TRUSTED
    (repository.root / "greeter" / "greeter.wasm").write_bytes(b"exchanged")
    assert config.assess(source).level is TrustLevel.UNKNOWN
    assert config.assess(loaded(repository.root / "greeter")).level is TrustLevel.UNKNOWN
    assert TrustConfig().assess(source).level is TrustLevel.UNKNOWN
