"""The cache of machine code: what goes in comes out, within its size, and no failure of the disk is anybody's error."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airssys.engine import CodeCache, default_cache_folder

NAME = "0" * 64


@pytest.fixture
def cache(tmp_path: Path) -> CodeCache:
    return CodeCache(tmp_path / "a" / "b" / "cache")


@pytest.mark.parametrize("content", [b"", b"x", b"\n", bytes(100_000)])
def test_what_goes_in_comes_out(cache: CodeCache, content: bytes):
    cache.store(NAME, content)
    assert cache.load(NAME) == content
    assert CodeCache(cache.folder).load(NAME) == content


def test_what_was_never_stored_is_not_there(cache: CodeCache):
    assert cache.load(NAME) is None
    cache.store(NAME, b"x")
    assert cache.load("1" * 64) is None


def test_the_latest_content_counts(cache: CodeCache):
    cache.store(NAME, b"old")
    cache.store(NAME, b"new")
    assert cache.load(NAME) == b"new"


def test_nothing_but_the_files_and_the_key_is_left(cache: CodeCache):
    for number in range(3):
        cache.store(f"{number:064}", b"x")
    assert {path.name for path in cache.folder.iterdir()} == {"key", *(f"{number:064}" for number in range(3))}


def test_a_file_that_does_not_verify_is_removed(cache: CodeCache):
    cache.store(NAME, b"x")
    (cache.folder / NAME).write_bytes(b"y" * 40)
    assert cache.load(NAME) is None
    assert not (cache.folder / NAME).exists()


def test_the_least_recently_used_go_first(cache: CodeCache):
    small = CodeCache(cache.folder, max_bytes=3 * 1100)
    for number in range(3):
        small.store(f"{number:064}", bytes(1000))
        os.utime(cache.folder / f"{number:064}", ns=(number, number))
    assert small.load(f"{0:064}") is not None  # used again: not the next to go
    small.store(f"{3:064}", bytes(1000))
    kept = [small.load(f"{number:064}") is not None for number in range(4)]
    assert kept == [True, False, True, True]
    assert sum(path.stat().st_size for path in cache.folder.iterdir() if path.name != "key") <= 3 * 1100


def test_content_beyond_the_size_of_the_cache_is_not_kept(cache: CodeCache):
    small = CodeCache(cache.folder, max_bytes=100)
    small.store(NAME, bytes(1000))
    assert small.load(NAME) is None


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_made_means_not_cached(tmp_path: Path):
    tmp_path.chmod(0o500)
    cache = CodeCache(tmp_path / "cache")
    cache.store(NAME, b"x")
    assert cache.load(NAME) is None


def test_a_full_disk_means_not_cached(cache: CodeCache, monkeypatch: pytest.MonkeyPatch):
    def full(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.store(NAME, b"x")
    monkeypatch.undo()
    assert cache.load(NAME) is None
    assert {path.name for path in cache.folder.iterdir()} == {"key"}


def test_many_threads_may_share_a_folder(cache: CodeCache):
    """Also when there is no key yet: whatever is loaded is what somebody stored."""
    failures: list[object] = []

    def use(number: int) -> None:
        mine = CodeCache(cache.folder)
        for turn in range(20):
            mine.store(NAME, bytes([number]) * 1000)
            content = mine.load(NAME)
            if content is not None and (len(content) != 1000 or len(set(content)) != 1):
                failures.append((number, turn))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    cache.store(NAME, b"x")
    assert cache.load(NAME) == b"x"


@settings(max_examples=200)
@given(st.binary(min_size=0, max_size=200))
def test_no_bytes_that_were_not_stored_verify(tmp_path_factory: pytest.TempPathFactory, forged: bytes):
    cache = CodeCache(tmp_path_factory.mktemp("cache"))
    cache.store(NAME, b"x")
    (cache.folder / NAME).write_bytes(forged)
    assert cache.load(NAME) is None


def test_the_users_cache_is_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_folder() == tmp_path / "airssys" / "compiled"
