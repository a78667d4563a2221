"""The index of patterns against the definition of matching, written down as a recursion."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from airssys.actors._topics import TopicIndex, parse_pattern

WORDS = st.sampled_from(["a", "b", "c"])
TOPICS = st.lists(WORDS, min_size=1, max_size=6).map(".".join)
PATTERNS = st.lists(st.sampled_from(["a", "b", "c", "*", "#"]), min_size=1, max_size=6).map(".".join)


def matches(pattern: tuple[str, ...], topic: tuple[str, ...]) -> bool:
    if not pattern:
        return not topic
    word, rest = pattern[0], pattern[1:]
    if word == "#":
        return any(matches(rest, topic[eaten:]) for eaten in range(len(topic) + 1))
    return bool(topic) and word in ("*", topic[0]) and matches(rest, topic[1:])


@given(patterns=st.lists(PATTERNS, max_size=8), topic=TOPICS)
def test_exactly_the_patterns_that_match_by_definition_are_found(patterns, topic):
    index: TopicIndex[str] = TopicIndex()
    for pattern in patterns:
        index.add(pattern, pattern)
    found = index.matching(topic)

    words = tuple(topic.split("."))
    assert set(found) == {pattern for pattern in patterns if matches(tuple(pattern.split(".")), words)}
    assert len(found) == len(set(found))


@given(pattern=PATTERNS, topic=TOPICS)
def test_several_hashes_in_a_row_mean_what_one_means(pattern, topic):
    words = tuple(topic.split("."))

    assert matches(tuple(pattern.split(".")), words) is matches(parse_pattern(pattern), words)


class SubscriptionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.index: TopicIndex[int] = TopicIndex()
        self.model: set[tuple[tuple[str, ...], int]] = set()

    @rule(pattern=PATTERNS, who=st.integers(0, 3))
    def add(self, pattern, who):
        self.index.add(pattern, who)
        self.model.add((parse_pattern(pattern), who))

    @rule(pattern=PATTERNS, who=st.integers(0, 3))
    def discard(self, pattern, who):
        self.index.discard(pattern, who)
        self.model.discard((parse_pattern(pattern), who))

    @rule(who=st.integers(0, 3))
    def forget(self, who):
        self.index.forget(who)
        self.model = {(words, other) for words, other in self.model if other != who}

    @rule(topic=TOPICS)
    def match(self, topic):
        words = tuple(topic.split("."))
        expected = {who for pattern, who in self.model if matches(pattern, words)}
        assert set(self.index.matching(topic)) == expected

    @invariant()
    def nothing_is_kept_for_nobody(self):
        assert len(self.index) == len(self.model)
        assert self.index.is_empty is not bool(self.model)


SubscriptionMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestSubscriptions = SubscriptionMachine.TestCase
