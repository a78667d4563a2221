"""Arguments and options that several verbs share, and what the operator's settings come to.

Flags beat the environment, which beats `host.toml`, which beats what airssys ships.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from airssys.host import HostConfig

#: The command's name.
PROGRAM: Final = "airssys"


def read_path(text: str) -> Path:
    """An argument that is a path."""
    if not text:
        raise typer.BadParameter("the path is empty")
    return Path(text)


ProjectPath: TypeAlias = Annotated[
    Path, typer.Argument(parser=read_path, metavar="PATH", help="A folder with a Component.toml, or the file itself.")
]
JsonFlag: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer (and fail) in JSON, for machines.")]
ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        parser=read_path,
        metavar="FILE",
        envvar="AIRSSYS_CONFIG",
        help="The operator's host.toml: bounds, defaults and profiles.",
    ),
]
ProfileOption: TypeAlias = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="Which profile of host.toml applies.")
]


def host_config(config: Path | None, profile: str | None) -> HostConfig:
    """What the operator decided.

    Raises:
        ManifestError: host.toml cannot be used. (That the profile exists is found when a manifest is loaded.)
    """
    return HostConfig(profile=profile) if config is None else HostConfig.load(config, profile=profile)
