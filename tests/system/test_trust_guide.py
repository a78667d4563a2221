"""`docs/guides/trust.md` says what is true: its commands print what it shows, its rules and its program can be used."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess

from airssys.trust import GitRule, LocalRule, SigningKeyRule, TrustConfig, TrustLevel
from tests.system.conftest import EXAMPLES
from tests.system.guides import blocks, matches

GUIDE = EXAMPLES.parent / "docs" / "guides" / "trust.md"
TEXT = GUIDE.read_text("utf-8")


def test_the_commands_print_what_the_guide_shows(inside, airssys, monkeypatch):
    """From the first to the last, as somebody pastes them."""
    (airssys.folder / "examples").symlink_to(EXAMPLES)
    for command, shown in (each for block in blocks(GUIDE) for each in block):
        first, *words = shlex.split(command)
        if first == "airssys":
            ended = inside(*words)
            assert matches(shown, ended.out + ended.err), (command, ended)
        elif first == "export":
            monkeypatch.setenv(*words[0].split("=", 1))
        else:
            subprocess.run(command, shell=True, cwd=airssys.folder, check=True)


def test_every_rule_of_the_guide_is_a_rule():
    tables = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    rules = TrustConfig.parse("\n".join(tables)).rules

    assert [type(rule) for rule in rules] == [SigningKeyRule, GitRule, GitRule, LocalRule, LocalRule]


def test_every_level_is_explained():
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE) == [*TrustLevel]


def test_the_program_prints_what_it_says():
    (code,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(code, {})

    assert printed.getvalue().splitlines() == [
        "unknown",
        "our-components: /tmp/greeter.wasm cannot be looked at: No such file or directory",
    ]


def test_the_page_of_the_command_line_lists_every_key_of_every_answer(inside, project, monkeypatch):
    page = (GUIDE.parent / "cli.md").read_text("utf-8")
    listed = {
        verb: set(re.findall(r"`([a-z_0-9]+)`", row))
        for verb, row in re.findall(r"^\| `(\w+)` \| (.*) \|$", page, re.M)
    }
    monkeypatch.setenv("AIRSSYS_TRUST", "trust.toml")
    folder = project("(component)")

    for words in (
        ["keygen", "k"],
        ["sign", folder, "--key", "k"],
        ["trust", "add-key", "k.pub", "--name", "a"],
        ["trust", "list"],
        ["trust", "verify"],
        ["trust", "verify", folder],
        ["trust", "revoke", "a", "--reason", "lost"],
        ["trust", "remove", "a"],
    ):
        assert set(inside(*words, "--json").json) <= listed[words[0]]
