"""`airssys trust revoke`: a key that must not count any more, and must not be added again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from airssys.cli._console import printable, show, show_json
from airssys.cli._options import JsonFlag
from airssys.cli._trust_file import TrustFileOption, rule_as_json, rule_as_text, trust_store
from airssys.trust import revoke_key


def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's rule, as `airssys trust list` names it.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for those who meet it later.")],
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Revoke a signing key: nothing that it signed counts, and it cannot be added again while its rule is there."""
    store = trust_store(trust_file)
    rule = revoke_key(store, name, reason)
    if as_json:
        show_json({"file": str(store.path), "revoked": rule_as_json(rule)})
    else:
        show([Text(f"{printable(str(store.path))}: ").append_text(rule_as_text(rule))])
    return 0
