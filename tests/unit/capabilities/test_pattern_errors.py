"""What is said of a pattern that breaks the rules of its kind: what, why, and what to write instead."""

from __future__ import annotations

import pytest

from airssys.capabilities import SYNTAX, Kind, PatternError

PATHS = {
    "": ("is empty", "it names nothing", ()),
    "data/*": ("is not absolute", "it would be another place for everybody who reads it", ("/data/*",)),
    " /data/* ": ("is not absolute", "it would be another place for everybody who reads it", ("/data/*",)),
    "file:///srv/x": ("is not absolute", "it would be another place for everybody who reads it", ("/srv/x",)),
    "~/x": ("is not absolute", "it would be another place for everybody who reads it", ()),
    "$HOME/x": ("is not absolute", "it would be another place for everybody who reads it", ()),
    "/data/": ("ends in a slash", "a path names a file or a folder; what is inside of a folder is /**", ("/data/**",)),
    "/data//x": (
        "has an empty segment",
        "a path is compared segment by segment, and an empty one names nothing",
        ("/data/x",),
    ),
    "/data/../etc": ("has a segment . or ..", "it leads elsewhere than it reads", ("/etc",)),
    "/data/./x": ("has a segment . or ..", "it leads elsewhere than it reads", ("/data/x",)),
    "/data/..": ("has a segment . or ..", "it leads elsewhere than it reads", ()),
    "/data/[.][.]/x": ("has a segment . or ..", "it leads elsewhere than it reads", ()),
    "/data/%20x": (
        "has a percent sign",
        "paths are compared as they are, so that %2e cannot pass for a dot",
        ("/data/ x",),
    ),
    "\\data\\x": (
        "has a backslash",
        "paths have forward slashes, and the other one is read differently elsewhere",
        ("/data/x",),
    ),
    "C:\\data": ("has a backslash", "paths have forward slashes, and the other one is read differently elsewhere", ()),
    "/data/\u202egnp": ("has control characters", "a person could not see what is asked for", ()),
    "/data/x\n": ("has control characters", "a person could not see what is asked for", ("/data/x",)),
    "/data/**.xml": (
        "has a ** beside other characters",
        "it stands for whole segments, between slashes",
        ("/data/**/*.xml",),
    ),
    "/data/a**": (
        "has a ** beside other characters",
        "it stands for whole segments, between slashes",
        ("/data/a*/**",),
    ),
    "/data/[abc": (
        "has a [ that is never closed",
        "a class ends with ], and the bracket itself is [[]",
        ("/data/[[]abc",),
    ),
    "/data/[z-a]": ("has the range z-a, which runs backwards", "nothing would match it", ()),
    "/data/[/]": (
        "has a [ that is never closed",
        "a class ends with ], and the bracket itself is [[]",
        ("/data/[[]/]",),
    ),
    "/data/{a,b}.xml": (
        "has a {",
        "alternatives are patterns of their own; a brace itself is [{] or [}]",
        ("/data/a.xml", "/data/b.xml"),
    ),
}

ENDPOINTS = {
    "": ("is empty", "it names nothing", ()),
    "example.org": (
        "has no port",
        "a right to one service of a host is no right to the others",
        ("example.org:443",),
    ),
    "[2001:db8::1]": (
        "has no port",
        "a right to one service of a host is no right to the others",
        ("[2001:db8::1]:443",),
    ),
    "https://example.org:8443/api": (
        "is a URL",
        "what is reached is a host and a port, whatever the path",
        ("example.org:8443",),
    ),
    "https://[2001:db8::1]/": (
        "is a URL",
        "what is reached is a host and a port, whatever the path",
        ("[2001:db8::1]:443",),
    ),
    "https://x:y": ("is a URL", "what is reached is a host and a port, whatever the path", ()),
    "me@example.org:22": (
        "has a user in it",
        "the host is what follows, and a reader would be misled",
        ("example.org:22",),
    ),
    "2001:db8::1:80": (
        "is an IPv6 address without brackets",
        "its last part could be a port",
        ("[2001:db8::1]:80",),
    ),
    "[2001:db8::]/32:80": (
        "is not of the form host:port",
        "nobody could tell the host from the port",
        ("[2001:db8::/32]:80",),
    ),
    "example.org:90-80": (
        "has the port '90-80'",
        "ports are a number from 1 to 65535, a range such as 8000-8080, or * for all of them",
        ("example.org:80-90",),
    ),
    "example.org:443/api": (
        "has the port '443/api'",
        "ports are a number from 1 to 65535, a range such as 8000-8080, or * for all of them",
        ("example.org:443",),
    ),
    "example.org:0": (
        "has the port '0'",
        "ports are a number from 1 to 65535, a range such as 8000-8080, or * for all of them",
        (),
    ),
    "*example.org:80": (
        "has a * within its host",
        "*. stands before a whole name, so that it cannot match evilexample.org for example.org",
        ("*.example.org:80",),
    ),
    "exa*ple.org:80": (
        "has a * within its host",
        "*. stands before a whole name, so that it cannot match evilexample.org for example.org",
        (),
    ),
    "*org:80": (
        "has a * within its host",
        "*. stands before a whole name, so that it cannot match evilexample.org for example.org",
        (),
    ),
    "10.0.*.*:80": (
        "has a * within its host",
        "*. stands before a whole name, so that it cannot match evilexample.org for example.org",
        ("10.0.0.0/16:80",),
    ),
    "10.0.0.1/8:80": (
        "has bits set behind the prefix of its block",
        "it is unclear which block is meant",
        ("10.0.0.0/8:80",),
    ),
    "10.0.0.0/33:80": (
        "has a block that does not exist",
        "a block is an address, a slash and a prefix length",
        (),
    ),
    "10.0.0.0/255.0.0.0:80": (
        "has a block that does not exist",
        "a block is an address, a slash and a prefix length",
        ("10.0.0.0/8:80",),
    ),
    "[fe80::1%eth0]:80": ("has no IPv6 address in its brackets", "brackets hold an IPv6 address or a block", ()),
    "0x7f.1:80": ("has an address in disguise", "resolvers would read it as an address it does not show", ()),
    "exa mple.org:80": (
        "has a malformed host",
        "names have labels of letters, digits and hyphens with dots between them; other scripts follow IDNA 2008",
        (),
    ),
    "xn--zzzz99.org:80": (
        "has a malformed host",
        "names have labels of letters, digits and hyphens with dots between them; other scripts follow IDNA 2008",
        (),
    ),
    ":80": (
        "has no host",
        "names have labels of letters, digits and hyphens with dots between them; other scripts follow IDNA 2008",
        (),
    ),
}

_ALPHABET = "words are made of ASCII letters, digits, - and _, so that none looks like another one"

WORDS = {
    "": ("is empty", "it names nothing", ()),
    "a..b": ("has an empty word", "dots stand between words, and patterns are compared word by word", ("a.b",)),
    "a.#.b": ("has a # before its end", "it stands for all the words that follow", ("a.*.b",)),
    "a.inv*": ("has a wildcard beside other characters", "a wildcard stands for whole words, between dots", ("a.*",)),
    "inv*": ("has a wildcard beside other characters", "a wildcard stands for whole words, between dots", ()),
    "a/b": ("has the word 'a/b'", _ALPHABET, ("a.b",)),
    "ä": ("has the word '\\xe4'", _ALPHABET, ()),
}

_NAMES = "names are made of ASCII letters, digits and _, and do not begin with a digit"

VARIABLES = {
    "": ("is empty", "it names nothing", ()),
    "USER*": (
        "has a * that does not follow a _",
        "a prefix ends with _, so that USER* does not reach USERS_PASSWORD",
        ("USER_*", "USER"),
    ),
    "A*B": ("has a * before its end", "a name is written out, or ends with _* after a prefix", ()),
    "${HOME}": ("is not the name of a variable", _NAMES, ("HOME",)),
    "my-var": ("is not the name of a variable", _NAMES, ("my_var",)),
    "9A": ("is not the name of a variable", _NAMES, ()),
}

CASES = [
    (kind, text, *said)
    for kind, table in (
        (Kind.FILESYSTEM, PATHS),
        (Kind.NETWORK, ENDPOINTS),
        (Kind.STORAGE, WORDS),
        (Kind.MESSAGING, WORDS),
        (Kind.ENVIRONMENT, VARIABLES),
    )
    for text, said in table.items()
]


@pytest.mark.parametrize(("kind", "text", "said", "why", "instead"), CASES)
def test_what_is_wrong_with_a_pattern(kind, text, said, why, instead):
    with pytest.raises(PatternError) as caught:
        SYNTAX[kind].pattern(text)

    assert (caught.value.said, caught.value.why, caught.value.instead) == (said, why, instead)
    assert caught.value.text == text


@pytest.mark.parametrize(("kind", "text", "said", "why", "instead"), CASES)
def test_what_is_proposed_instead_is_a_pattern_that_keeps_the_sandbox(kind, text, said, why, instead):
    for proposed in instead:
        assert not SYNTAX[kind].pattern(proposed).is_boundless


def test_the_message_has_all_of_it():
    with pytest.raises(PatternError) as caught:
        SYNTAX[Kind.FILESYSTEM].pattern("data/*")

    assert str(caught.value) == (
        "the pattern 'data/*' is not absolute: it would be another place for everybody who reads it"
    )
    assert caught.value.code == "pattern-error"
    assert caught.value.hint == "write one of the forms that docs/guides/capabilities.md shows"
