"""`airssys keygen`: a pair of keys to sign components with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from airssys.cli._console import printable, show, show_json
from airssys.cli._options import JsonFlag, read_path
from airssys.trust import create_keys

_DEFAULT_FILE: Final = "airssys-signing.key"


def keygen(
    file: Annotated[
        Path, typer.Argument(parser=read_path, metavar="[FILE]", help="Where the private key goes; FILE.pub is public.")
    ] = Path(_DEFAULT_FILE),
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="Stands behind the public key, for people.")
    ] = "",
    as_json: JsonFlag = False,
) -> int:
    """Make a pair of Ed25519 keys: a private one for `airssys sign`, a public one for `airssys trust add-key`.

    Nothing that exists is overwritten. The private key has no passphrase: only you can read its file.
    """
    public, public_file = create_keys(file, comment=comment)
    if as_json:
        show_json(
            {
                "private_file": str(file),
                "public_file": str(public_file),
                "key": public.text,
                "fingerprint": public.fingerprint,
            }
        )
    else:
        show(
            [
                f"private key: {printable(str(file))} (keep it to yourself)",
                f"public key:  {printable(str(public_file))}",
                f"fingerprint: {public.fingerprint}",
            ]
        )
    return 0
