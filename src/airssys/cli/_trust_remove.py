"""`airssys trust remove`: take a rule back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from airssys.cli._console import printable, show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._trust_file import TrustFileOption, rule_as_json, rule_as_text, trust_store
from airssys.trust import remove_rule


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The rule, as `airssys trust list` names it.")],
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Remove a rule. Components that it vouched for are unknown from their next start on."""
    store = trust_store(trust_file)
    rule = remove_rule(store, name)
    if as_json:
        show_json({"file": str(store.path), "removed": rule_as_json(rule)})
    else:
        show([Text(f"{printable(str(store.path))}: removed ").append_text(rule_as_text(rule))])
    return 0
