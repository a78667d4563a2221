"""Packs: objects as they are, as changes of others, and everything that a malformed pack may hold."""

from __future__ import annotations

import zlib

import pytest

from airssys.trust.git import GitUnreadable
from airssys.trust.git._delta import apply_delta
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import SHA1, SHA256
from airssys.trust.git._loose import MAX_OBJECT_BYTES, inflate, read_loose
from airssys.trust.git._pack import _applied, read_packed
from tests.unit.trust.repositories import KINDS, Repository, delta, distance, entry

BASE = b"a tree of many files, " * 20
CHANGED = b"another beginning, " + BASE[22:]
CHANGE = delta(BASE, b"another beginning, ", (22, len(BASE) - 22))


@pytest.fixture(params=["sha1", "sha256"])
def repository(request, tmp_path):
    return Repository(tmp_path, algorithm=request.param)


def read(repository, object_id, effort=None):
    id_format = {"sha1": SHA1, "sha256": SHA256}[repository.algorithm]
    index = repository.folder / "objects" / "pack" / "pack-1.idx"
    return read_packed(index, id_format, object_id, effort or Effort())


def unreadable(repository, object_id):
    with pytest.raises(GitUnreadable) as caught:
        read(repository, object_id)
    return str(caught.value)


def padding(count):
    """Other objects before the ones that matter."""
    return [(f"{at:02x}" + "0" * 62, entry(3, bytes([at]) * 100)) for at in range(count)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 1, 15, 16, 2047, 2048, 300_000])
def test_an_object_is_read_as_it_is(repository, kind, size):
    content = b"x" * size
    object_id = repository.id_of(kind, content)
    repository.pack([(object_id, entry(KINDS[kind], content))])

    assert read(repository, object_id) == (kind, content)


def test_what_cannot_be_compressed_is_read_too(repository):
    content = bytes(zlib.crc32(bytes([at % 256, at // 256])) & 0xFF for at in range(60_000))
    repository.pack([(repository.id_of("tree", content), entry(2, content))])

    assert read(repository, repository.id_of("tree", content)) == ("tree", content)


def test_what_is_not_in_the_pack_is_not_found(repository):
    known = repository.id_of("tree", BASE)
    repository.pack([(known, entry(2, BASE))])

    for other in (known[:-1] + ("0" if known[-1] != "0" else "1"), "00" + known[2:], "ff" + known[2:]):
        assert read(repository, other) is None


def test_every_object_of_a_large_index_is_found(repository):
    contents = [str(number).encode() for number in range(600)]
    repository.pack([(repository.id_of("blob", each), entry(3, each)) for each in contents])

    assert all(read(repository, repository.id_of("blob", each)) == ("blob", each) for each in contents)


def test_offsets_beyond_two_gigabytes_stand_in_a_table_of_their_own(repository):
    object_id = repository.id_of("tree", BASE)
    repository.pack([(object_id, entry(2, BASE))])
    repository.write("objects/pack/pack-1.idx", repository.index({object_id: 12}, large=True))

    assert read(repository, object_id) == ("tree", BASE)


@pytest.mark.parametrize("offset", [1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_offsets_beyond_every_file_lead_nowhere(repository, offset):
    object_id = repository.id_of("tree", BASE)
    repository.pack([(object_id, entry(2, BASE))])
    repository.write("objects/pack/pack-1.idx", repository.index({object_id: offset}, large=True))

    assert unreadable(repository, object_id)


@pytest.mark.parametrize("between", [0, 1, 3, 200])
def test_an_object_is_put_together_from_a_base_before_it(repository, between):
    base_id, changed_id = repository.id_of("tree", BASE), repository.id_of("tree", CHANGED)
    first = entry(2, BASE)
    others = [(repository.id_of("blob", bytes([at])), entry(3, bytes([at]) * 100)) for at in range(between)]
    back = len(first) + sum(len(each) for _, each in others)
    change = entry(6, CHANGE, base=distance(back))
    repository.pack([(base_id, first), *others, (changed_id, change)])

    assert read(repository, changed_id) == ("tree", CHANGED)


def test_an_object_is_put_together_from_a_base_by_its_id(repository):
    base_id, changed_id = repository.id_of("tree", BASE), repository.id_of("tree", CHANGED)
    change = entry(7, CHANGE, base=bytes.fromhex(base_id))
    repository.pack([(changed_id, change), (base_id, entry(2, BASE))])

    assert read(repository, changed_id) == ("tree", CHANGED)


def test_a_chain_of_changes_is_followed_to_its_end(repository):
    content, offset, entries = BASE, 12, []
    offsets = [offset]
    entries.append((repository.id_of("tree", content), entry(2, content)))
    for number in range(60):
        offset += len(entries[-1][1])
        change = delta(content, bytes([number]), (0, len(content)))
        content = bytes([number]) + content
        entries.append((repository.id_of("tree", content), entry(6, change, base=distance(offset - offsets[-1]))))
        offsets.append(offset)
    repository.pack(entries)

    assert read(repository, repository.id_of("tree", content)) == ("tree", content)


@pytest.mark.parametrize(
    "made",
    [
        entry(0, BASE),
        entry(5, BASE),
        entry(2, BASE, size=len(BASE) - 1),
        entry(2, BASE, size=len(BASE) + 1),
        entry(2, BASE, size=MAX_OBJECT_BYTES + 1),
        entry(2, BASE, size=1 << 62),
        entry(2, BASE)[:20],
        entry(2, BASE)[:1],
        b"\xff" * 40,
        bytes([2 << 4 | 4]) + b"no zlib at all",
        entry(6, CHANGE, base=distance(0)),
        entry(6, CHANGE, base=distance(12)),
        entry(6, CHANGE, base=distance(13)),
        entry(6, CHANGE, base=distance(1 << 40)),
        entry(6, CHANGE, base=b"\xff" * 20),
        entry(7, CHANGE, base=b"\x01" * 32),
    ],
    ids=range(16),
)
def test_a_malformed_object_is_not_guessed(repository, made):
    object_id = repository.id_of("tree", BASE)
    repository.pack([(object_id, made)])

    assert unreadable(repository, object_id)


def test_a_change_of_itself_ends(repository):
    object_id = repository.id_of("tree", CHANGED)
    repository.pack([(object_id, entry(7, CHANGE, base=bytes.fromhex(object_id)))])

    assert "follows from too many others" in unreadable(repository, object_id)


def test_a_chain_that_grows_beyond_all_bounds_is_not_put_together(repository):
    zeros = bytes(40_000)
    same = delta(zeros, (0, 40_000))
    first = entry(2, zeros)
    second = entry(6, same, base=distance(len(first)))
    third = entry(6, same, base=distance(len(second)))
    ids = [str(number) * 40 if repository.algorithm == "sha1" else str(number) * 64 for number in (1, 2, 3)]
    repository.pack(list(zip(ids, [first, second, third], strict=True)))

    assert read(repository, ids[1], Effort(47_000)) == ("tree", zeros)
    with pytest.raises(GitUnreadable, match="it takes too much work to read"):
        read(repository, ids[2], Effort(47_000))


@pytest.mark.parametrize(
    ("name", "length"),
    [("pack-1.pack", length) for length in (0, 4, 8, 12, 13, 20)]
    + [("pack-1.idx", length) for length in (0, 4, 8, 500, 1031, 1033, 1048, 1055)],
)
def test_files_that_end_too_early(repository, name, length):
    object_id = repository.id_of("tree", BASE)
    repository.pack([(object_id, entry(2, BASE))])
    path = repository.folder / "objects" / "pack" / name
    path.write_bytes(path.read_bytes()[:length])

    assert unreadable(repository, object_id)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pack-1.idx", lambda content: b"\0\0\0\0" + content[4:]),
        ("pack-1.idx", lambda content: content[:7] + b"\x01" + content[8:]),
        ("pack-1.idx", lambda content: content[:8] + b"\xff" * 1020 + content[1028:]),
        ("pack-1.pack", lambda content: b"JUNK" + content[4:]),
        ("pack-1.pack", lambda content: content[:7] + b"\x04" + content[8:]),
    ],
)
def test_files_of_another_kind(repository, name, change):
    object_id = repository.id_of("tree", BASE)
    repository.pack([(object_id, entry(2, BASE))])
    path = repository.folder / "objects" / "pack" / name
    path.write_bytes(change(path.read_bytes()))

    assert unreadable(repository, object_id)


# ---------------------------------------------------------------- deltas


@pytest.mark.parametrize(
    ("commands", "result"),
    [
        ([b"abc"], b"abc"),
        ([(0, 5)], b"01234"),
        ([(9, 1), b"-", (0, 10)], b"9-0123456789"),
        ([b"x" * 300], b"x" * 300),
        ([], b""),
    ],
)
def test_a_delta_inserts_and_copies(commands, result):
    assert apply_delta(b"0123456789", delta(b"0123456789", *commands)) == result


def test_a_copy_without_a_length_is_of_64_kib():
    base = bytes(0x10000)

    assert apply_delta(base, delta(base)[:-1] + b"\x80\x80\x04" + b"\x80") == base


@pytest.mark.parametrize("begin", [0, 1, 0xFF, 0x100, 0x12345])
@pytest.mark.parametrize("length", [1, 0xFF, 0x100, 0x10001])
def test_a_copy_is_of_any_part(begin, length):
    base = bytes(at % 251 for at in range(0x30000))

    assert apply_delta(base, delta(base, (begin, length))) == base[begin : begin + length]


@pytest.mark.parametrize(
    "change",
    [
        b"",
        b"\x0a",
        b"\x0b\x01\x01a",
        b"\x0a\x01\x00",
        b"\x0a\x01\x02a",
        b"\x0a\x01\x91",
        b"\x0a\x01\x91\x09",
        b"\x0a\x02\x91\x09\x02",
        b"\x0a\x01\x01ab",
        b"\x0a\x02\x01a",
        b"\x0a\x00\x01a",
        b"\x0a\xff\xff\xff\xff\x0f\x90\x01",
        b"\xff" * 30,
    ],
)
def test_a_malformed_delta_is_not_applied(change):
    with pytest.raises(GitUnreadable):
        apply_delta(b"0123456789", change)


# ---------------------------------------------------------------- loose objects


def test_a_bomb_is_not_inflated():
    bomb = zlib.compress(bytes(10_000_000))

    with pytest.raises(GitUnreadable, match="does not end, or has more than 1000 bytes"):
        inflate(bomb, 1000)


def test_what_is_inflated_may_be_as_long_as_it_is_said_and_no_longer():
    assert inflate(zlib.compress(bytes(1000)), 1000) == bytes(1000)
    with pytest.raises(GitUnreadable, match="has more than 1000 bytes"):
        inflate(zlib.compress(bytes(1001)), 1000)


@pytest.mark.parametrize("content", [b"", b"not zlib", zlib.compress(b"x")[:-1]])
def test_what_is_no_stream_is_not_read(content):
    with pytest.raises(GitUnreadable):
        inflate(content, 1000)


@pytest.mark.parametrize("raw", [b"tree 3\0abcd", b"tree 5\0abcd", b"tree\0abcd", b"tree 4abcd", b"tree 04\0abcd", b""])
def test_a_loose_object_is_as_long_as_it_says(tmp_path, raw):
    path = tmp_path / "ab" / ("0" * 38)
    path.parent.mkdir()
    path.write_bytes(zlib.compress(raw))

    with pytest.raises(GitUnreadable, match="is damaged"):
        read_loose(tmp_path, "ab" + "0" * 38, Effort())


def test_a_loose_object_counts_what_is_read_and_what_it_holds(tmp_path):
    path = tmp_path / "ab" / ("0" * 38)
    path.parent.mkdir()
    path.write_bytes(zlib.compress(b"tree 50000\0" + bytes(50_000)))

    assert read_loose(tmp_path, "ab" + "0" * 38, Effort(60_000)) == ("tree", bytes(50_000))
    with pytest.raises(GitUnreadable, match="it takes too much work to read"):
        read_loose(tmp_path, "ab" + "0" * 38, Effort(50_000))


def test_fifty_deltas_of_a_folder_of_a_hundred_thousand_files_are_not_too_much():
    effort, tree = Effort(), bytes(6_000_000)
    effort.spend(len(tree))

    for _ in range(50):
        change = delta(tree, b"another id", (10, len(tree) - 10))
        effort.spend(len(change))
        assert len(_applied(tree, [change], effort)) == len(tree)
