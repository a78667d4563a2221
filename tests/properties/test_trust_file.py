"""The trust file: any text is rules or a refusal, edits touch one rule, and no forged seal is accepted."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from airssys.errors import TrustFileInvalid
from airssys.trust import TrustConfig
from airssys.trust._blocks import Blocks
from airssys.trust._seal import SealBroken, SealRecord
from tests.unit.trust.things import COMMIT, key

RECORD = SealRecord(key=bytes(range(32)), generation=7)
FRAGMENTS = [
    *["[[rule]]\n", "[rule]\n", "\n", "#", '"', "'", "=", "[", "]", "{", "}", ",", " ", "\0", "\u202e"],
    *["rule", "name", "kind", "path", "url", "key", "commit", "checkouts", "sha256", "components", "signed_after"],
    *[
        ' = "local"\n',
        ' = "git"\n',
        ' = "signing_key"\n',
        ' = "/srv/*"\n',
        f' = "{COMMIT}"\n',
        f' = "{key().public.text}"\n',
    ],
    *[" = 1\n", " = []\n", " = 2026-01-31T00:00:00Z\n", " = 'https://git.example.org/a'\n", "= true\n", "= ''\n"],
]
NAMES = st.text("abc-.", min_size=1, max_size=4).filter(lambda name: name[0].isalpha())
PATHS = st.sampled_from(
    ["/srv/*", "", '"', "'''", "\\", "\\u0041", "#", "[[rule]]", "\n[[rule]]\n", "\r", "\t", "\x7f", "é😀"]
)
COMMENTS = st.sampled_from(["", "\n", "# one\n", "# one\n# two\n", "\n\n# [[rule]]\n", "# one\n\n\n# two\n", "  #\n"])


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=30).map("".join))
def test_any_text_is_rules_or_refused_with_every_problem_on_a_line(text):
    try:
        rules = TrustConfig.parse(text).rules
    except TrustFileInvalid as error:
        problems = error.problems
    else:
        assert len({rule.name for rule in rules}) == len(rules) == len(tomllib.loads(text).get("rule", []))
        return
    assert problems
    assert all(problem.isprintable() for problem in problems)


@given(st.text())
def test_a_text_is_cut_into_blocks_without_losing_a_character(text):
    assert Blocks.of(text).text == text


@given(
    st.lists(st.tuples(NAMES, PATHS), max_size=5, unique_by=lambda each: each[0]),
    st.lists(COMMENTS, min_size=6, max_size=6),
    PATHS,
)
def test_an_edit_changes_one_rule_and_keeps_every_other_one(rules, comments, path_added):
    """Over files with comments anywhere: what `tomllib` reads afterwards is what it read before, but for one rule."""
    text = ""
    for (name, path), comment in zip(rules, comments, strict=False):
        text += Blocks(head=comment, rules=()).with_rule({"name": name, "path": path}, first=False).text + comment
    before = tomllib.loads(text).get("rule", [])
    blocks = Blocks.of(text)
    assert [rule["name"] for rule in before] == [name for name, _ in rules]
    assert len(blocks.rules) == len(before)

    added = {"name": "added", "path": path_added}
    assert tomllib.loads(blocks.with_rule(added, first=False).text)["rule"] == [*before, added]
    assert tomllib.loads(blocks.with_rule(added, first=True).text)["rule"] == [added, *before]
    for position in range(len(before)):
        others = before[:position] + before[position + 1 :]
        assert tomllib.loads(blocks.without_rule(position).text).get("rule", []) == others
        revoked = tomllib.loads(blocks.with_key(position, "revoked", "why").text)["rule"]
        assert revoked[position] == before[position] | {"revoked": "why"}
        assert revoked[:position] + revoked[position + 1 :] == others


@given(st.text(), st.data())
def test_no_change_of_a_sealed_file_is_accepted(text, data):
    try:
        content = bytearray(RECORD.seal(text))
    except UnicodeEncodeError:
        return
    assert RECORD.unseal(bytes(content)).text.rstrip("\n") == text.rstrip("\n")
    position = data.draw(st.integers(0, len(content)))
    changed = bytes(content[:position] + data.draw(st.binary(min_size=1, max_size=3)) + content[position + 1 :])
    if changed == content:
        return
    try:
        RECORD.unseal(changed)
    except SealBroken:
        return
    raise AssertionError(changed)
