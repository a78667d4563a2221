"""`airssys trust add-key`: trust what the holder of a key signed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

import typer

from airssys.cli._errors import UsageError
from airssys.cli._options import JsonFlag
from airssys.cli._trust_added import add
from airssys.cli._trust_file import FirstFlag, RuleNameOption, TrustFileOption, trust_store
from airssys.trust import PublicKey, SigningKeyRule, load_public_key

_KEY_BEGINS: Final = "ssh-ed25519 "


def add_key(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A .pub file, or the line in it.")],
    components: Annotated[
        list[str] | None,
        typer.Option("--component", metavar="NAME", help="The key may sign for this component; may be repeated."),
    ] = None,
    signed_after: Annotated[
        str | None,
        typer.Option("--signed-after", metavar="TIME", help="Older signatures do not count: 2026-01-31T00:00:00Z."),
    ] = None,
    name: RuleNameOption = None,
    first: FirstFlag = False,
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Trust components that the holder of a key signed. Without --component: whatever they are."""
    public = PublicKey.parse(key) if key.startswith(_KEY_BEGINS) else load_public_key(key)
    values = {
        "name": name,
        "kind": SigningKeyRule.kind,
        "key": public.text,
        "components": components,
        "signed_after": _time(signed_after),
    }
    likely_name = f"key-{public.raw[:4].hex()}"
    return add(trust_store(trust_file), values, likely_name=likely_name, first=first, as_json=as_json)


def _time(text: str | None) -> datetime | None:
    try:
        time = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        time = None
    if text is not None and (time is None or time.tzinfo is None):
        raise UsageError(
            f"--signed-after is no time with its zone: {text!r}", hint="write it as in 2026-01-31T00:00:00Z"
        )
    return time
