"""What is looked for before a pattern is tried: every match has it, so leaving out the rest loses no match."""

from __future__ import annotations

import pytest

from airssys.capabilities import CapabilitySet, PathPattern, Request
from airssys.capabilities._chains import MAX_NEEDED, needed_text


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("/**/.ssh/**", "/.ssh"),
        ("/a/**/bcd/e/*", "/bcd/e/"),
        ("/**/*.xml", ".xml"),
        ("/**/ab*cde?f", "/ab"),
        ("/**", ""),
        ("/*/**", "/"),
        ("/[ab]c/**", "/"),
        (f"/**/{'a' * 40}", "/" + "a" * (MAX_NEEDED - 1)),
    ],
)
def test_the_longest_text_between_wildcards_is_needed(pattern, needed):
    assert needed_text(PathPattern(pattern).chain, "/") == needed


@pytest.mark.parametrize("path", ["/.ssh", "/.ssh/a", "/a/.ssh", "/a/b/.ssh/c/d"])
def test_what_has_it_is_found(path):
    assert CapabilitySet.of({"filesystem.read": ["/**/.ssh/**"]}).allows(Request.parse(f"filesystem read {path}"))


@pytest.mark.parametrize("path", ["/", "/ssh", "/a/.sshd", "/a/x.ssh", "/a.ssh/b"])
def test_what_only_nearly_has_it_is_not(path):
    assert not CapabilitySet.of({"filesystem.read": ["/**/.ssh/**"]}).allows(Request.parse(f"filesystem read {path}"))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/proc/self/mem", "/proc/self/**"),
        ("/proc/42/mem", "/proc/[0-9]*/**"),
        ("/proc/cpuinfo", None),
        ("/var/lib/airssys/a/b", "/var/lib/airssys/**"),
        ("/var/lib/airssys", "/var/lib/airssys/**"),
        ("/var/lib", None),
        ("/var/lib/other/airssys", None),
        ("/", None),
    ],
)
def test_patterns_with_different_beginnings_are_found_by_them(path, found):
    rights = CapabilitySet.of({"filesystem.read": ["/proc/self/**", "/proc/[0-9]*/**", "/var/lib/airssys/**"]})

    admitting = rights.allows(Request.parse(f"filesystem read {path}"))

    assert (None if admitting is None else admitting.pattern.text) == found
