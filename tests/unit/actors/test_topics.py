"""Patterns of topics."""

from __future__ import annotations

import pytest

from airssys.actors import SpecInvalid
from airssys.actors._topics import MAX_WORDS, TopicIndex


def matches(pattern, topic):
    index: TopicIndex[str] = TopicIndex()
    index.add(pattern, "me")
    return index.matching(topic) == ("me",)


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a", False),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("*.b", "a.b", True),
        ("*.*", "a", False),
        ("#", "a", True),
        ("#", "a.b.c", True),
        ("a.#", "a", True),
        ("a.#", "a.b.c.d", True),
        ("a.#", "b.a", False),
        ("#.z", "z", True),
        ("#.z", "a.b.z", True),
        ("#.z", "z.a", False),
        ("a.#.z", "a.z", True),
        ("a.#.z", "a.b.z", True),
        ("a.#.z", "a.b.c.z", True),
        ("a.#.z", "a.z.b", False),
        ("a.#.z", "a.z.z", True),
        ("a.#.b.#.c", "a.b.c", True),
        ("a.#.b.#.c", "a.x.b.y.y.c", True),
        ("a.#.b.#.c", "a.x.c", False),
        ("#.*", "a", True),
        ("*.#", "a.b", True),
        ("#.#", "a.b.c", True),
        ("a.*.#.z", "a.z", False),
        ("a.*.#.z", "a.b.z", True),
    ],
)
def test_a_star_is_one_word_and_a_hash_any_number_also_in_the_middle(pattern, topic, expected):
    assert matches(pattern, topic) is expected


def test_a_subscriber_with_several_matching_patterns_is_found_once():
    index: TopicIndex[str] = TopicIndex()
    for pattern in ("a.b", "a.*", "#", "a.#.b"):
        index.add(pattern, "me")

    assert index.matching("a.b") == ("me",)


def test_what_is_taken_back_matches_no_more_and_leaves_nothing():
    index: TopicIndex[str] = TopicIndex()
    index.add("a.#.b", "me")
    index.add("a.#.b", "you")
    index.add("a.#", "me")
    index.discard("a.#.b", "me")
    index.discard("a.#.b", "me")
    index.discard("never", "me")

    assert set(index.matching("a.b")) == {"me", "you"}
    index.forget("me")
    assert index.matching("a.b") == ("you",)
    index.forget("you")
    assert index.is_empty


@pytest.mark.parametrize(
    "pattern", ["", ".", "a..b", ".a", "a.", "a.b*", "#a", "a.**", ".".join("a" * (MAX_WORDS + 1))]
)
def test_a_pattern_with_an_empty_word_or_a_wildcard_inside_a_word_is_refused(pattern):
    index: TopicIndex[str] = TopicIndex()
    with pytest.raises(SpecInvalid):
        index.add(pattern, "me")


@pytest.mark.parametrize("topic", ["a.*", "#", "a.#.b", "", 5])
def test_a_topic_has_no_wildcards(topic):
    with pytest.raises(SpecInvalid):
        TopicIndex().matching(topic)


def test_many_hashes_on_a_long_topic_take_no_time_to_speak_of():
    index: TopicIndex[str] = TopicIndex()
    index.add(".".join(["#.a"] * (MAX_WORDS // 2)), "me")

    assert index.matching(".".join(["a"] * (MAX_WORDS - 1) + ["b"])) == ()
