"""Changing a trust file rule by rule; comments and everything else stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from airssys.errors import InternalError, RuleNotFound, TrustFileInvalid
from airssys.trust._blocks import Blocks
from airssys.trust._read import read_rules
from airssys.trust._rules import Rule, SigningKeyRule
from airssys.trust._store import TrustStore

#: How a new file begins.
HEADER: Final = """\
# Components that run without a person's approval. The first rule that matches decides; what matches none is unknown.
# `airssys trust` writes this file and seals it. After a change by hand: `airssys trust verify --accept`.

"""


Rules = tuple[Rule, ...]


def add_rule(store: TrustStore, values: Mapping[str, object], *, first: bool = False) -> Rule:
    """Add a rule behind all others, or before them; makes the file when there is none.

    Args:
        store: the trust file.
        values: the rule, as the file has it; with `name` and `kind`.
        first: it shall be asked before all others.

    Raises:
        TrustFileInvalid: the rule is malformed, or its name or key is taken; nothing changes.
        TrustTampered: the file is not what was written last; nothing changes.
    """

    def change(blocks: Blocks, _: Rules) -> Blocks:
        return blocks.with_rule(values, first=first)

    def expected(before: Rules, after: Rules) -> Rules:
        return after[:1] + before if first else before + after[-1:]

    _, after = _edit(store, change, expected)
    return after[0 if first else -1]


def remove_rule(store: TrustStore, name: str) -> Rule:
    """Remove a rule, and give it back.

    Raises:
        RuleNotFound: there is none of that name.
        TrustTampered: the file is not what was written last; nothing changes.
    """

    def change(blocks: Blocks, rules: Rules) -> Blocks:
        return blocks.without_rule(_position(rules, name))

    def expected(before: Rules, _: Rules) -> Rules:
        return tuple(rule for rule in before if rule.name != name)

    before, _ = _edit(store, change, expected)
    return before[_position(before, name)]


def revoke_key(store: TrustStore, name: str, why: str) -> SigningKeyRule:
    """Make a key stop counting, and stay known as one that must not be added again.

    Raises:
        RuleNotFound: there is no rule of that name, or it is not about a key, or its key is revoked already.
        TrustTampered: the file is not what was written last; nothing changes.
    """

    def change(blocks: Blocks, rules: Rules) -> Blocks:
        position = _position(rules, name)
        if _key_rule(rules[position]).revoked is not None:
            raise RuleNotFound(f"the key of rule {name} is revoked already")
        return blocks.with_key(position, "revoked", why)

    def expected(before: Rules, _: Rules) -> Rules:
        return tuple(replace(_key_rule(rule), revoked=why) if rule.name == name else rule for rule in before)

    _, after = _edit(store, change, expected)
    return _key_rule(after[_position(after, name)])


def accept_changes(store: TrustStore, text: str) -> Rules:
    """Seal a file that was changed by hand, when its rules are well formed.

    Args:
        store: the trust file.
        text: what a person saw in `TrustStore.unverified_text`, and wants.

    Raises:
        TrustFileInvalid: its rules are malformed; nothing changes.
        TrustTampered: the file has another text by now; nothing changes.
    """
    rules = read_rules(text, file=str(store.path))
    store.accept(text)
    return rules


def _edit(
    store: TrustStore, change: Callable[[Blocks, Rules], Blocks], expected: Callable[[Rules, Rules], Rules]
) -> tuple[Rules, Rules]:
    """Change the text, and see that its rules changed as expected and in no other way. The rules before and after."""
    before: Rules = ()
    after: Rules = ()

    def edited(text: str) -> str:
        nonlocal before, after
        file = str(store.path)
        before = read_rules(text, file=file)
        blocks = Blocks.of(text or HEADER)
        if len(blocks.rules) != len(before):
            raise TrustFileInvalid(f"{file} can be edited by hand only: not all of its rules begin with [[rule]]")
        new_text = change(blocks, before).text
        after = read_rules(new_text, file=file)
        if after != expected(before, after):
            raise InternalError("this edit of the trust file would change other rules as well; nothing was written")
        return new_text

    store.write(edited)
    return before, after


def _position(rules: Rules, name: str) -> int:
    for position, rule in enumerate(rules):
        if rule.name == name:
            return position
    raise RuleNotFound(f"there is no rule named {name}")


def _key_rule(rule: Rule) -> SigningKeyRule:
    if not isinstance(rule, SigningKeyRule):
        raise RuleNotFound(f"rule {rule.name} is not about a key", hint="remove it with `airssys trust remove`")
    return rule
