"""`airssys trust list`: the rules, in the order in which they are asked."""

from __future__ import annotations

from rich.text import Text

from airssys.cli._console import printable, show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._trust_file import TrustFileOption, rule_as_json, rule_as_text, trust_config, trust_store


def list_rules(trust_file: TrustFileOption = None, as_json: JsonFlag = False) -> int:
    """Show the rules of trust. The first that matches decides; what matches none has to be approved by a person."""
    store, rules = trust_store(trust_file), trust_config(trust_file).rules
    if as_json:
        show_json({"file": str(store.path), "rules": [rule_as_json(rule) for rule in rules]})
    elif rules:
        show(Text(f"{position}. ").append_text(rule_as_text(rule)) for position, rule in enumerate(rules, start=1))
    else:
        show([f"{printable(str(store.path))} has no rules: nothing is trusted"])
    return 0
