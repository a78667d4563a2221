"""Every pattern of a table against every resource of it: what is not listed behind a pattern is refused.

The lists of each kind have the cases that somebody thought of; these have the ones beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from airssys.capabilities import Action, Kind

from .asking import admits

PATHS = "/ /a /a/b /a/b/c /a/bc /ab /b /a.xml /a/x.xml /a/b/x.xml /a/.xml /a/x.xml.exe /A /a/B"
PATH_TABLE = {
    "/": "/",
    "/a": "/a",
    "/a/b": "/a/b",
    "/*": "/a /ab /b /a.xml /A",
    "/?": "/a /b /A",
    "/a/*": "/a/b /a/bc /a/x.xml /a/.xml /a/x.xml.exe /a/B",
    "/a*": "/a /ab /a.xml",
    "/a/**": "/a /a/b /a/b/c /a/bc /a/x.xml /a/b/x.xml /a/.xml /a/x.xml.exe /a/B",
    "/**/*.xml": "/a.xml /a/x.xml /a/b/x.xml /a/.xml",
    "/a/?*.xml": "/a/x.xml",
    "/a/[a-c]*": "/a/b /a/bc",
    "/a/[!b]": "/a/B",
    "/**/b": "/a/b /b",
    "/*/b/*": "/a/b/c /a/b/x.xml",
}

ENDPOINTS = (
    "example.org:443 example.org:80 www.example.org:443 a.b.example.org:443 evilexample.org:443 "
    "example.org.evil.com:443 10.1.2.3:443 10.9.9.9:443 11.0.0.1:443 192.0.2.7:22 [2001:db8::1]:443 [2001:db9::1]:443 "
    "[::ffff:10.1.2.3]:443"
)
ENDPOINT_TABLE = {
    "example.org:443": "example.org:443",
    "example.org:*": "example.org:443 example.org:80",
    "example.org:1-100": "example.org:80",
    "*.example.org:443": "www.example.org:443 a.b.example.org:443",
    "*.b.example.org:443": "a.b.example.org:443",
    "*.org:443": "example.org:443 www.example.org:443 a.b.example.org:443 evilexample.org:443",
    "*:443": " ".join(each for each in ENDPOINTS.split() if each.endswith(":443")),
    "*:*": ENDPOINTS,
    "10.1.2.3:443": "10.1.2.3:443 [::ffff:10.1.2.3]:443",
    "10.1.0.0/16:443": "10.1.2.3:443 [::ffff:10.1.2.3]:443",
    "[::ffff:10.1.0.0/112]:443": "10.1.2.3:443 [::ffff:10.1.2.3]:443",
    "10.0.0.0/8:*": "10.1.2.3:443 10.9.9.9:443 [::ffff:10.1.2.3]:443",
    "192.0.2.7:20-30": "192.0.2.7:22",
    "[2001:db8::/32]:443": "[2001:db8::1]:443",
    "[2001:db8::1]:80": "",
}

WORDS = "a b ab A a-b a.b b.a a.b.c a.c.b a.b.c.d ab.b a.bc b.b"
WORD_TABLE = {
    "a": "a",
    "a-b": "a-b",
    "a.b": "a.b",
    "*": "a b ab A a-b",
    "a.*": "a.b a.bc",
    "*.b": "a.b ab.b b.b",
    "*.*": "a.b b.a ab.b a.bc b.b",
    "a.*.b": "a.c.b",
    "a.*.*": "a.b.c a.c.b",
    "a.#": "a a.b a.b.c a.c.b a.b.c.d a.bc",
    "a.**": "a a.b a.b.c a.c.b a.b.c.d a.bc",
    "a.b.#": "a.b a.b.c a.b.c.d",
    "a.*.#": "a.b a.b.c a.c.b a.b.c.d a.bc",
    "#": WORDS,
}

VARIABLES = "LANG LANGUAGE LC LC_ LC_A LC_ALL LC__X LCD_X lang _ __ _A A A_ A_B A_B_C"
VARIABLE_TABLE = {
    "LANG": "LANG",
    "lang": "lang",
    "LC": "LC",
    "LC_": "LC_",
    "LC_*": "LC_A LC_ALL LC__X",
    "LC__*": "LC__X",
    "_*": "__ _A",
    "_": "_",
    "A": "A",
    "A_*": "A_B A_B_C",
    "A_B_*": "A_B_C",
    "*": VARIABLES,
}

TABLES: tuple[tuple[Kind, Action, Mapping[str, str], str], ...] = (
    (Kind.FILESYSTEM, Action.WRITE, PATH_TABLE, PATHS),
    (Kind.NETWORK, Action.CONNECT, ENDPOINT_TABLE, ENDPOINTS),
    (Kind.STORAGE, Action.WRITE, WORD_TABLE, WORDS),
    (Kind.MESSAGING, Action.SUBSCRIBE, WORD_TABLE, WORDS),
    (Kind.ENVIRONMENT, Action.READ, VARIABLE_TABLE, VARIABLES),
)


CASES = [
    (kind, action, pattern, resource, resource in matching.split())
    for kind, action, table, resources in TABLES
    for pattern, matching in table.items()
    for resource in resources.split()
]


@pytest.mark.parametrize(("kind", "action", "pattern", "resource", "is_admitted"), CASES)
def test_a_pattern_admits_what_is_listed_behind_it_and_nothing_else(kind, action, pattern, resource, is_admitted):
    assert admits(kind, action, pattern, resource) is is_admitted


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_enough_cases_of_both_sorts(kind):
    found = [is_admitted for each, *_, is_admitted in CASES if each is kind]

    assert len(found) >= 150
    assert 20 <= sum(found) <= len(found) - 20


@pytest.mark.parametrize(("kind", "action", "table", "resources"), TABLES)
def test_every_list_names_resources_of_its_table(kind, action, table, resources):
    assert {each for matching in table.values() for each in matching.split()} <= set(resources.split())
