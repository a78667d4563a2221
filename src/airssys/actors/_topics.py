"""Patterns of topics, and an index that finds those that match. Pure.

A topic is words joined by dots: `orders.eu.created`. In a pattern, `*` stands for exactly one word and `#` for any
number of words, none included, also in the middle: the topic exchange of AMQP 0-9-1, section 3.1.3.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from airssys.errors import SpecInvalid

T = TypeVar("T")

ONE: Final = "*"
REST: Final = "#"
#: Bounds the work of one match: a pattern of n `#` on a topic of m words visits at most n * m places.
MAX_WORDS: Final = 32


def parse_topic(topic: str) -> tuple[str, ...]:
    """The words of a topic.

    Raises:
        SpecInvalid: it has an empty word, a wildcard, or too many words.

    >>> parse_topic("orders.eu")
    ('orders', 'eu')
    """
    words = parse_pattern(topic, what="topic")
    if ONE in words or REST in words:
        raise SpecInvalid(f"the topic {topic!r} has a wildcard: only patterns of subscribers have them")
    return words


def parse_pattern(pattern: str, *, what: str = "pattern") -> tuple[str, ...]:
    """The words of a pattern, wildcards included; several `#` in a row are one.

    Raises:
        SpecInvalid: it has an empty word, too many words, or a wildcard inside a word.

    >>> parse_pattern("orders.#.#.created")
    ('orders', '#', 'created')
    """
    words = pattern.split(".") if isinstance(pattern, str) else []
    if not all(words) or not words:
        raise SpecInvalid(f"the {what} {pattern!r} has an empty word: expected words joined by dots, as in orders.eu")
    if len(words) > MAX_WORDS:
        raise SpecInvalid(f"the {what} has {len(words)} words: at most {MAX_WORDS} are allowed")
    for word in words:
        if len(word) > 1 and (ONE in word or REST in word):
            raise SpecInvalid(f"the {what} {pattern!r} has a wildcard inside the word {word!r}: it has to stand alone")
    return tuple(
        word for word, before in zip(words, [None, *words], strict=False) if not (word == REST and before == REST)
    )


class TopicIndex(Generic[T]):
    """Who subscribed to what, as a tree of words, so that a topic is matched without looking at every pattern."""

    def __init__(self) -> None:
        self._root: _Branch[T] = _Branch()
        self._patterns: dict[T, set[tuple[str, ...]]] = {}

    def add(self, pattern: str, subscriber: T) -> None:
        """Subscribe; doing so again changes nothing."""
        words = parse_pattern(pattern)
        branch = self._root
        for word in words:
            branch = branch.branches.setdefault(word, _Branch())
        branch.subscribers[subscriber] = None
        self._patterns.setdefault(subscriber, set()).add(words)

    def discard(self, pattern: str, subscriber: T) -> None:
        """Take one subscription back; one that does not exist changes nothing."""
        words = parse_pattern(pattern)
        patterns = self._patterns.get(subscriber, set())
        if words in patterns:
            patterns.discard(words)
            self._root.remove(words, subscriber)
            if not patterns:
                del self._patterns[subscriber]

    def forget(self, subscriber: T) -> None:
        """Take all subscriptions of one subscriber back."""
        for words in self._patterns.pop(subscriber, ()):
            self._root.remove(words, subscriber)

    def matching(self, topic: str) -> tuple[T, ...]:
        """Everybody who has a pattern that matches, each once, in no particular order."""
        words = parse_topic(topic)
        found: dict[T, None] = {}
        seen: set[tuple[int, int]] = set()
        waiting: list[tuple[_Branch[T], int]] = [(self._root, 0)]
        while waiting:
            branch, at = waiting.pop()
            if (id(branch), at) not in seen:
                seen.add((id(branch), at))
                if at == len(words):
                    found.update(branch.subscribers)
                waiting.extend(branch.follow(words, at))
        return tuple(found)

    def __len__(self) -> int:
        """How many subscriptions there are."""
        return sum(map(len, self._patterns.values()))

    @property
    def subscribers(self) -> tuple[T, ...]:
        """Everybody who has a pattern."""
        return tuple(self._patterns)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left, branches included."""
        return not self._root.branches and not self._patterns


class _Branch(Generic[T]):
    """One word of some patterns. A `#` is entered without a word, and eats words by staying where it is."""

    __slots__ = ("branches", "subscribers")

    def __init__(self) -> None:
        self.branches: dict[str, _Branch[T]] = {}
        self.subscribers: dict[T, None] = {}

    def follow(self, words: tuple[str, ...], at: int) -> Iterator[tuple[_Branch[T], int]]:
        """Where matching goes on from here, before the word at this place."""
        rest = self.branches.get(REST)
        if rest is not None:
            for eaten in range(at, len(words) + 1):
                yield rest, eaten
        if at < len(words):
            for word in (words[at], ONE):
                if word in self.branches:
                    yield self.branches[word], at + 1

    def remove(self, words: tuple[str, ...], subscriber: T) -> None:
        """Remove a subscriber, and every branch that is empty after it."""
        if not words:
            self.subscribers.pop(subscriber, None)
            return
        branch = self.branches[words[0]]
        branch.remove(words[1:], subscriber)
        if not branch.branches and not branch.subscribers:
            del self.branches[words[0]]
