"""Changing a trust file: the rule that is meant, and no other line."""

from __future__ import annotations

import pytest

from airssys.errors import InternalError, RuleNotFound, TrustFileInvalid, TrustTampered
from airssys.trust import LocalRule, Paths, TrustConfig, accept_changes, add_rule, remove_rule, revoke_key
from airssys.trust import _edit as module
from airssys.trust._blocks import Blocks
from airssys.trust._edit import HEADER
from tests.unit.trust.conftest import LOCAL
from tests.unit.trust.things import key

KEY = {"name": "release", "kind": "signing_key", "key": key().public.text}
BY_HAND = f"""\
# my file

# the release key
[[rule]] # really
name = "release"
kind = "signing_key"
key = "{KEY["key"]}"   # from the wiki
# its last line is a comment

# where I build
# things
  [[ rule ]]
name = 'here'
kind = 'local'
path = '''/srv/components/**'''

[["rule"]]
name = "tmp"
kind = "local"
path = "/tmp/x/**"
"""


@pytest.fixture
def by_hand(store):
    """A file that a person wrote, accepted."""
    store.path.parent.mkdir()
    store.path.write_text(BY_HAND)
    accept_changes(store, BY_HAND)
    return store


def names(store):
    return [rule.name for rule in TrustConfig.load(store.path).rules]


def test_the_first_rule_makes_the_file(store):
    assert add_rule(store, LOCAL) == LocalRule(name="here", path=Paths("/srv/components/**"))
    assert store.read().text == HEADER + '[[rule]]\nname = "here"\nkind = "local"\npath = "/srv/components/**"\n'


def test_a_rule_goes_behind_all_others_or_before_them(written):
    add_rule(written, LOCAL | {"name": "last"})
    add_rule(written, LOCAL | {"name": "first"}, first=True)

    assert names(written) == ["first", "here", "last"]
    assert written.read().text.startswith(HEADER + '[[rule]]\nname = "first"\n')
    assert "\n\n\n" not in written.read().text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (LOCAL | {"path": "relative"}, "path must be an absolute path"),
        (LOCAL, "there are several rules named here"),
        ({"name": "x"}, "kind must be one of"),
        (LOCAL | {"name": 'x"\nkind = "local'}, "name must be"),
        (LOCAL | {"name": "x", "path": "/srv/\n*"}, "not TOML|path must be"),
    ],
)
def test_a_rule_that_is_malformed_changes_nothing(written, values, said):
    before = written.path.read_bytes()

    with pytest.raises(TrustFileInvalid, match=said):
        add_rule(written, values)
    assert written.path.read_bytes() == before


@pytest.mark.parametrize("path", ['/srv/"quoted"/*', "/srv/'quoted'/*", "/srv/Ünïcode/*", "/srv/😀/*", "/srv/a b/*"])
def test_every_character_that_a_path_may_have_survives_the_file(written, path):
    add_rule(written, LOCAL | {"name": "odd", "path": path})

    rule = TrustConfig.load(written.path).rules[-1]
    assert isinstance(rule, LocalRule)
    assert rule.path.include(path.replace("*", "x"))


def test_adding_to_a_file_of_a_person_keeps_every_line(by_hand):
    add_rule(by_hand, LOCAL | {"name": "last"})
    add_rule(by_hand, LOCAL | {"name": "first"}, first=True)
    text = by_hand.read().text

    assert names(by_hand) == ["first", "release", "here", "tmp", "last"]
    assert set(BY_HAND.splitlines()) <= set(text.splitlines())
    assert text.index("# my file") < text.index("first") < text.index("# the release key") < text.index("release")


def test_a_rule_goes_with_the_comment_above_it_and_nothing_else_goes(by_hand):
    assert remove_rule(by_hand, "here").name == "here"

    begin, end = BY_HAND.index("# where I build"), BY_HAND.index('[["rule"]]')
    assert by_hand.read().text == BY_HAND[:begin] + BY_HAND[end:]


def test_all_rules_can_be_removed_and_new_ones_added(by_hand):
    for name in ("release", "here", "tmp"):
        remove_rule(by_hand, name)

    assert by_hand.read().text == "# my file\n\n"
    add_rule(by_hand, LOCAL)
    assert names(by_hand) == ["here"]


def test_a_revoked_key_stays_with_its_reason_and_cannot_be_added_again(by_hand):
    assert revoke_key(by_hand, "release", 'said "leaked"').revoked == 'said "leaked"'

    lines = by_hand.read().text.splitlines()
    assert lines[lines.index("# its last line is a comment") - 1] == 'revoked = "said \\"leaked\\""'
    assert len(lines) == len(BY_HAND.splitlines()) + 1
    with pytest.raises(TrustFileInvalid, match="again has the same key as release"):
        add_rule(by_hand, KEY | {"name": "again"})


def test_a_key_is_revoked_once(by_hand):
    revoke_key(by_hand, "release", "leaked")

    with pytest.raises(RuleNotFound, match="the key of rule release is revoked already"):
        revoke_key(by_hand, "release", "not really")


def test_a_rule_that_is_not_there_cannot_be_removed_or_revoked(written):
    before = written.path.read_bytes()

    for change in (lambda: remove_rule(written, "nowhere"), lambda: revoke_key(written, "nowhere", "x")):
        with pytest.raises(RuleNotFound, match="there is no rule named nowhere"):
            change()
    with pytest.raises(RuleNotFound, match="rule here is not about a key"):
        revoke_key(written, "here", "x")
    assert written.path.read_bytes() == before


def test_rules_that_are_written_inline_are_left_to_people(store):
    text = 'rule = [{ name = "a", kind = "local", path = "/srv/*" }]\n'
    store.path.parent.mkdir()
    store.path.write_text(text)
    accept_changes(store, text)

    with pytest.raises(TrustFileInvalid, match="can be edited by hand only"):
        add_rule(store, LOCAL)


def test_an_edit_that_would_change_another_rule_is_not_written(by_hand, monkeypatch):
    before = by_hand.path.read_bytes()
    monkeypatch.setattr(Blocks, "without_rule", lambda self, position: type(self)(head=self.head, rules=()))

    with pytest.raises(InternalError, match="would change other rules as well; nothing was written"):
        remove_rule(by_hand, "here")
    assert by_hand.path.read_bytes() == before


def test_a_tampered_file_is_not_edited(written):
    written.path.write_text(written.path.read_text().replace("here", "there"))

    for change in (lambda: add_rule(written, KEY), lambda: remove_rule(written, "there")):
        with pytest.raises(TrustTampered):
            change()


def test_a_malformed_file_is_not_accepted(store):
    store.path.parent.mkdir()
    store.path.write_text("[[rule]]\n")

    with pytest.raises(TrustFileInvalid):
        accept_changes(store, "[[rule]]\n")
    with pytest.raises(TrustTampered):
        store.read()


def test_accepting_gives_the_rules_that_were_accepted(by_hand):
    text = by_hand.read().text.replace('name = "tmp"', 'name = "other"')
    by_hand.path.write_text(text)

    assert [rule.name for rule in accept_changes(by_hand, text)] == ["release", "here", "other"]
    assert names(by_hand) == ["release", "here", "other"]


def test_a_new_file_says_how_it_is_changed():
    assert "airssys trust verify --accept" in module.HEADER
