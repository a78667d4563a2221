"""`airssys trust add-local`: trust what is in a place on this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from airssys.cli._options import ConfigOption, JsonFlag, host_config
from airssys.cli._trust_added import add
from airssys.cli._trust_file import FirstFlag, RuleNameOption, TrustFileOption, project_source, trust_store
from airssys.trust import LocalRule


def add_local(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A folder, or a pattern of paths as in /srv/components/*/*")
    ],
    pin: Annotated[
        bool, typer.Option("--pin", help="PATH is a project: trust exactly the files that are there now.")
    ] = False,
    config: ConfigOption = None,
    name: RuleNameOption = None,
    first: FirstFlag = False,
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Trust components by their place: whoever can write there is trusted, unless --pin fixes the bytes."""
    values: dict[str, object] = {"name": name, "kind": LocalRule.kind}
    if pin:
        source = project_source(Path(path), host_config(config, None))
        folder = os.path.commonpath([file.path.parent for file in source.files])
        values |= {
            "path": _inside(folder),
            "sha256": source.wasm.sha256,
            "manifest_sha256": source.manifest_sha256,
        }
        likely_name = f"local-{source.name}"
    else:
        values["path"] = _inside(os.path.realpath(path)) if os.path.isdir(path) else path
        likely_name = f"local-{path}"
    return add(trust_store(trust_file), values, likely_name=likely_name, first=first, as_json=as_json)


def _inside(folder: str) -> str:
    """The pattern of everything in a folder, whatever characters its name has."""
    return re.sub(r"[*?\[]", r"[\g<0>]", folder) + "/**"
