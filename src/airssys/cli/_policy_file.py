"""The operator's policy, as the verbs that ask it see it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from airssys.cli._options import read_path
from airssys.host import HostConfig
from airssys.manifest import OperatorDefaults
from airssys.policy import Policy, default_policy_file

PolicyOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        parser=read_path,
        metavar="FILE",
        envvar="AIRSSYS_POLICY",
        help="The policy; without it, policy.toml in the user's configuration folder, or what airssys ships.",
    ),
]


def policy_in_force(chosen: Path | None, *protected: Path) -> tuple[Policy, Path | None]:
    """The policy that is meant, and its file; None for what airssys ships, which holds where no file is.

    Args:
        chosen: the file that the operator named; it has to be there.
        protected: folders and files that no component reads or writes.

    Raises:
        PolicyError: the file cannot be used; all its problems at once.
    """
    file = default_policy_file() if chosen is None else chosen
    folder = default_policy_file().parent  # whoever writes there decides what is allowed from the next start on
    if chosen is None and not os.path.lexists(file):  # a link that leads nowhere is a file that cannot be read
        return Policy().protecting(folder, *protected), None
    return Policy.load(file).protecting(folder, *protected), file


def operator_under(policy: Policy, config: HostConfig) -> OperatorDefaults:
    """What the operator decided about manifests, with the wildcards that the policy allows by name."""
    wildcards = config.operator.wildcards | policy.named_wildcards
    return dataclasses.replace(config.operator, wildcards=wildcards)
