"""Every way of finding files finds the same ones, and never one outside of the folder that it was asked for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from airssys.interfaces.wasi import KernelResolver, Resolver, WalkingResolver
from tests.contract.swapping import swapping

#: How often a path is looked up while an attacker works.
TIMES = 10_000


@pytest.fixture(params=[KernelResolver, WalkingResolver])
def resolver(request: pytest.FixtureRequest) -> Resolver:
    found: Resolver = request.param()
    return found


class Root:
    """A folder, with what a resolver finds in it."""

    def __init__(self, path: Path, resolver: Resolver) -> None:
        self.path = path
        self.fd = os.open(path, os.O_PATH | os.O_DIRECTORY)
        self._resolver = resolver

    def status(self, path: str, *, follow: bool = True) -> os.stat_result:
        handle = self._resolver.find(self.fd, path, follow=follow)
        try:
            return os.fstat(handle)
        finally:
            os.close(handle)

    def finds(self, path: str, what: Path, *, follow: bool = True) -> bool:
        return os.path.samestat(self.status(path, follow=follow), os.lstat(what))

    def error(self, path: str, *, follow: bool = True) -> str:
        with pytest.raises(OSError) as failed:
            self.status(path, follow=follow)
        return errno.errorcode[failed.value.errno or 0]


@pytest.fixture
def root(tmp_path: Path, resolver: Resolver) -> Iterator[Root]:
    """`root/f`, `root/d/f` and `root/d/e`; beside the root lies `secret/f`."""
    folder = tmp_path / "root"
    (folder / "d" / "e").mkdir(parents=True)
    (folder / "f").touch()
    (folder / "d" / "f").touch()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "f").touch()
    before = len(os.listdir("/proc/self/fd"))
    root = Root(folder, resolver)
    yield root
    os.close(root.fd)
    assert len(os.listdir("/proc/self/fd")) == before, "descriptors were left open"


@pytest.mark.parametrize("path", ["d/f", "./d/f", "d//f", "d/./f", "d/e/../f", "d/../d/f", "d/e/../../d/f"])
def test_a_path_leads_to_the_file_that_it_names(root: Root, path: str):
    assert root.finds(path, root.path / "d" / "f")


@pytest.mark.parametrize("path", [".", "./", "d/..", "d/e/../..", "./."])
def test_the_folder_itself_is_beneath_itself(root: Root, path: str):
    assert root.finds(path, root.path)


@pytest.mark.parametrize("path", ["..", "../", "../root/f", "d/../..", "d/e/../../..", "d/../../root/f", "../secret/f"])
def test_a_path_that_climbs_out_leads_nowhere(root: Root, path: str):
    assert root.error(path) == "EXDEV"


@pytest.mark.parametrize("path", ["/", "/etc", "//etc", "/../etc"])
def test_an_absolute_path_leads_nowhere(root: Root, path: str):
    assert root.error(path) == "EXDEV"


def test_an_absolute_path_into_the_folder_leads_nowhere(root: Root):
    assert root.error(str(root.path / "f")) == "EXDEV"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("nothing", "ENOENT"),
        ("nothing/f", "ENOENT"),
        ("nothing/..", "ENOENT"),
        ("f/x", "ENOTDIR"),
        ("f/", "ENOTDIR"),
        ("f/.", "ENOTDIR"),
        ("f/..", "ENOTDIR"),
        ("", "ENOENT"),
        ("a\0b", "EINVAL"),
        ("x" * 256, "ENAMETOOLONG"),
        ("d/" * 2047 + "ab", "ENAMETOOLONG"),
    ],
    ids=str,
)
def test_what_is_not_there_is_not_found(root: Root, path: str, error: str):
    assert root.error(path) == error


def test_the_longest_path_is_found(root: Root):
    assert root.finds("d/../" * 818 + "d/./f", root.path / "d" / "f")


# ---------------------------------------------------------------- links


def test_a_link_is_followed_where_it_leads(root: Root):
    for name, target in (("to-f", "f"), ("to-d", "d"), ("d/up", "../f"), ("d/e/up-up", "../../d/./f"), ("slash", "d/")):
        (root.path / name).symlink_to(target)
    assert root.finds("to-f", root.path / "f")
    assert root.finds("to-d/f", root.path / "d" / "f")
    assert root.finds("to-d/up", root.path / "f")
    assert root.finds("to-d/../f", root.path / "f")
    assert root.finds("d/e/up-up", root.path / "d" / "f")
    assert root.finds("slash", root.path / "d")


def test_a_link_at_the_end_is_found_itself_when_it_is_not_followed(root: Root):
    (root.path / "link").symlink_to("d")
    (root.path / "lost").symlink_to("nowhere")
    (root.path / "out").symlink_to("/etc")
    (root.path / "to-link").symlink_to("link")
    for name in ("link", "lost", "out", "to-link"):
        assert stat.S_ISLNK(root.status(name, follow=False).st_mode)
    assert root.finds("link/", root.path / "d", follow=False)
    assert root.finds("link/f", root.path / "d" / "f", follow=False)
    assert root.error("lost") == "ENOENT"


@pytest.mark.parametrize("target", ["/", "/etc", "..", "../secret", "d/../..", "../root", "../root/d"])
def test_a_link_that_leads_out_leads_nowhere(root: Root, target: str):
    (root.path / "link").symlink_to(target)
    (root.path / "to-link").symlink_to("link")
    (root.path / "d" / "link").symlink_to(f"../{target}" if not target.startswith("/") else target)
    for path in ("link", "link/", "link/f", "to-link", "to-link/f", "d/link", "d/link/f", "d/../link/f"):
        assert root.error(path) == "EXDEV"
    assert root.error("link/f", follow=False) == "EXDEV"


def test_links_in_a_circle_end(root: Root):
    (root.path / "self").symlink_to("self")
    (root.path / "one").symlink_to("two")
    (root.path / "two").symlink_to("one")
    (root.path / "deeper").symlink_to("deeper/x")
    for path in ("self", "self/f", "one", "two/f", "deeper"):
        assert root.error(path) == "ELOOP"


def test_forty_links_are_followed_and_no_more(root: Root):
    (root.path / "link-0").symlink_to("f")
    for number in range(1, 41):
        (root.path / f"link-{number}").symlink_to(f"link-{number - 1}")
    assert root.finds("link-39", root.path / "f")
    assert root.error("link-40") == "ELOOP"


@pytest.mark.parametrize("path", ["root", "cwd", "exe", "root/etc", "fd/{fd}", "fd/{fd}/f"])
def test_the_magic_links_of_proc_lead_nowhere(resolver: Resolver, tmp_path: Path, path: str):
    (tmp_path / "f").touch()
    proc, here = (os.open(each, os.O_PATH | os.O_DIRECTORY) for each in ("/proc", tmp_path))
    try:
        with pytest.raises(OSError) as failed:
            resolver.find(proc, f"self/{path}".format(fd=here), follow=True)
        assert failed.value.errno in (errno.ELOOP, errno.EXDEV)
    finally:
        os.close(proc)
        os.close(here)


# ---------------------------------------------------------------- what finding does


def test_finding_a_file_that_waits_for_somebody_does_not_wait(root: Root):
    os.mkfifo(root.path / "fifo")
    assert stat.S_ISFIFO(root.status("fifo").st_mode)


def test_what_is_found_is_a_handle_that_reads_nothing_and_is_not_inherited(root: Root, resolver: Resolver):
    handle = resolver.find(root.fd, "f", follow=True)
    try:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.read(handle, 1)
        assert not os.get_inheritable(handle)
    finally:
        os.close(handle)


def test_a_folder_that_was_moved_is_still_the_folder(root: Root, tmp_path: Path):
    (tmp_path / "root").rename(tmp_path / "moved")
    assert root.finds("d/f", tmp_path / "moved" / "d" / "f")
    assert root.error("../secret/f") == "EXDEV"


# ---------------------------------------------------------------- races


@pytest.mark.parametrize("target", ["../secret", "{secret}", "../../{name}/secret"])
def test_a_folder_that_becomes_a_link_meanwhile_never_leads_out(root: Root, tmp_path: Path, target: str):
    (tmp_path / "secret" / "only-here").touch()
    (root.path / "door").symlink_to(target.format(secret=tmp_path / "secret", name=tmp_path.name))
    secret = (tmp_path / "secret" / "f").stat()
    seen: set[str] = set()
    with swapping(root.path / "d", root.path / "door"):
        times = 0
        while times < TIMES or len(seen) < 2:
            times += 1
            try:
                assert not os.path.samestat(root.status("d/f"), secret)
            except OSError as error:
                seen.add(errno.errorcode[error.errno or 0])
            else:
                seen.add("found")
            with pytest.raises(OSError):
                root.status("d/only-here")
    assert "found" in seen


def test_a_folder_that_is_moved_out_meanwhile_does_not_take_the_way_up_with_it(root: Root, tmp_path: Path):
    """From where it is then, `..` leads to a place outside."""
    (tmp_path / "only-here").touch()
    (tmp_path / "secret" / "e").mkdir()
    (root.path / "d" / "e" / "inside").touch()
    with swapping(root.path / "d" / "e", tmp_path / "secret" / "e"):
        for _ in range(TIMES):
            with pytest.raises(OSError):
                root.status("d/e/../../only-here")
