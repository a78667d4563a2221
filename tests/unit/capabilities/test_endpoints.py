"""Endpoints: which names, addresses and ports each pattern matches."""

from __future__ import annotations

import pytest

from airssys.capabilities import EndpointPattern

from .asking import connects

MATCHING = [
    # names
    ("example.org:443", "example.org:443"),
    ("example.org:443", "EXAMPLE.Org:443"),
    ("example.org:443", "example.org.:443"),
    ("Example.ORG.:443", "example.org:443"),
    ("localhost:80", "localhost:80"),
    ("my_service:80", "my_service:80"),
    ("xn--bcher-kva.example:443", "bücher.example:443"),
    ("bücher.example:443", "xn--bcher-kva.example:443"),
    ("bücher.example:443", "BÜCHER.example:443"),
    ("bücher.example:443", "bu\u0308cher.example:443"),
    ("bücher.example:443", "bücher\u3002example:443"),
    ("example.org:443", "\uff25xample.org:443"),
    # everything below a name
    ("*.example.org:443", "a.example.org:443"),
    ("*.example.org:443", "a.b.c.example.org:443"),
    ("*.example.org:443", "A.EXAMPLE.ORG.:443"),
    ("*.bücher.example:443", "a.xn--bcher-kva.example:443"),
    ("*.co.uk:443", "example.co.uk:443"),
    # addresses
    ("192.0.2.1:80", "192.0.2.1:80"),
    ("10.0.0.0/8:80", "10.255.0.1:80"),
    ("10.0.0.0/8:80", "10.0.0.0:80"),
    ("10.1.2.3/32:80", "10.1.2.3:80"),
    ("192.0.2.128/25:80", "192.0.2.255:80"),
    ("[2001:db8::1]:80", "[2001:db8::1]:80"),
    ("[2001:db8::1]:80", "[2001:0DB8:0:0::0001]:80"),
    ("[2001:db8::/32]:80", "[2001:db8:ffff::1]:80"),
    ("[fc00::/7]:80", "[fd12::1]:80"),
    # an IPv4 address that is mapped into IPv6 is that address
    ("192.0.2.1:80", "[::ffff:192.0.2.1]:80"),
    ("192.0.2.1:80", "[::ffff:c000:201]:80"),
    ("[::ffff:192.0.2.1]:80", "192.0.2.1:80"),
    ("10.0.0.0/8:80", "[::ffff:10.1.2.3]:80"),
    ("[::ffff:10.0.0.0/104]:80", "10.1.2.3:80"),
    # ports
    ("example.org:*", "example.org:1"),
    ("example.org:*", "example.org:65535"),
    ("example.org:8000-8080", "example.org:8000"),
    ("example.org:8000-8080", "example.org:8080"),
    ("example.org:80-80", "example.org:80"),
    # every host
    ("*:443", "example.org:443"),
    ("*:443", "192.0.2.1:443"),
    ("*:443", "[2001:db8::1]:443"),
    ("*", "example.org:1"),
]

REFUSING = [
    # names
    ("example.org:443", "example.com:443"),
    ("example.org:443", "www.example.org:443"),
    ("example.org:443", "evilexample.org:443"),
    ("example.org:443", "example.org.evil.com:443"),
    ("example.org:443", "exampleXorg:443"),
    # below a name: not the name itself, not a name that only ends like it
    ("*.example.org:443", "example.org:443"),
    ("*.example.org:443", "evilexample.org:443"),
    ("*.example.org:443", "a.example.org.evil.com:443"),
    ("*.example.org:443", ".example.org:443"),
    ("*.example.org:443", "a..example.org:443"),
    ("*.example.org:443", "a.example.com:443"),
    # look-alikes are other names
    ("example.org:443", "ex\u0430mple.org:443"),
    ("example.org:443", "xn--exmple-4nf.org:443"),
    ("fass.example:443", "faß.example:443"),
    # ports
    ("example.org:443", "example.org:80"),
    ("example.org:443", "example.org:4430"),
    ("example.org:8000-8080", "example.org:7999"),
    ("example.org:8000-8080", "example.org:8081"),
    # addresses
    ("10.0.0.0/8:80", "11.0.0.1:80"),
    ("10.0.0.0/8:80", "[2001:db8::1]:80"),
    ("192.0.2.1:80", "192.0.2.10:80"),
    ("192.0.2.1:80", "[::192.0.2.1]:80"),
    ("[2001:db8::/32]:80", "[2001:db9::1]:80"),
    ("[::/96]:80", "[::ffff:192.0.2.1]:80"),
    ("[2001:db8::1]:80", "32.1.13.184:80"),
    # a name is no address, and an address no name
    ("10.0.0.0/8:80", "example.org:80"),
    ("*.0.0.1.example:80", "127.0.0.1:80"),
    ("localhost:80", "127.0.0.1:80"),
    ("127.0.0.1:80", "localhost:80"),
]

#: Nothing matches these, not even a pattern for everything.
NEVER = [
    "",
    ":",
    ":443",
    "example.org",
    "example.org:",
    "example.org:0",
    "example.org:65536",
    "example.org:-1",
    "example.org:0443",
    "example.org: 443",
    "example.org:443 ",
    "example.org:443/path",
    "example.org:https",
    "example.org:*",
    "example.org:80-90",
    "example.org:\u0664\u0664\u0663",
    "example.org:443\n",
    "https://example.org:443",
    "user@example.org:443",
    "example.org@evil.com:443",
    "*.example.org:443",
    "example..org:443",
    ".example.org:443",
    "example.org..:443",
    "-example.org:443",
    "example-.org:443",
    "exa mple.org:443",
    "example.org\x00.evil.com:443",
    "example.org%00:443",
    "example.org\\evil.com:443",
    "a" * 64 + ".org:443",
    ".".join(["a" * 60] * 5) + ":443",
    # addresses in disguise
    "127.1:80",
    "2130706433:80",
    "0x7f000001:80",
    "0x7f.1:80",
    "0177.0.0.1:80",
    "127.0.0.01:80",
    "127.0.0.1.:80",
    "\uff11\uff12\uff17.1:80",
    "a.1:80",
    "256.0.0.1:80",
    "10.0.0.0/8:80",
    # IPv6
    "2001:db8::1:80",
    "[2001:db8::1]",
    "[2001:db8::1:80",
    "[fe80::1%eth0]:80",
    "[192.0.2.1]:80",
    "[example.org]:80",
    "[]:80",
    "[2001:db8::/32]:80",
    "[:::1]:80",
    "é" * 300 + ":80",
]


@pytest.mark.parametrize(("pattern", "endpoint"), MATCHING)
def test_an_endpoint_that_matches(pattern, endpoint):
    assert connects(pattern, endpoint)


@pytest.mark.parametrize(("pattern", "endpoint"), REFUSING)
def test_an_endpoint_that_does_not_match(pattern, endpoint):
    assert not connects(pattern, endpoint)


@pytest.mark.parametrize("endpoint", NEVER)
def test_what_is_no_endpoint_matches_nothing(endpoint):
    assert not connects("*:*", endpoint)


def test_an_address_in_another_script_is_that_address():
    assert connects("127.0.0.1:80", "\uff11\uff12\uff17.0.0.1:80")


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("EXAMPLE.org.:443", "example.org:443"),
        ("bücher.example:443", "xn--bcher-kva.example:443"),
        ("*.BÜCHER.example:80-80", "*.xn--bcher-kva.example:80"),
        ("example.org:1-65535", "example.org:*"),
        ("10.1.2.3/32:80", "10.1.2.3:80"),
        ("10.0.0.0/8:80", "10.0.0.0/8:80"),
        ("[2001:0db8:0:0::/32]:80", "[2001:db8::/32]:80"),
        ("[2001:DB8::1/128]:80", "[2001:db8::1]:80"),
        ("[::ffff:10.0.0.0/104]:80", "10.0.0.0/8:80"),
        ("*", "*:*"),
    ],
)
def test_what_matches_the_same_is_shown_the_same(written, canonical):
    assert EndpointPattern(written).text == canonical
    assert EndpointPattern(canonical) == EndpointPattern(written)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("*:*", "*:443"),
        ("*:443", "*.example.org:443"),
        ("*:443", "10.0.0.0/8:443"),
        ("*.example.org:*", "*.a.example.org:80-90"),
        ("*.example.org:443", "a.example.org:443"),
        ("10.0.0.0/8:80", "10.1.0.0/16:80"),
        ("[2001:db8::/32]:80", "[2001:db8::1]:80"),
        ("example.org:80-90", "example.org:82-84"),
    ],
)
def test_a_wider_endpoint_covers_a_narrower_one(outer, inner):
    assert EndpointPattern(outer).covers(EndpointPattern(inner))
    assert not EndpointPattern(inner).covers(EndpointPattern(outer))


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("*.example.org:443", "example.org:443"),
        ("*.example.org:443", "*.evilexample.org:443"),
        ("*.a.example.org:443", "*.example.org:443"),
        ("10.0.0.0/8:80", "[2001:db8::/32]:80"),
        ("10.1.0.0/16:80", "10.0.0.0/8:80"),
        ("example.org:80-90", "example.org:85-95"),
    ],
)
def test_an_endpoint_does_not_cover_what_goes_beyond_it(outer, inner):
    assert not EndpointPattern(outer).covers(EndpointPattern(inner))
