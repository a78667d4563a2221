"""`docs/guides/capabilities.md` says what is true: its examples decide as they are printed, its tables are complete."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from airssys.capabilities import ACTIONS, INCLUDED, Kind, Request
from airssys.manifest import MalformedPattern, load_manifest
from airssys.manifest._capabilities import MAX_PATTERN_CHARACTERS, MAX_PATTERNS, MAX_RATIONALE_CHARACTERS
from airssys.manifest._capability_problems import CAPABILITIES_GUIDE

TEXT = (Path(__file__).parents[3] / CAPABILITIES_GUIDE).read_text(encoding="utf-8")
HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n\n[resources.memory]\nmax_bytes = 1048576\n'

EXAMPLE = re.compile(r"^### (\d+)\. (.+?)$(?:(?!^###).)*?^```toml\n(.*?)^```\n\n^```text\n(.*?)^```", re.M | re.S)
EXAMPLES = {f"{number} {title}": (toml, text) for number, title, toml, text in EXAMPLE.findall(TEXT)}


def test_there_are_twelve_examples():
    assert [int(title.split()[0]) for title in EXAMPLES] == [*range(1, 13)]


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_decides_as_it_is_printed(tmp_path, title):
    toml, text = EXAMPLES[title]
    path = tmp_path / "Component.toml"
    path.write_text(HEAD + toml, encoding="utf-8")

    rights = load_manifest(path).capabilities

    said = dict(line.split(" ", 1)[::-1] for line in text.splitlines())
    assert {request: "allowed" if rights.allows(Request.parse(request)) else "refused" for request in said} == said
    assert set(said.values()) == {"allowed", "refused"}


def test_every_list_of_the_first_example_is_asked_for(tmp_path):
    (first,) = re.findall(r"```toml\n(.*?)```", TEXT.partition("## Twelve examples")[0], re.S)
    path = tmp_path / "Component.toml"
    path.write_text(HEAD + first, encoding="utf-8")

    manifest = load_manifest(path)

    assert len(manifest.capabilities) == 4
    assert set(manifest.rationale) == {Kind.FILESYSTEM, Kind.NETWORK}


def test_every_kind_and_action_is_in_the_table():
    rows = {row[0]: row for row in re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT, re.M)}

    assert [*rows] == [*Kind]
    for kind, actions in ACTIONS.items():
        assert all(f"`{action}`" in rows[kind][1] for action in actions)
        assert all(operation in rows[kind][1] for operation in INCLUDED.get(kind, {}))


def test_the_message_is_what_is_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("Component.toml").write_text(HEAD + '[capabilities]\nfilesystem.read = ["/srv/in/"]\n', encoding="utf-8")

    with pytest.raises(MalformedPattern) as caught:
        load_manifest("Component.toml")

    assert f"```text\n{caught.value}\n```" in TEXT


def test_the_python_example_prints_what_it_says():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(code, {})

    assert printed.getvalue().splitlines() == [
        "filesystem read /srv/in/2026/*",
        "filesystem read /srv/in/**",
        "network connect rates.example.org:443",
        "filesystem read /srv/in/**",
    ]


def test_the_bounds_are_those_that_are_enforced():
    assert f"A list may have {MAX_PATTERNS} patterns of {MAX_PATTERN_CHARACTERS} characters" in TEXT
    assert f"a rationale {MAX_RATIONALE_CHARACTERS} characters" in TEXT
