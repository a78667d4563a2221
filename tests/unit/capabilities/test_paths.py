"""Paths: what each pattern matches, and what no pattern matches."""

from __future__ import annotations

import pytest

from airssys.capabilities import Capability, PathPattern

from .asking import reads

MATCHING = [
    # exact
    ("/etc/app/rules.toml", "/etc/app/rules.toml"),
    ("/data with spaces/ü", "/data with spaces/ü"),
    ("/", "/"),
    # * is one segment, or a part of one
    ("/data/*", "/data/a"),
    ("/data/*", "/data/.hidden"),
    ("/data/*", "/data/a b"),
    ("/*/b", "/a/b"),
    ("/data/*.xml", "/data/a.xml"),
    ("/data/*.xml", "/data/.xml"),
    ("/data/*.xml", "/data/a.xml.xml"),
    ("/data/a*", "/data/a"),
    ("/data/a*c", "/data/ac"),
    ("/data/a*c", "/data/abcbc"),
    ("/data/*a*b*", "/data/xaxbx"),
    ("/data/*/x", "/data/b/x"),
    # ? is one character
    ("/data/?", "/data/a"),
    ("/data/?", "/data/ü"),
    ("/data/??", "/data/ab"),
    ("/data/a?c", "/data/abc"),
    ("/data/?*", "/data/a"),
    # classes
    ("/data/[abc]", "/data/b"),
    ("/data/[a-c]x", "/data/cx"),
    ("/data/[a-cx]", "/data/x"),
    ("/data/[!a]", "/data/b"),
    ("/data/[^a]", "/data/b"),
    ("/data/[!a-c]x", "/data/dx"),
    ("/data/[]]", "/data/]"),
    ("/data/[]a]", "/data/a"),
    ("/data/[!]]", "/data/a"),
    ("/data/[a-]", "/data/-"),
    ("/data/[-a]", "/data/-"),
    ("/data/[*]", "/data/*"),
    ("/data/[?]x[[]", "/data/?x["),
    ("/data/[{]a[}]", "/data/{a}"),
    ("/data/a]", "/data/a]"),
    ("/data/[ä-ü]", "/data/ö"),
    # ** is any number of whole segments
    ("/srv/**", "/srv"),
    ("/srv/**", "/srv/a"),
    ("/srv/**", "/srv/a/b/c"),
    ("/srv/**/x", "/srv/x"),
    ("/srv/**/x", "/srv/a/x"),
    ("/srv/**/x", "/srv/x/x/x"),
    ("/srv/**/*.xml", "/srv/a.xml"),
    ("/srv/**/*.xml", "/srv/b/c/a.xml"),
    ("/srv/**/a/**/b", "/srv/a/b"),
    ("/srv/**/a/**/b", "/srv/x/a/y/z/b"),
    ("/srv/*/**", "/srv/a"),
    ("/srv/**/**", "/srv"),
    ("/**/.ssh/**", "/home/me/.ssh/id"),
    ("/**/.ssh/**", "/.ssh"),
    ("/**", "/"),
    ("/**", "/a/b"),
    ("**", "/a/b"),
]

REFUSING = [
    # a prefix is not a folder, and a folder is not what is in it
    ("/data/*", "/database"),
    ("/data/*", "/data"),
    ("/data/*", "/data/a/b"),
    ("/data", "/database"),
    ("/data", "/data/a"),
    ("/data/**", "/database"),
    ("/data/**", "/dat"),
    ("/data/**", "/x/data"),
    ("/", "/a"),
    # * and ? do not cross a slash
    ("/*", "/a/b"),
    ("/a*c", "/a/c"),
    ("/data/*.xml", "/data/a/b.xml"),
    ("/data/?", "/data/ab"),
    ("/data/a?c", "/data/a/c"),
    ("/data/?x", "/data/x"),
    ("/data/??", "/data/a"),
    ("/a[!b]c", "/a/c"),
    ("/a[+-9]c", "/a/c"),
    # the pattern is the whole path
    ("/data/*.xml", "/data/a.xml.bak"),
    ("/data/*.xml", "/data/axml"),
    ("/data/a*", "/data/ba"),
    ("/data/x*", "/data/*"),
    ("/srv/**/x", "/srv/xx"),
    ("/srv/**/x", "/srv/x/y"),
    ("/srv/**/a/**/b", "/srv/b/a"),
    ("/srv/**/*.xml", "/srv"),
    ("/*/b", "/b"),
    # case and look matter
    ("/Data/*", "/data/a"),
    ("/data/ü", "/data/u\u0308"),
    # classes
    ("/data/[abc]", "/data/d"),
    ("/data/[abc]", "/data/ab"),
    ("/data/[!a]", "/data/a"),
    ("/data/[*]", "/data/x"),
    ("/data/[a-c]", "/data/-"),
    ("/data/[!]]", "/data/]"),
]

#: Nothing matches these, not even a pattern for everything.
NEVER = [
    "",
    "data/a",
    "./data",
    "~/a",
    "/data/../etc/passwd",
    "/data/..",
    "/..",
    "/data/./a",
    "/.",
    "/data//a",
    "//data/a",
    "/data/",
    "//",
    "/data/%2e%2e/etc",
    "/data/%2E",
    "/data/100%",
    "/data/a\x00",
    "/data/a\x00.xml",
    "/data\\a",
    "\\data\\a",
    "C:/data/a",
    "/data/a\n",
    "/data/\x1b[2J",
    "/data/\x7f",
    "/data/\x85",
    "/data/\u2028",
    "/data/\u202egnp.exe",
    "/data/\udc80",
    "/" + "a" * 4096,
]


@pytest.mark.parametrize(("pattern", "path"), MATCHING)
def test_a_path_that_matches(pattern, path):
    assert reads(pattern, path)


@pytest.mark.parametrize(("pattern", "path"), REFUSING)
def test_a_path_that_does_not_match(pattern, path):
    assert not reads(pattern, path)


@pytest.mark.parametrize("pattern", ["/**", "/data/**", "/data/*", "/*/*", "/**/*"])
@pytest.mark.parametrize("path", NEVER)
def test_a_path_that_is_not_resolved_matches_nothing(pattern, path):
    assert not reads(pattern, path)


@pytest.mark.parametrize("path", ["/data/...", "/data/.a", "/data/..a", "/data/a..", "/data/a.", "/.../x"])
def test_dots_that_lead_nowhere_are_characters(path):
    assert reads("/**", path)


def test_the_longest_path_is_looked_at():
    assert reads("/**", "/" + "a" * 4095)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("/srv/**/*", "/srv/*/**"),
        ("/srv/**/**/**/a", "/srv/**/a"),
        ("/srv/**/*/**/*", "/srv/*/*/**"),
        ("/srv/a*?*?", "/srv/a??*"),
        ("/srv/?*", "/srv/*"),
        ("/srv/*?", "/srv/*"),
        ("/srv/??*", "/srv/??*"),
        ("/srv/[a]", "/srv/a"),
        ("/srv/[cba]", "/srv/[a-c]"),
        ("/srv/[ba]", "/srv/[ab]"),
        ("/srv/[a-ce-gd]", "/srv/[a-g]"),
        ("/srv/[^a]", "/srv/[!a]"),
        ("/srv/[!b-da]", "/srv/[!a-d]"),
        ("/srv/[*]", "/srv/[*]"),
        ("/srv/[a*]", "/srv/[*a]"),
        ("/srv/[x-]", "/srv/[x-]"),
        ("/srv/[]x!^-]", "/srv/[]x^!-]"),
        ("**", "/**"),
        ("*", "/*"),
        ("/", "/"),
    ],
)
def test_what_matches_the_same_is_shown_the_same(written, canonical):
    assert PathPattern(written).text == canonical
    assert PathPattern(canonical) == PathPattern(written)


def test_a_class_of_signs_that_would_negate_survives_being_written_and_read():
    three, others = (Capability.parse("filesystem", "read", text) for text in ("/[x!^]", "/[!x]"))

    (two,) = three.meet(others)

    assert [char for char in "!^x[]-a" if reads(str(two.pattern), f"/{char}")] == ["!", "^"]
