"""Namespaces, topics and names of components: word by word."""

from __future__ import annotations

import pytest

from airssys.capabilities import Action, Kind, WordsPattern

from .asking import admits, keeps

MATCHING = [
    ("invoices", "invoices"),
    ("shared-rates", "shared-rates"),
    ("a_b.C9", "a_b.C9"),
    ("rates.*", "rates.eu"),
    ("*.eu", "rates.eu"),
    ("rates.*.daily", "rates.eu.daily"),
    ("*", "rates"),
    ("*.*", "rates.eu"),
    ("rates.#", "rates"),
    ("rates.#", "rates.eu"),
    ("rates.#", "rates.eu.daily.x"),
    ("rates.**", "rates.eu.daily"),
    ("rates.*.#", "rates.eu"),
    ("#", "rates.eu.daily"),
    ("**", "rates"),
]

REFUSING = [
    ("invoices", "invoices2"),
    ("invoices", "invoice"),
    ("invoices", "Invoices"),
    ("invoices", "invoices.a"),
    ("rates.*", "rates"),
    ("rates.*", "rates.eu.daily"),
    ("rates.*", "ratesXeu"),
    ("*", "rates.eu"),
    ("rates.#", "ratesx"),
    ("rates.#", "ratesx.eu"),
    ("rates.*.#", "rates"),
    ("*.eu", "eu"),
    ("*.*", "rates"),
]

NEVER = ["", ".", "a.", ".a", "a..b", "a b", "a/b", "*", "#", "a.*", "ä", "a\n", "a\x00b", "a%2eb", "a\\b", "a" * 1025]


@pytest.mark.parametrize(("pattern", "words"), MATCHING)
def test_words_that_match(pattern, words):
    assert keeps(pattern, words)


@pytest.mark.parametrize(("pattern", "words"), REFUSING)
def test_words_that_do_not_match(pattern, words):
    assert not keeps(pattern, words)


@pytest.mark.parametrize("words", NEVER)
def test_what_is_not_made_of_words_matches_nothing(words):
    assert not keeps("#", words)


@pytest.mark.parametrize("action", [Action.SEND, Action.RECEIVE, Action.PUBLISH, Action.SUBSCRIBE])
def test_names_of_components_and_topics_are_words_as_well(action):
    assert admits(Kind.MESSAGING, action, "ledger-writer", "ledger-writer")
    assert not admits(Kind.MESSAGING, action, "ledger", "ledger-writer")


@pytest.mark.parametrize(
    ("written", "canonical"), [("rates.**", "rates.#"), ("**", "#"), ("a.*", "a.*"), ("a.b", "a.b"), ("*.**", "*.#")]
)
def test_what_matches_the_same_is_shown_the_same(written, canonical):
    assert WordsPattern(written).text == canonical
    assert WordsPattern(canonical) == WordsPattern(written)
