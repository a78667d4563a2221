"""`airssys trust add-git`: trust what is unchanged in a Git checkout."""

from __future__ import annotations

from typing import Annotated

import typer

from airssys.cli._options import JsonFlag
from airssys.cli._trust_added import add
from airssys.cli._trust_file import FirstFlag, RuleNameOption, TrustFileOption, trust_store
from airssys.trust import GitRule


def add_git(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Where the checkout fetches from; * stands for a part of the path.")
    ],
    commit: Annotated[
        str | None, typer.Option("--commit", metavar="ID", help="The full id of the commit that has to be checked out.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="The commit is the tip of this branch, as fetched.")
    ] = None,
    checkouts: Annotated[
        str | None,
        typer.Option("--checkouts", metavar="PATTERN", help="Folders where only you make checkouts: /srv/checkouts/*"),
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", metavar="DIGEST", help="The component has this digest as well.")
    ] = None,
    name: RuleNameOption = None,
    first: FirstFlag = False,
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Trust components that are unchanged in a Git checkout.

    Only --commit proves what is in the files. Without it, --checkouts has to say where only you make checkouts, because
    what a checkout tells about itself can be forged by whoever makes it.
    """
    values = {
        "name": name,
        "kind": GitRule.kind,
        "url": url,
        "branch": branch,
        "commit": commit,
        "checkouts": checkouts,
        "sha256": sha256,
    }
    last = url.rstrip("/").removesuffix(".git").replace(":", "/").split("/")[-1]
    return add(trust_store(trust_file), values, likely_name=f"git-{last}", first=first, as_json=as_json)
