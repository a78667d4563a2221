"""Threat: misleading checkouts. A folder that calls itself a checkout of a trusted repository is not believed.

The attacker hands over a folder with a `.git` of their own making; what can be forged in it vouches for nothing, and
reading it does nothing that the attacker wants.
"""

from __future__ import annotations

import shutil
import tracemalloc
import zlib
from pathlib import Path

import pytest

from airssys.trust import TrustLevel, TrustStore, add_rule
from tests.adversarial.trusting import Operator, load, manifest, write
from tests.guests import wat
from tests.unit.trust.repositories import CONFIG, Repository, entry

URL = "https://git.example.org/acme/greeter"
FILES = {"Component.toml": manifest().encode(), "adder.wat": wat.text("add").encode()}
EVIL = {**FILES, "adder.wat": b"(component)"}


@pytest.fixture
def operator(tmp_path):
    return Operator(TrustStore(tmp_path / "etc" / "trust.toml"))


@pytest.fixture
def place(tmp_path):
    """Where only the operator makes checkouts."""
    made = tmp_path.resolve() / "checkouts"
    made.mkdir()
    return made


def checkout(folder: Path, files=FILES, **how: str) -> Repository:
    folder.mkdir(parents=True)
    repository = Repository(folder)
    repository.check_out(files, **how)
    return repository


def commit_of(repository):
    return (repository.folder / "refs/heads/main").read_text().strip()


def pin(operator, commit):
    add_rule(operator.store, {"name": "pinned", "kind": "git", "url": URL, "commit": commit})


def follow(operator, place, branch="main"):
    rule = {"name": "followed", "kind": "git", "url": URL, "branch": branch, "checkouts": f"{place}/*"}
    add_rule(operator.store, rule)


def trusted(operator, folder):
    return operator.judge(folder).level is TrustLevel.TRUSTED


def refused(operator, folder):
    """Why the component is not trusted."""
    decision = operator.judge(folder)
    assert (decision.level, decision.rule) == (TrustLevel.UNKNOWN, None)
    return decision.reasons[0].text


def test_the_operator_s_own_checkout_is_trusted(operator, place):
    repository = checkout(place / "adder")
    follow(operator, place)

    assert trusted(operator, repository.root)


def test_a_forged_checkout_elsewhere_is_not(operator, place, tmp_path):
    """Address, branch and fetched tip are the attacker's own words."""
    follow(operator, place)
    evil = checkout(tmp_path / "downloads" / "adder", EVIL)

    assert refused(operator, evil.root).endswith("/downloads/adder is not where the rule's checkouts are")


def test_a_forged_checkout_inside_of_a_true_one_is_not(operator, place):
    """A file of the repository can be a folder with a `.git` in it, after somebody unpacked an archive there."""
    repository = checkout(place / "adder")
    follow(operator, place)
    evil = checkout(repository.root / "plugins" / "evil", EVIL)

    assert refused(operator, evil.root).endswith("/plugins/evil is not where the rule's checkouts are")


def test_a_link_from_the_operator_s_place_leads_out_of_it(operator, place, tmp_path):
    follow(operator, place)
    evil = checkout(tmp_path.resolve() / "downloads" / "adder", EVIL)
    (place / "adder").symlink_to(evil.root)

    assert "is not where the rule's checkouts are" in refused(operator, place / "adder")


def test_the_pinned_commit_is_trusted_and_no_other(operator, tmp_path):
    repository = checkout(tmp_path / "adder")
    pin(operator, commit_of(repository))
    assert trusted(operator, repository.root)

    newer = repository.commit(EVIL)
    (repository.root / "adder.wat").write_bytes(EVIL["adder.wat"])
    repository.write("refs/heads/main", f"{newer}\n")
    repository.write("refs/remotes/origin/main", f"{newer}\n")

    assert refused(operator, repository.root).startswith(f"the checkout is at commit {newer}, the rule wants ")


@pytest.mark.parametrize("packed", [False, True])
def test_the_pinned_commit_s_name_on_another_object_is_not_enough(operator, tmp_path, packed):
    """The attacker keeps an evil commit in the file, or the pack, under the name of the pinned one."""
    good = commit_of(checkout(tmp_path / "good"))
    evil = checkout(tmp_path / "evil", EVIL)
    kind, content = evil.objects[commit_of(evil)]
    if packed:
        evil.pack([(good, entry(1, content))])
    else:
        evil.add(kind, content, under=good)
    evil.write("HEAD", f"{good}\n")
    pin(operator, good)

    assert f"object {good} is not what its name says" in refused(operator, evil.root)


@pytest.mark.parametrize("name", FILES)
def test_the_pinned_commit_does_not_vouch_for_files_that_were_edited(operator, tmp_path, name):
    repository = checkout(tmp_path / "adder")
    pin(operator, commit_of(repository))
    (repository.root / name).write_bytes(FILES[name] + b"\n")

    assert "is not what commit" in refused(operator, repository.root)


def test_the_pinned_commit_does_not_vouch_for_a_component_that_it_does_not_have(operator, tmp_path):
    repository = checkout(tmp_path / "adder")
    pin(operator, commit_of(repository))
    write(repository.root / "built-here")

    assert "is not what commit" in refused(operator, repository.root / "built-here")


def test_a_repository_of_another_address_does_not_pass_by_rewriting(operator, place):
    """`insteadOf` lets a checkout say one address and fetch from another."""
    rewriting = '[url "https://evil.example/"]\n\tinsteadOf = https://git.example.org/\n'
    repository = checkout(place / "adder", EVIL, config=CONFIG + rewriting)
    follow(operator, place)

    assert "changes what addresses mean" in refused(operator, repository.root)


def test_another_remote_does_not_pass_its_branches_off_as_the_trusted_one_s(operator, place):
    evil = '[remote "evil"]\n\turl = https://evil.example/x\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n'
    repository = checkout(place / "adder", EVIL, config=CONFIG + evil)
    follow(operator, place)

    assert "where they could be taken for another's" in refused(operator, repository.root)


def test_a_commit_made_here_is_not_the_remote_s(operator, place):
    repository = checkout(place / "adder")
    follow(operator, place)
    local = repository.commit(EVIL)
    (repository.root / "adder.wat").write_bytes(EVIL["adder.wat"])
    repository.write("refs/heads/main", f"{local}\n")

    assert refused(operator, repository.root).endswith("is not the tip of branch main as last fetched")


def test_an_old_commit_is_not_the_branch(operator, place):
    """The downgrade: a commit that the branch had once, checked out again."""
    repository = checkout(place / "adder")
    follow(operator, place)
    repository.write("HEAD", f"{commit_of(repository)}\n")
    repository.write("refs/remotes/origin/main", f"{repository.commit(FILES, message='fixed')}\n")

    assert refused(operator, repository.root).endswith("is not the tip of branch main as last fetched")


def test_nothing_that_the_repository_configures_is_run(operator, place, tmp_path):
    """Asking the `git` command about this checkout would run each of these."""
    touched = tmp_path / "touched"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {touched}\n")
    script.chmod(0o755)
    traps = f"""\
[core]
\tfsmonitor = {script}
\tsshCommand = {script}
\tpager = {script}
\tgitProxy = {script}
\thooksPath = {tmp_path}
[filter "x"]
\tsmudge = {script}
\tclean = {script}
[diff]
\texternal = {script}
[extensions]
\tpartialClone = evil
[remote "evil"]
\turl = ext::{script}
\tpromisor = true
\tuploadpack = {script}
"""
    repository = checkout(place / "adder", config=CONFIG + traps)
    repository.write("info/attributes", "* filter=x diff=x\n")
    follow(operator, place)
    (repository.folder / "objects" / commit_of(repository)[:2] / commit_of(repository)[2:]).unlink()

    assert "is not in it" in refused(operator, repository.root)
    assert not touched.exists()


@pytest.mark.parametrize("packed", [False, True])
def test_a_bomb_in_a_repository_is_not_inflated(operator, tmp_path, packed):
    """64 KiB that become 64 MiB, under the name of the pinned commit."""
    repository = checkout(tmp_path / "adder")
    commit = commit_of(repository)
    pin(operator, commit)
    bomb = bytes(64 << 20)
    if packed:
        repository.remove_loose()
        repository.pack([(commit, entry(1, bomb, size=1000))])
    else:
        repository.write(f"objects/{commit[:2]}/{commit[2:]}", zlib.compress(b"commit 67108864\0" + bomb))
    del bomb
    tracemalloc.start()
    try:
        assert "proves nothing" in refused(operator, repository.root)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 40 << 20


def test_a_repository_that_others_may_write_to_is_not_the_operator_s(operator, place):
    repository = checkout(place / "adder")
    follow(operator, place)
    (repository.folder / "config").chmod(0o666)

    assert refused(operator, repository.root) == f"every user of this machine may change {repository.folder}/config"


def test_without_the_repository_nothing_is_proven(operator, place):
    repository = checkout(place / "adder")
    follow(operator, place)
    shutil.rmtree(repository.folder)

    assert load(repository.root).name == "adder"
    assert refused(operator, repository.root) == "its files are not in one Git checkout"
