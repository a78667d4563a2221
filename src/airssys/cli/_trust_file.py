"""What the verbs about trust share: the trust file, a project as they judge it, and how rules are shown."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.text import Text

from airssys.cli._console import printable
from airssys.cli._options import read_path
from airssys.engine import read_source
from airssys.host import HostConfig, source_of
from airssys.manifest import load_manifest
from airssys.trust import (
    Paths,
    PublicKey,
    Rule,
    SigningKeyRule,
    Source,
    TrustConfig,
    TrustStore,
    UrlPattern,
    default_trust_file,
)

TrustFileOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--trust-file",
        parser=read_path,
        metavar="FILE",
        envvar="AIRSSYS_TRUST",
        help="The trust file; without it, trust.toml in the user's configuration folder.",
    ),
]
RuleNameOption: TypeAlias = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Name of the rule; without it one is made up.")
]
FirstFlag: TypeAlias = Annotated[bool, typer.Option("--first", help="Ask this rule before all others.")]


def trust_store(path: Path | None) -> TrustStore:
    """The trust file that is meant."""
    return TrustStore(default_trust_file() if path is None else path)


def trust_config(path: Path | None) -> TrustConfig:
    """What the trust file says. One that is named has to be there; where the user has none, nothing is trusted."""
    return TrustConfig.load_default() if path is None else TrustConfig.load(path)


def project_source(path: Path, config: HostConfig) -> Source:
    """A project as trust sees it. Reads its files, and compiles nothing.

    Raises:
        ManifestError: the manifest cannot be used, or the component is not there.
        CompileError: the component cannot be read, or is too large.
    """
    manifest = load_manifest(path, operator=config.operator, profile=config.profile)
    wasm = manifest.find_wasm()
    return source_of(manifest, wasm, hashlib.sha256(read_source(wasm, config.compile)).hexdigest())


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """A rule for machines, with the keys that the trust file has, and the fingerprint of its key."""
    values = {field.name: _plain(getattr(rule, field.name)) for field in dataclasses.fields(rule)}
    told = {"name": rule.name, "kind": rule.kind, **{name: value for name, value in values.items() if value}}
    return told | ({"fingerprint": rule.key.fingerprint} if isinstance(rule, SigningKeyRule) else {})


def rule_as_text(rule: Rule) -> Text:
    """A rule for people."""
    told = rule_as_json(rule)
    told.pop("key", None)  # the fingerprint is shorter, and what people compare
    name, kind = told.pop("name"), told.pop("kind")
    revoked = told.pop("revoked", None)
    text = Text(printable(name), style="bold").append(f"  {kind}", style="cyan")
    if revoked is not None:
        text.append(f"  revoked: {printable(revoked)}", style="bold red")
    for key, value in told.items():
        text.append(f"  {key} ", style="dim").append(printable(" ".join(value) if isinstance(value, list) else value))
    return text


def _plain(value: object) -> Any:
    match value:
        case PublicKey() | UrlPattern() | Paths():
            return value.text
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value
