"""Patterns and resources as hypothesis makes them: from few characters, so that they often meet."""

from __future__ import annotations

from hypothesis import strategies as st

from airssys.capabilities import Action, Capability, CapabilitySet, Kind, Request

#: Pieces of a segment. With so few characters a wildcard often matches in more than one way.
_PIECES = ["a", "b", "ab", "*", "?", "[ab]", "[!a]", "[a-c]", "c", "."]

path_patterns = (
    st.lists(
        st.one_of(st.just("**"), st.just("*"), st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4).map("".join)),
        max_size=5,
    )
    .filter(lambda segments: not any(("**" in each and each != "**") or each in (".", "..") for each in segments))
    .map(lambda segments: "/" + "/".join(segments))
)

paths = st.lists(st.text("abc.", min_size=1, max_size=4), max_size=5).map(lambda segments: "/" + "/".join(segments))

_words = st.lists(st.sampled_from(["a", "b", "ab", "*"]), min_size=1, max_size=4).map(".".join)
word_patterns = st.one_of(_words, _words.map(lambda words: f"{words}.#"), st.just("#"))
words = st.lists(st.sampled_from(["a", "b", "ab", "c"]), min_size=1, max_size=5).map(".".join)

_names = st.sampled_from(["A", "A_", "A_B", "A_B_", "AB", "B_C", "_"])
variable_patterns = st.one_of(_names, _names.filter(lambda name: name.endswith("_")).map(lambda name: f"{name}*"))
variables = st.sampled_from(["A", "A_", "A_B", "A_B_", "A_B_C", "AB", "B_C", "B_CD", "_", "_A"])

_hosts = ["*", "*.org", "*.a.org", "*.b.a.org", "a.org", "b.a.org", "c.b.a.org", "evila.org"]
_blocks = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "[::/0]", "[2001:db8::/32]", "[2001:db8::1]"]
_ports = st.sampled_from(["*", "80", "443", "80-90", "85-100", "1-79", "91-65535"])
endpoint_patterns = st.builds(lambda host, ports: f"{host}:{ports}", st.sampled_from(_hosts + _blocks), _ports)
endpoints = st.builds(
    lambda host, port: f"{host}:{port}",
    st.sampled_from(
        [*_hosts[4:], "d.c.b.a.org", "org", "10.1.2.3", "10.9.9.9", "11.0.0.1", "[2001:db8::1]", "[2001:db9::1]"]
    ),
    st.sampled_from([1, 79, 80, 85, 90, 91, 100, 443, 65535]),
)

_OF_KIND = {
    Kind.FILESYSTEM: (Action.READ, path_patterns, paths),
    Kind.NETWORK: (Action.CONNECT, endpoint_patterns, endpoints),
    Kind.STORAGE: (Action.WRITE, word_patterns, words),
    Kind.ENVIRONMENT: (Action.READ, variable_patterns, variables),
}

kinds = st.sampled_from([*_OF_KIND])


def capabilities(kind: Kind) -> st.SearchStrategy[Capability]:
    """Capabilities of one kind and one action."""
    action, patterns, _ = _OF_KIND[kind]
    return patterns.map(lambda text: Capability.parse(kind, action, text))


def requests(kind: Kind) -> st.SearchStrategy[Request]:
    """Requests that such capabilities are about."""
    action, _, resources = _OF_KIND[kind]
    return resources.map(lambda text: Request(kind, action, text))


any_capability = kinds.flatmap(capabilities)
any_request = kinds.flatmap(requests)
sets = st.lists(any_capability, max_size=5).map(CapabilitySet)


@st.composite
def sets_and_request(draw: st.DrawFn, count: int) -> tuple[list[CapabilitySet], Request]:
    """Several sets, and a request that is about the same kind as most of what they hold."""
    kind = draw(kinds)
    some = st.lists(st.one_of(capabilities(kind), capabilities(kind), any_capability), max_size=5).map(CapabilitySet)
    return [draw(some) for _ in range(count)], draw(requests(kind))
