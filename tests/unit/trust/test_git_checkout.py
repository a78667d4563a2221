"""A checkout: what it is at, where it comes from by its own word, and which files it has."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from airssys.trust.git import GitUnreadable, checkout_root, open_checkout
from airssys.trust.git._effort import STEP_BYTES, Effort
from tests.unit.trust.repositories import CONFIG, Repository

FILES = {"greeter/greeter.wasm": b"\0asm", "greeter/Component.toml": b"[component]\n", "README": b"read me\n"}


@pytest.fixture(params=["sha1", "sha256"])
def repository(request, tmp_path):
    made = Repository(tmp_path.resolve() / "checkout", algorithm=request.param)
    made.root.mkdir()
    extension = "[extensions]\n\tobjectFormat = sha256\n" if request.param == "sha256" else ""
    made.check_out(FILES, config=CONFIG + extension)
    return made


def unreadable(repository):
    with pytest.raises(GitUnreadable) as caught:
        open_checkout(repository.root)
    return str(caught.value)


def has_all(repository):
    checkout = open_checkout(repository.root)
    return all(checkout.has(repository.root / path, content) for path, content in FILES.items())


def test_a_checkout_tells_commit_address_and_branch(repository):
    checkout = open_checkout(repository.root)

    assert checkout.commit == repository.tip
    (remote,) = checkout.remotes
    assert (remote.url, remote.branches) == ("https://git.example.org/acme/greeter.git", frozenset({"main"}))


def test_files_of_the_commit_are_recognised_loose_and_packed(repository):
    assert has_all(repository)
    repository.pack_all()
    assert has_all(repository)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("greeter/greeter.wasm", b"\0asm\0"),
        ("greeter/greeter.wasm", b""),
        ("greeter/Component.toml", b"\0asm"),
        ("greeter/other.wasm", b"\0asm"),
        ("greeter", b""),
        ("README/x", b"read me\n"),
        ("nowhere/greeter.wasm", b"\0asm"),
        ("greeter.wasm", b"\0asm"),
    ],
)
def test_what_the_commit_has_not_is_told(repository, path, content):
    assert open_checkout(repository.root).has(repository.root / path, content) is False


@pytest.mark.parametrize(
    ("mode", "is_file"), [("100644", True), ("100755", True), ("120000", False), ("160000", False)]
)
def test_only_regular_files_of_the_commit_count(repository, mode, is_file):
    """A link's text, or a submodule's id, is no file with that content."""
    tree = repository.add_tree({"a": (mode, repository.add("blob", b"content"))})
    commit = repository.add("commit", f"tree {tree}\n\n".encode())
    repository.write("refs/heads/main", f"{commit}\n")

    assert open_checkout(repository.root).has(repository.root / "a", b"content") is is_file


def test_a_detached_head_is_at_its_commit(repository):
    repository.write("HEAD", f"{repository.tip}\n")

    checkout = open_checkout(repository.root)

    assert checkout.commit == repository.tip
    assert checkout.remotes[0].branches == frozenset({"main"})


def test_packed_names_count_unless_a_loose_one_says_otherwise(repository):
    other = repository.commit(FILES, message="other")
    packed = ["# pack-refs with: peeled fully-peeled sorted"]
    packed += [f"{repository.tip} refs/heads/main", f"{repository.tip} refs/remotes/origin/main"]
    packed += [f"{repository.tip} refs/remotes/origin/release/1.x", f"^{other}", "junk", ""]
    repository.write("packed-refs", "\n".join(packed))
    (repository.folder / "refs/heads/main").unlink()
    repository.write("refs/remotes/origin/main", f"{other}\n")

    checkout = open_checkout(repository.root)

    assert checkout.commit == repository.tip
    assert checkout.remotes[0].branches == frozenset({"release/1.x"})


def test_a_commit_that_was_made_here_is_the_tip_of_no_fetched_branch(repository):
    local = repository.commit(FILES, message="local")
    repository.write("refs/heads/main", f"{local}\n")

    assert open_checkout(repository.root).remotes[0].branches == frozenset()


def test_each_remote_has_its_own_branches(repository):
    more = '[remote "fork"]\nurl = https://git.example.org/fork/greeter\nfetch = +refs/heads/*:refs/remotes/fork/*\n'
    repository.write("config", (repository.folder / "config").read_text() + more + '[remote "none"]\npushurl = x\n')
    repository.write("refs/remotes/fork/next", f"{repository.tip}\n")

    remotes = open_checkout(repository.root).remotes

    assert [(remote.url.split("/")[3], set(remote.branches)) for remote in remotes] == [
        ("acme", {"main"}),
        ("fork", {"next"}),
    ]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[include]\npath = elsewhere\n", "changes what addresses mean, or is in several files"),
        ('[includeIf "gitdir:/"]\npath = elsewhere\n', "changes what addresses mean, or is in several files"),
        ('[url "https://evil.example/"]\ninsteadOf = https://git.example.org/\n', "changes what addresses mean"),
        ('[url "https://evil.example/"]\npushInsteadOf = https://git.example.org/\n', "changes what addresses mean"),
        ('[remote "origin"]\nurl = https://evil.example/\n', "remote 'origin' has several addresses"),
        (
            '[remote "evil"]\nurl = https://evil.example/x\nfetch = +refs/heads/*:refs/remotes/origin/*\n',
            "remote 'evil' puts its branches where they could be taken for another's",
        ),
        (
            '[remote "origin"]\nfetch = +refs/heads/evil:refs/remotes/origin/main\n',
            "remote 'origin' puts its branches where they could be taken for another's",
        ),
        (
            '[remote "origin"]\nfetch = +refs/pull/*:refs/remotes/origin/*\n',
            "remote 'origin' puts its branches where they could be taken for another's",
        ),
        (
            '[remote "origin/evil"]\nurl = https://evil.example/x\n',
            "the branches of remote 'origin' could be taken for",
        ),
        ("[extensions]\nworktreeConfig\n", "changes what addresses mean, or is in several files"),
        ("[extensions]\nworktreeConfig = true\n", "changes what addresses mean, or is in several files"),
        ('[remote "../../x"]\nurl = https://evil.example/x\n', "the name of remote '../../x' is not understood"),
        ('[remote ""]\nurl = https://evil.example/x\n', "the name of remote '' is not understood"),
        ("[extensions]\nrefStorage = reftable\n", "keeps its branches in a form that is not read here"),
        ("[extensions]\nobjectFormat = sha3\n", "names its objects in a way that is not known here"),
        ("broken line\n", "has a line that is not understood"),
        ("".join(f'[remote "r{at}"]\nurl = x\n' for at in range(101)), "it has too many remotes"),
    ],
)
def test_a_configuration_that_could_mislead_is_not_relied_on(repository, config, said):
    with (repository.folder / "config").open("a") as file:
        file.write(config)

    assert said in unreadable(repository)


def test_a_setting_that_is_off_misleads_nobody(repository):
    with (repository.folder / "config").open("a") as file:
        file.write("[extensions]\nworktreeConfig = False\n")

    assert has_all(repository)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", "HEAD stands for no commit"),
        ("ref: refs/heads/nowhere\n", "refs/heads/nowhere stands for no commit"),
        ("ref: HEAD\n", "HEAD is not understood"),
        ("ref: refs/heads/../../../../etc/passwd\n", "HEAD is not understood"),
        ("ref: /etc/passwd\n", "HEAD is not understood"),
        ("ref: refs/heads/loop\n", "HEAD is not understood"),
        ("main\n", "HEAD is not understood"),
        ("0" * 39 + "\n", "HEAD is not understood"),
        ("x" * 10_000, "cannot be read: it has more than 4096 bytes"),
    ],
)
def test_a_head_that_stands_for_nothing(repository, head, said):
    repository.write("HEAD", head)
    repository.write("refs/heads/loop", "ref: refs/heads/loop\n")

    assert said in unreadable(repository)


@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_an_object_under_another_s_id_is_not_believed(repository, kind):
    """Without this, a pinned commit would be whatever its maker put into the file of that name."""
    evil = Repository(repository.root.parent / "evil", algorithm=repository.algorithm)
    files = FILES | {"greeter/greeter.wasm": b"evil"}
    content = evil.objects[evil.commit(files)] if kind == "commit" else evil.objects[evil.add_files(files)]
    commit = open_checkout(repository.root)
    victim = commit.commit if kind == "commit" else commit.tree
    repository.add(*content, under=victim)

    with pytest.raises(GitUnreadable, match="is not what its name says"):
        open_checkout(repository.root).has(repository.root / "greeter/greeter.wasm", b"evil")


def test_an_object_of_another_kind_is_not_believed(repository):
    blob = repository.add("blob", repository.objects[repository.tip][1])
    repository.write("refs/heads/main", f"{blob}\n")

    assert "is not what its name says" in unreadable(repository)


@pytest.mark.parametrize("text", ["", "tree\n", "tree 123\n", "parent 0\n", "trees " + "0" * 40 + "\n"])
def test_a_commit_without_a_tree_is_malformed(repository, text):
    commit = repository.add("commit", text.encode())
    repository.write("refs/heads/main", f"{commit}\n")

    assert unreadable(repository) == f"commit {commit} is malformed"


@pytest.mark.parametrize(
    "content", [b"x", b"100644 a", b"100644 a\0short", b"100644\0 a" + bytes(32), b" a\0" + bytes(32)]
)
def test_a_malformed_tree_is_not_guessed(repository, content):
    tree = repository.add("tree", content)
    commit = repository.add("commit", f"tree {tree}\n\n".encode())
    repository.write("refs/heads/main", f"{commit}\n")

    with pytest.raises(GitUnreadable, match="a tree is malformed"):
        open_checkout(repository.root).has(repository.root / "z", b"")


@pytest.mark.parametrize("missing", ["HEAD", "config", "objects"])
def test_a_repository_that_is_not_whole(repository, missing):
    path = repository.folder / missing
    path.rename(repository.root / "elsewhere")

    assert unreadable(repository)


def test_a_link_to_a_repository_and_a_worktree_are_not_read(repository):
    other = repository.root.parent / "other"
    other.mkdir()
    (other / ".git").symlink_to(repository.folder)
    worktree = repository.root.parent / "worktree"
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {repository.folder}\n")

    for root in (other, worktree):
        with pytest.raises(GitUnreadable, match="a linked worktree or a submodule"):
            open_checkout(root)


def test_a_pipe_in_place_of_a_file_does_not_hold_us(repository):
    (repository.folder / "HEAD").unlink()
    os.mkfifo(repository.folder / "HEAD")

    assert "it is no regular file" in unreadable(repository)


@pytest.fixture
def little_effort(monkeypatch):
    """No checkout may make more work than 32 steps."""
    monkeypatch.setattr("airssys.trust.git._checkout.Effort", lambda: Effort(32 * STEP_BYTES))


@pytest.mark.usefixtures("little_effort")
@pytest.mark.parametrize("what", ["b{}", "b{}/in/it"])
def test_too_many_branches_are_not_looked_at(repository, what):
    assert open_checkout(repository.root).commit == repository.tip
    for number in range(32):
        path = repository.folder / "refs/remotes/origin" / what.format(number)
        path.mkdir(parents=True) if "/" in what else path.write_text("0" * 40)

    assert unreadable(repository) == "it takes too much work to read"


@pytest.mark.usefixtures("little_effort")
def test_too_many_remotes_with_many_branches_each_are_too_much_together(repository):
    with (repository.folder / "config").open("a") as file:
        file.writelines(f'[remote "r{at}"]\nurl = x\n' for at in range(4))
    for at in range(4):
        (repository.folder / f"refs/remotes/r{at}").symlink_to("origin")
    for number in range(8):
        repository.write(f"refs/remotes/origin/b{number}", "0" * 40)

    assert unreadable(repository) == "it takes too much work to read"


@pytest.mark.usefixtures("little_effort")
@pytest.mark.parametrize("packs", [0, 4])
def test_files_deep_below_the_root_take_work_for_every_folder_and_pack(repository, packs):
    """Folders and packs cost an attacker next to nothing; each folder is looked for in each pack."""
    name = "a/" * (8 if packs else 40) + "file"
    tip = repository.commit({name: b"content"})
    repository.write("HEAD", f"{tip}\n")
    if packs:
        repository.pack_all()
        for number in range(packs):
            repository.write(f"objects/pack/a-{number}.idx", repository.index({}))
    checkout = open_checkout(repository.root)

    with pytest.raises(GitUnreadable, match="it takes too much work to read"):
        checkout.has(repository.root / name, b"content")


def test_the_same_folder_is_read_once(repository):
    checkout = open_checkout(repository.root)
    assert all(checkout.has(repository.root / path, content) for path, content in FILES.items())
    for path in (repository.folder / "objects").glob("??/*"):
        path.unlink()

    assert all(checkout.has(repository.root / path, content) for path, content in FILES.items())


def test_packed_names_take_memory_for_names_only(repository):
    """Eight mebibytes of lines that are no names, which would be 200 MiB of texts."""
    repository.write("packed-refs", f"{repository.tip} refs/remotes/origin/packed\n" + "ab\n" * 2_700_000)
    tracemalloc.start()
    try:
        branches = open_checkout(repository.root).remotes[0].branches
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert branches == {"main", "packed"}
    assert most < 40 << 20


def test_the_root_is_the_nearest_folder_with_a_repository(repository):
    inner = repository.root / "greeter"

    assert checkout_root(inner / "greeter.wasm") == repository.root
    (inner / ".git").symlink_to("nowhere")
    assert checkout_root(inner / "greeter.wasm") == inner
    assert checkout_root(repository.root.parent / "file") is None
