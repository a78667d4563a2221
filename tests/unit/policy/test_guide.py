"""`docs/guides/policy.md` says what is true: its policies decide as they are printed, its tables are complete."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from airssys.errors import PolicyError
from airssys.manifest import OperatorDefaults, load_manifest
from airssys.policy import FORBIDDEN, SHIPPED_RULES, Policy, decide, default_policy_file
from airssys.policy._fields import ROLE, RULE
from tests.policies import component, request

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "policy.md"
TEXT = GUIDE.read_text(encoding="utf-8")
HEAD = '[component]\nname = "invoice"\nversion = "1.0.0"\n\n[resources.memory]\nmax_bytes = 1048576\n'

EXAMPLE = re.compile(
    r"^### (\d\. .+?)$(?:(?!^###).)*?^```toml\n(.*?)^```\n\n^```toml\n(.*?)^```\n\n^```text\n(.*?)^```", re.M | re.S
)
EXAMPLES = {title: (policy, manifest, text) for title, policy, manifest, text in EXAMPLE.findall(TEXT)}


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(text):
        Path("policy.toml").write_text(text, encoding="utf-8")
        return Policy.load("policy.toml")

    return read


def test_all_examples_are_found():
    assert [title[0] for title in EXAMPLES] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_decides_as_it_is_printed(load, tmp_path, title):
    text, manifest, printed = EXAMPLES[title]
    policy = load(text)
    (tmp_path / "Component.toml").write_text(HEAD + manifest, encoding="utf-8")
    declared = load_manifest(tmp_path, operator=OperatorDefaults(wildcards=policy.named_wildcards)).capabilities
    context = component(declared=declared, approved=declared, policy=policy)

    said = dict(line.split(" ", 1)[::-1] for line in printed.splitlines())

    assert {text: "allowed" if decide(request(text), context).allowed else "refused" for text in said} == said


def test_every_policy_of_the_page_can_be_loaded(load):
    blocks = [block for block in re.findall(r"^```toml\n(.*?)^```", TEXT, re.M | re.S) if "[capabilities]" not in block]

    assert len(blocks) == 8
    for block in blocks:
        load(block)


def test_the_first_rule_is_what_is_shipped(load):
    first, *_ = re.findall(r"^```toml\n(.*?)^```", TEXT, re.M | re.S)
    (shipped,) = SHIPPED_RULES

    written = load(first).rules[0]

    assert (written.effect, written.components, written.rights, written.reason) == (
        shipped.effect,
        shipped.components,
        shipped.rights,
        shipped.reason,
    )


def test_the_table_has_every_key_of_a_rule_and_the_page_those_of_a_role():
    rows = re.findall(r"^\| `(\w+)` \| ", TEXT.partition("## Roles")[0], re.M)

    assert rows == [*RULE]
    assert all(f"{key} = " in TEXT for key in ROLE)


def test_the_table_has_the_whole_forbidden_list():
    rows = re.findall(r"^\| `([\w-]+)` \| ", TEXT.partition("## The forbidden list")[2].partition("## ")[0], re.M)

    assert rows == [*(each.name for each in FORBIDDEN), "airssys"]


def test_the_report_is_what_is_printed(load):
    text = '[[rule]]\neffect = "permit"\ncomponents = ["*"]\nkind = "filesystem"\naction = "connect"\nresource = "/a"\n'
    with pytest.raises(PolicyError) as caught:
        load(text)

    assert f"```text\n{caught.value.message}\n```" in TEXT


def test_the_python_example_prints_what_it_says():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(code, {})

    assert printed.getvalue().splitlines() == [
        'False not-declared filesystem.read = ["/etc/passwd"]',
        "filesystem read /srv/in/a.xml",
        "not-approved",
    ]


def test_the_file_is_where_the_page_says(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    assert default_policy_file() == Path("/home/ada/.config/airssys/policy.toml")
