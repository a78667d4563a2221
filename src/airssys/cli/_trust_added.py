"""What the verbs have in common that add a rule: a name that is free, and what they answer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from rich.text import Text

from airssys.cli._console import printable, show, show_json
from airssys.cli._trust_file import rule_as_json, rule_as_text
from airssys.errors import TrustFileUnusable
from airssys.trust import TrustConfig, TrustStore, add_rule


def add(store: TrustStore, values: Mapping[str, object], *, likely_name: str, first: bool, as_json: bool) -> int:
    """Add a rule, and say so. Without a name among its values it gets one that reads like `likely_name`."""
    given = {key: value for key, value in values.items() if value}
    name = given.pop("name", None) or _free_name(store, likely_name)
    rule = add_rule(store, {"name": name, **given}, first=first)
    if as_json:
        show_json({"file": str(store.path), "added": rule_as_json(rule)})
    else:
        show([Text(f"{printable(str(store.path))}: added ").append_text(rule_as_text(rule))])
    return 0


def _free_name(store: TrustStore, likely: str) -> str:
    try:
        taken = {rule.name for rule in TrustConfig.load(store.path).rules}
    except TrustFileUnusable:  # adding will say why, if it cannot make it
        taken = set()
    stem = "-".join(re.findall(r"[a-z0-9]+", likely.lower(), re.ASCII))[:40]
    candidates = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(name for name in candidates if name not in taken)
