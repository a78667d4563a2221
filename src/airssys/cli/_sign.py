"""`airssys sign`: say by signature that a component, with this manifest, is what its signer means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airssys.cli._console import printable, show, show_json
from airssys.cli._options import ConfigOption, JsonFlag, ProjectPath, host_config, read_path
from airssys.cli._trust_file import project_source
from airssys.clock import SystemClock
from airssys.trust import load_private_key, sign_source


def sign(
    path: ProjectPath,
    key: Annotated[
        Path, typer.Option("--key", parser=read_path, metavar="FILE", help="The private key, as keygen made it.")
    ],
    config: ConfigOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Sign a component and its manifest; the signature file goes beside the component.

    Changing one byte of the component, of its manifest, or of what that extends asks for another signature.
    """
    private_key = load_private_key(key)
    source = project_source(path, host_config(config, None))
    file = sign_source(source, private_key, clock=SystemClock())
    if as_json:
        show_json(
            {
                "name": source.name,
                "version": source.version,
                "wasm_sha256": source.wasm.sha256,
                "manifest_sha256": source.manifest_sha256,
                "fingerprint": private_key.public.fingerprint,
                "signature_file": str(file),
            }
        )
    else:
        show(
            [
                f"signed {printable(f'{source.name} {source.version}')} with {private_key.public.fingerprint}",
                f"signature file: {printable(str(file))}",
            ]
        )
    return 0
