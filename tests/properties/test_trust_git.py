"""The reader of Git: any bytes are what Git would read, or unreadable; nothing else ever comes out."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from airssys.trust import UrlPattern
from airssys.trust._urls import normalised_url
from airssys.trust.git import GitUnreadable, open_checkout
from airssys.trust.git._config import read_config
from airssys.trust.git._delta import apply_delta
from airssys.trust.git._effort import Effort
from airssys.trust.git._ids import SHA1
from airssys.trust.git._loose import inflate
from airssys.trust.git._pack import read_packed
from tests.unit.trust.repositories import Repository, delta, distance, entry

BASES = st.binary(max_size=600)


@st.composite
def changes(draw):
    """A base, and what to copy of it and to insert."""
    base = draw(BASES.filter(bool))
    copies = st.integers(0, len(base) - 1).flatmap(
        lambda begin: st.tuples(st.just(begin), st.integers(1, len(base) - begin))
    )
    return base, draw(st.lists(st.binary(min_size=1, max_size=300) | copies, max_size=6))


@given(changes())
def test_a_delta_makes_what_it_was_made_for(change):
    base, commands = change
    result = b"".join(each if isinstance(each, bytes) else base[each[0] : sum(each)] for each in commands)

    assert apply_delta(base, delta(base, *commands)) == result


@given(BASES, st.binary(max_size=60))
def test_any_bytes_are_a_delta_or_unreadable(base, change):
    with suppress(GitUnreadable):
        apply_delta(base, change)


@given(st.binary(max_size=60), st.integers(0, 100))
def test_what_is_inflated_is_bounded(content, most):
    with suppress(GitUnreadable):
        assert len(inflate(content, most)) <= most


@given(st.data())
def test_a_mutated_pack_gives_the_object_or_nothing(tmp_path_factory, data):
    """What comes out may be wrong, because ids are compared afterwards; but it comes, and is bounded."""
    repository = Repository(tmp_path_factory.mktemp("pack"))
    base, changed = b"tree " * 30, b"TREE " + b"tree " * 29
    ids = [repository.id_of("tree", each) for each in (base, changed)]
    first = entry(2, base)
    change = delta(base, b"TREE ", (5, len(base) - 5))
    repository.pack([(ids[0], first), (ids[1], entry(6, change, base=distance(len(first))))])
    path = repository.folder / "objects/pack" / data.draw(st.sampled_from(["pack-1.pack", "pack-1.idx"]))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content)
    with suppress(GitUnreadable):
        read_packed(repository.folder / "objects/pack/pack-1.idx", SHA1, ids[1], Effort())


@given(st.data())
def test_a_mutated_checkout_says_the_truth_or_nothing(tmp_path_factory, data):
    """Whatever happens to the repository's files: what it says it has is what the commit's id stands for."""
    repository = Repository(tmp_path_factory.mktemp("checkout"))
    commit = repository.check_out({"a/b": b"content"})
    for path in data.draw(st.lists(st.sampled_from(sorted(repository.folder.rglob("*"))), max_size=3)):
        if path.is_file():
            content = bytearray(path.read_bytes())
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
            path.write_bytes(content)
    with suppress(GitUnreadable):
        checkout = open_checkout(repository.root)
        assert checkout.has(repository.root / "a/b", b"other") is False
        if checkout.commit == commit:
            assert checkout.has(repository.root / "a/b", b"content") is True


@given(st.text())
def test_any_text_is_a_configuration_or_unreadable(text):
    try:
        entries = read_config(text)
    except GitUnreadable:
        return
    assert all(section == section.lower() and key == key.lower() for section, _, key, _ in entries)


LINES = st.text(st.characters(exclude_characters="\n\0"), max_size=8)


@given(st.lists(st.tuples(st.text("abz", min_size=1, max_size=3), LINES), max_size=4))
def test_quoted_values_come_out_as_they_went_in(pairs):
    text = "[section]\n"
    for name, value in pairs:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        text += f'\t{name} = "{quoted}"\n'

    assert read_config(text) == tuple(("section", "", name, value) for name, value in pairs)


@given(st.text(max_size=60) | st.from_regex(r"(https|ssh)://[a-z@:.]{1,12}/[a-z/.%]{1,20}", fullmatch=True))
def test_any_text_is_an_address_in_one_form_or_none(text):
    try:
        normal = normalised_url(text)
    except ValueError:
        assert not UrlPattern.parse("https://git.example.org/**").matches(text)
        return
    assert normalised_url(normal) == normal
