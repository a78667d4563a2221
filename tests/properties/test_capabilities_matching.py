"""Matching: what a pattern means, told in another way; total; monotone; and never across a separator."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

from hypothesis import assume, given
from hypothesis import strategies as st

from airssys.capabilities import (
    ACTIONS,
    SYNTAX,
    Action,
    Capability,
    CapabilityError,
    CapabilitySet,
    Kind,
    Pattern,
    PatternError,
    Request,
)

from .capability_strategies import (
    any_capability,
    capabilities,
    kinds,
    path_patterns,
    paths,
    requests,
    word_patterns,
    words,
)


def admits(pattern: Capability, request: Request) -> bool:
    return CapabilitySet([pattern]).allows(request) is not None


def read(pattern: str) -> Capability:
    return Capability.parse("filesystem", "read", pattern)


def matches_path(pattern: str, path: str) -> bool:
    """The definition, segment by segment, with the standard library's matcher inside of a segment."""
    return _matches(tuple(pattern.split("/")[1:]), tuple(path.split("/")[1:])) if path != "/" else _may_be_root(pattern)


def _may_be_root(pattern: str) -> bool:
    return set(pattern.split("/")[1:]) <= {"**", ""}


@cache
def _matches(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    if not pattern:
        return not segments
    if pattern[0] == "**":
        return any(_matches(pattern[1:], segments[skipped:]) for skipped in range(len(segments) + 1))
    return bool(segments) and fnmatchcase(segments[0], pattern[0]) and _matches(pattern[1:], segments[1:])


@given(pattern=path_patterns, path=paths)
def test_a_path_is_matched_as_its_definition_says(pattern, path):
    assume(not any(segment in (".", "..") for segment in path.split("/")))

    assert admits(read(pattern), Request(Kind.FILESYSTEM, Action.READ, path)) == matches_path(pattern, path)


@given(pattern=word_patterns, text=words)
def test_words_are_matched_as_their_definition_says(pattern, text):
    right = Capability.parse("storage", "write", pattern)
    same_path = pattern.replace("#", "**").replace(".", "/")

    matched = matches_path(f"/{same_path}", "/" + text.replace(".", "/"))

    assert admits(right, Request(Kind.STORAGE, Action.WRITE, text)) == matched


#: An action of each kind.
ACTION = {kind: actions[0] for kind, actions in ACTIONS.items()}

#: What paths, endpoints, words and names are made of, and what has fooled somebody in each of them.
FRAGMENTS = [
    *[
        *"ab/.*?[]!^-{}~$#%\\:@_=\0\n 19",
        "**",
        "..",
        "://",
        "xn--",
        "\u3002",
        "\uff0e",
        "\u0430",
        "ß",
        "\u202e",
        "\udcff",
    ],
    *[
        "[::",
        "]",
        "::ffff:",
        "10.0.0.0/8",
        "/32",
        "127.1",
        "0x7f",
        ":80",
        ":*",
        "80-90",
        "example.org",
        "*.",
        "A_",
        "_*",
    ],
]
soup = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)


@given(kind=st.sampled_from(Kind), text=st.text(max_size=40) | soup, resource=st.text(max_size=40) | soup)
def test_any_text_is_a_pattern_or_a_pattern_error_and_any_text_can_be_asked_for(kind, text, resource):
    pattern = pattern_or_error(kind, text)
    if isinstance(pattern, PatternError):
        assert pattern.said
        assert pattern.why
        assert not any(SYNTAX[kind].pattern(proposed).is_boundless for proposed in pattern.instead)
        return
    right = Capability(kind, ACTION[kind], pattern)

    assert CapabilitySet([right]).allows(Request(kind, right.action, resource)) in (None, right)
    assert SYNTAX[kind].pattern(pattern.text) == pattern


def pattern_or_error(kind: Kind, text: str) -> Pattern | PatternError:
    try:
        return SYNTAX[kind].pattern(text)
    except PatternError as error:
        return error


@given(text=soup)
def test_any_text_is_a_request_or_a_capability_error(text):
    try:
        request = Request.parse(f"filesystem read {text}")
    except CapabilityError:
        return

    assert (request.fault is None) == (request.normal is not None)


@given(data=st.data(), kind=kinds)
def test_the_narrowest_capability_admits_its_request_and_no_other(data, kind):
    request, other = data.draw(requests(kind)), data.draw(requests(kind))
    narrowest = request.narrowest()

    assert narrowest is None or admits(narrowest, request)
    assert narrowest is None or admits(narrowest, other) == (other == request)


@given(path=paths, pattern=st.sampled_from(["/*", "/a*", "/?", "/[!a]*", "/[+-9]*", "/*b", "/a*b*c"]))
def test_no_wildcard_but_two_stars_crosses_a_slash(path, pattern):
    if admits(read(pattern), Request(Kind.FILESYSTEM, Action.READ, path)):
        assert path.count("/") == 1


#: For each wildcard, what is narrower.
NARROWER = {"**": ["*", "*/*", "a/**", "**/b", "a"], "*": ["?", "a*", "*b", "ab"], "?": ["[ab]", "a"], "[ab]": ["a"]}


@given(pattern=path_patterns, data=st.data())
def test_a_narrower_pattern_never_admits_more(pattern, data):
    wildcard = data.draw(st.sampled_from([*NARROWER]))
    narrower = data.draw(st.sampled_from(NARROWER[wildcard]))
    assume(wildcard in pattern.replace("**", "" if wildcard == "*" else "**"))
    replaced = pattern.replace(wildcard, narrower, 1) if wildcard != "*" else _one_star(pattern, narrower)
    try:
        narrow = read(replaced)
    except PatternError:
        assume(False)
    request = data.draw(requests(Kind.FILESYSTEM))

    assert read(pattern).covers(narrow)
    if admits(narrow, request):
        assert admits(read(pattern), request)


def _one_star(pattern: str, narrower: str) -> str:
    return pattern.replace("**", "\0").replace("*", narrower, 1).replace("\0", "**")


@given(data=st.data(), kind=kinds)
def test_a_set_admits_what_one_of_its_capabilities_admits(data, kind):
    some = data.draw(st.lists(capabilities(kind), max_size=6))
    request = data.draw(requests(kind))

    assert (CapabilitySet(some).allows(request) is not None) == any(admits(each, request) for each in some)


@given(right=any_capability, other=any_capability, data=st.data())
def test_kinds_never_mix(right, other, data):
    request = data.draw(requests(other.kind))
    assume(right.kind != request.kind)

    assert not admits(right, request)
