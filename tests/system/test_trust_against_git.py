"""Our reader of checkouts and `git` itself say the same about the same checkout."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from airssys.trust.git import GitUnreadable, open_checkout

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="compares with `git`, which is not installed here")

NOBODY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "protocol.file.allow",
    "GIT_CONFIG_VALUE_0": "always",
}


def git(folder: Path, *words: str | Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **NOBODY}
    return subprocess.run(
        ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def upstream(request, tmp_path_factory):
    """A repository with a history whose trees and files change a little from commit to commit."""
    folder = tmp_path_factory.mktemp("upstream")
    git(folder, "init", "-q", "-b", "main", f"--object-format={request.param}")
    choice = random.Random(1)
    for number in range(12):
        for file in choice.sample(range(200), 20 if number else 200):
            path = folder / f"part-{file % 3}" / "deeper" / f"file-{file}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"written by commit {number}\n" * file)
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", f"commit {number}")
    git(folder, "branch", "release/1.x", "HEAD~3")
    return folder


@pytest.fixture
def clone(upstream, tmp_path):
    git(tmp_path, "clone", "-q", f"file://{upstream}", "clone")
    return tmp_path.resolve() / "clone"


def agrees(folder: Path) -> None:
    """Ours and Git's: the commit, its files, and the branches that are at it."""
    checkout = open_checkout(folder)
    names = git(folder, "ls-tree", "-r", "--name-only", "HEAD").split()
    branches = git(folder, "for-each-ref", "--points-at=HEAD", "--format=%(refname)", "refs/remotes").split()
    prefix = "refs/remotes/origin/"

    assert checkout.commit == git(folder, "rev-parse", "HEAD").strip()
    assert checkout.remotes[0].url == git(folder, "config", "remote.origin.url").strip()
    assert set(checkout.remotes[0].branches) - {"HEAD"} == {name.removeprefix(prefix) for name in branches} - {"HEAD"}
    assert len(names) == 200
    assert all(checkout.has(folder / name, (folder / name).read_bytes()) for name in names)
    assert not checkout.has(folder / names[0], (folder / names[0]).read_bytes() + b"\n")


def test_a_fresh_clone(clone):
    agrees(clone)


def test_every_commit_of_a_pack_full_of_deltas(clone):
    git(clone, "repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=50")
    index = next((clone / ".git/objects/pack").glob("*.idx"))
    assert "chain length = 5: " in git(clone, "verify-pack", "-v", index)

    for back in (1, 4, 11):
        git(clone, "checkout", "-q", f"main~{back}")
        agrees(clone)


def test_deltas_by_id_in_a_pack_without_offsets(clone):
    git(clone, "-c", "repack.usedeltabaseoffset=false", "repack", "-a", "-d", "-f", "-q")

    agrees(clone)


def test_loose_objects_and_packed_names(clone):
    (pack,) = (clone / ".git/objects/pack").glob("*.pack")
    moved = pack.rename(clone.parent / "moved.pack")
    with moved.open("rb") as file:
        subprocess.run(["git", "unpack-objects", "-q"], cwd=clone, stdin=file, check=True)
    git(clone, "pack-refs", "--all")

    agrees(clone)


def test_another_branch(clone):
    git(clone, "checkout", "-q", "release/1.x")

    agrees(clone)
    assert "release/1.x" in open_checkout(clone).remotes[0].branches


@pytest.mark.parametrize("how", [["--depth=1"], ["--single-branch", "--branch=release/1.x"], ["--no-tags"]])
def test_other_ways_to_clone(upstream, tmp_path, how):
    git(tmp_path, "clone", "-q", *how, f"file://{upstream}", "clone")

    agrees(tmp_path.resolve() / "clone")


def test_a_worktree_and_a_shared_clone_are_not_guessed(clone, upstream, tmp_path):
    git(clone, "worktree", "add", "-q", tmp_path / "worktree", "--detach")
    git(tmp_path, "clone", "-q", "--shared", upstream, "shared")

    with pytest.raises(GitUnreadable, match="a linked worktree or a submodule"):
        open_checkout(tmp_path.resolve() / "worktree")
    with pytest.raises(GitUnreadable, match="is not in it"):
        open_checkout(tmp_path.resolve() / "shared")
