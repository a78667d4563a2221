"""Sets: folded, compared, put together, written down and read again."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from airssys.capabilities import Capability, CapabilityError, CapabilitySet, PatternError, Request

DECLARED = CapabilitySet.of(
    {
        "network.connect": ["rates.example.org:443", "*.mirror.example.org:443"],
        "filesystem.read": ["/srv/in/**/*.xml", "/etc/app/rules.toml"],
        "storage.write": ["invoices"],
    }
)


def read(*patterns: str) -> CapabilitySet:
    return CapabilitySet.of({"filesystem.read": patterns})


def texts(rights: CapabilitySet) -> list[str]:
    return [str(each) for each in rights]


def test_a_set_is_shown_by_kind_and_then_by_text():
    assert texts(DECLARED) == [
        "filesystem read /etc/app/rules.toml",
        "filesystem read /srv/in/**/*.xml",
        "network connect *.mirror.example.org:443",
        "network connect rates.example.org:443",
        "storage write invoices",
    ]
    assert str(DECLARED).splitlines() == texts(DECLARED)


def test_a_set_is_a_collection():
    assert len(DECLARED) == 5
    assert DECLARED
    assert not CapabilitySet()
    assert Capability.parse("storage", "write", "invoices") in DECLARED
    assert Capability.parse("storage", "read", "invoices") not in DECLARED


def test_a_set_does_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DECLARED.capabilities = ()  # type: ignore[misc]


def test_a_storage_right_opens_no_path():
    rights = CapabilitySet.of({"storage.read": ["etc.passwd", "srv"]})

    assert rights.allows(Request.parse("filesystem read /etc/passwd")) is None
    assert rights.allows(Request.parse("filesystem read /srv")) is None
    assert rights.allows(Request.parse("messaging send srv")) is None


def test_who_may_write_may_not_read_for_that():
    rights = CapabilitySet.of({"filesystem.write": ["/srv/**"]})

    assert rights.allows(Request.parse("filesystem write /srv/a")) is not None
    assert rights.allows(Request.parse("filesystem read /srv/a")) is None


def test_the_empty_set_admits_nothing():
    assert CapabilitySet().allows(Request.parse("filesystem read /a")) is None


def test_the_capability_that_admits_a_request_is_given_back():
    assert str(DECLARED.allows(Request.parse("filesystem read /srv/in/2024/a.xml"))) == (
        "filesystem read /srv/in/**/*.xml"
    )


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        (["/srv/**", "/srv/in/*"], ["/srv/**"]),
        (["/srv/in/*", "/srv/**", "/srv"], ["/srv/**"]),
        (["/srv/*", "/srv/a", "/srv/b/c"], ["/srv/*", "/srv/b/c"]),
        (["/srv/[ab]", "/srv/a"], ["/srv/[ab]"]),
        (["/srv/**/*", "/srv/*/**"], ["/srv/*/**"]),
        (["/srv/*/b", "/srv/a/*"], ["/srv/*/b", "/srv/a/*"]),
        (["/*a?b*", "/*[ab]b*"], ["/*[ab]b*", "/*a?b*"]),
    ],
)
def test_what_another_pattern_covers_is_folded(patterns, kept):
    assert [each.pattern.text for each in read(*patterns)] == kept


def test_ports_and_hosts_are_folded_as_well():
    rights = CapabilitySet.of(
        {"network.connect": ["a.org:80", "a.org:80-90", "b.a.org:80", "*.a.org:*", "10.1.0.0/16:1", "10.0.0.0/8:1"]}
    )

    assert [each.pattern.text for each in rights] == ["*.a.org:*", "10.0.0.0/8:1", "a.org:80-90"]


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ("/srv/**", "/srv/in/*", ["/srv/in/*"]),
        ("/srv/*/a", "/srv/b/*", ["/srv/b/a"]),
        ("/srv/*.xml", "/srv/a*", ["/srv/a*.xml"]),
        ("/srv/a*", "/srv/*a", ["/srv/a", "/srv/a*a"]),
        ("/srv/[a-m]*", "/srv/[g-z]x", ["/srv/[g-m]x"]),
        ("/**/b", "/a/**", ["/a/**/b"]),
        ("/a/**/b", "/**/a/b", ["/a/**/a/b", "/a/b"]),
        ("/srv/a", "/srv/b", []),
        ("/srv/?", "/srv/ab", []),
        ("/srv/**", "/database", []),
    ],
)
def test_what_two_patterns_have_in_common(left, right, both):
    assert [each.pattern.text for each in read(left).intersection(read(right))] == both


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        ("*.a.org:80-90", "b.a.org:85-443", ["b.a.org:85-90"]),
        ("*:443", "*.a.org:*", ["*.a.org:443"]),
        ("10.0.0.0/8:*", "10.1.0.0/16:80", ["10.1.0.0/16:80"]),
        ("*.a.org:80", "a.org:80", []),
        ("a.org:80", "a.org:81", []),
        ("10.0.0.0/8:80", "[2001:db8::/32]:80", []),
    ],
)
def test_what_two_endpoints_have_in_common(left, right, both):
    sides = [CapabilitySet.of({"network.connect": [each]}) for each in (left, right)]

    assert [each.pattern.text for each in sides[0].intersection(sides[1])] == both


def test_the_effective_rights_are_what_everybody_agrees_on():
    approved = CapabilitySet.of({"filesystem.read": ["/srv/in/2024/**"], "storage.write": ["invoices"]})
    policy = CapabilitySet.of({"filesystem.read": ["/srv/**"], "storage.write": ["inv.#", "invoices"]})

    assert texts(DECLARED.intersection(approved).intersection(policy)) == [
        "filesystem read /srv/in/2024/**/*.xml",
        "storage write invoices",
    ]


def test_the_difference_is_what_a_new_version_asks_for_besides():
    newer = DECLARED.union(CapabilitySet.of({"filesystem.read": ["/srv/in/a/b.xml", "/srv/out/*"]}))

    assert texts(newer.difference(DECLARED)) == ["filesystem read /srv/out/*"]
    assert DECLARED.difference(newer) == CapabilitySet()
    assert newer.covers(DECLARED)
    assert not DECLARED.covers(newer)


def test_several_patterns_may_cover_one_together():
    halves = read("/srv/[a-m]*", "/srv/[!a-m]*")
    ports = CapabilitySet.of({"network.connect": ["a.org:1-100", "*.org.test:1", "a.org:101-200"]})

    assert halves.covers(read("/srv/*"))
    assert not read("/srv/[a-m]*").covers(read("/srv/*"))
    assert ports.covers(Capability.parse("network", "connect", "a.org:50-150"))
    assert not ports.covers(Capability.parse("network", "connect", "a.org:50-201"))


def test_a_set_that_was_written_in_another_way_is_the_same():
    again = CapabilitySet.of(
        {
            "storage.write": ["invoices", "invoices"],
            "filesystem.read": ["/etc/app/rules.toml", "/srv/in/**/*.xml", "/srv/in/a.xml"],
            "network.connect": ["*.MIRROR.example.org.:443", "Rates.example.org:443-443"],
        }
    )

    assert again == DECLARED
    assert hash(again) == hash(DECLARED)
    assert again.digest == DECLARED.digest


def test_the_canonical_text_is_pinned():
    assert DECLARED.canonical == (
        '{"filesystem.read":["/etc/app/rules.toml","/srv/in/**/*.xml"],'
        '"network.connect":["*.mirror.example.org:443","rates.example.org:443"],"storage.write":["invoices"]}'
    )
    assert CapabilitySet().canonical == "{}"


def test_the_digest_is_pinned():
    """Approvals are stored with it: another digest for the same rights would withdraw them."""
    assert DECLARED.digest == "08ad934673526c6253d56cbd37fdcccf64c3033b2bc400f77405e3183c11cd7c"
    assert CapabilitySet().digest == "6f25c48cf107ac45deb89f47556e643cca8e3a9b886a9eb40a1ab071f909b3a6"


def test_a_set_survives_being_written_pickled_and_copied():
    assert CapabilitySet.from_canonical(DECLARED.canonical) == DECLARED
    assert pickle.loads(pickle.dumps(DECLARED)) == DECLARED
    assert copy.deepcopy(DECLARED) == DECLARED
    assert pickle.loads(pickle.dumps(DECLARED.capabilities[0])) == DECLARED.capabilities[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"filesystem.read": "/a"}', '{"filesystem.read": [1]}', '{"filesystem": ["/a"]}', "null"]
)
def test_what_is_no_canonical_text_is_refused(text):
    with pytest.raises(CapabilityError):
        CapabilitySet.from_canonical(text)


def test_a_malformed_pattern_makes_no_set():
    with pytest.raises(PatternError):
        read("/srv/..")
