"""The folders that capabilities lead into."""

from __future__ import annotations

import pytest

from airssys.capabilities import CapabilitySet
from airssys.interfaces.wasi._preopens import folders_of


@pytest.mark.parametrize(
    ("patterns", "folders"),
    [
        ([], ()),
        (["/srv/in/**"], ("/srv/in",)),
        (["/srv/in/*"], ("/srv/in",)),
        (["/srv/in/*.xml"], ("/srv/in",)),
        (["/srv/in/a.xml"], ("/srv/in/a.xml",)),
        (["/srv/*/in/**"], ("/srv",)),
        (["/srv/in/**/x", "/srv/in/*"], ("/srv/in",)),
        (["/srv/b/*", "/srv/a/*"], ("/srv/a", "/srv/b")),
    ],
)
def test_a_pattern_leads_into_the_folders_before_its_first_wildcard(patterns, folders):
    for action in ("read", "write"):
        assert folders_of(CapabilitySet.of({f"filesystem.{action}": patterns})) == folders


def test_only_patterns_of_files_lead_into_folders():
    rights = CapabilitySet.of({"network.connect": ["a.org:1"], "environment.read": ["A"], "storage.read": ["x"]})

    assert folders_of(rights) == ()
