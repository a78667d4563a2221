"""`airssys trust verify`: whether the trust file is what was written, and whether a component is trusted."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from airssys.cli._console import plural, printable, show, show_json
from airssys.cli._errors import ExitCode, UsageError
from airssys.cli._options import ConfigOption, JsonFlag, host_config, read_path
from airssys.cli._trust_file import TrustFileOption, project_source, rule_as_json, trust_config, trust_store
from airssys.errors import TrustTampered
from airssys.host import HostConfig
from airssys.trust import TrustConfig, TrustLevel, TrustStore, accept_changes


def verify(
    path: Annotated[
        Path | None,
        typer.Argument(parser=read_path, metavar="[PATH]", help="A component's project: is it trusted, and why?"),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Seal the trust file as it is now, after a change by hand.")
    ] = False,
    config: ConfigOption = None,
    trust_file: TrustFileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Verify the trust file: it is what `airssys trust` wrote last, or else what changed. With PATH: judge a component.

    Ends with 0 for a trusted component, and with 3 for any other.
    """
    if path is None:
        return _verify_file(trust_store(trust_file), accept=accept, as_json=as_json)
    if accept:
        raise UsageError("--accept is about the trust file, not about a component", hint="leave PATH out")
    return _judge(trust_config(trust_file), path, host_config(config, None), as_json=as_json)


def _verify_file(store: TrustStore, *, accept: bool, as_json: bool) -> int:
    try:
        rules = TrustConfig.load(store.path).rules
        changes: list[str] = []
    except TrustTampered:
        text = store.unverified_text()
        changes = list(_changes(store, text))
        if not accept:
            if not as_json:
                show(map(_coloured, changes))
            raise
        rules = accept_changes(store, text)
    if as_json:
        show_json({"file": str(store.path), "accepted": changes, "rules": [rule_as_json(rule) for rule in rules]})
    else:
        show(map(_coloured, changes))
        said = "sealed as it is now" if changes else "ok, as it was written last"
        show([f"{printable(str(store.path))}: {said} ({plural(len(rules), 'rule')})"])
    return ExitCode.OK


def _changes(store: TrustStore, text: str) -> Iterator[str]:
    """What is different from the newest version that was sealed, line by line; printable."""
    backup = store.newest_backup()
    before = "" if backup is None else backup[1].text
    name = "(nothing)" if backup is None else str(backup[0])
    lines = difflib.unified_diff(before.splitlines(), text.splitlines(), name, str(store.path), lineterm="")
    found = [printable(line) for line in lines]
    yield from found or [f"(the text is that of {printable(name)}; what is wrong is its seal)"]


def _coloured(line: str) -> Text:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    return Text(line, style=styles.get(line[:1], ""))


def _judge(trust: TrustConfig, path: Path, config: HostConfig, *, as_json: bool) -> int:
    source = project_source(path, config)
    decision = trust.assess(source)
    if as_json:
        show_json(
            {
                "name": source.name,
                "version": source.version,
                "origin": source.origin,
                "wasm_sha256": source.wasm.sha256,
                "manifest_sha256": source.manifest_sha256,
                "level": decision.level.value,
                "rule": decision.rule,
                "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
            }
        )
    else:
        style = "bold green" if decision.level is TrustLevel.TRUSTED else "bold yellow"
        about = Text(printable(f"{source.name} {source.version}: ")).append(decision.level.value, style=style)
        show([about, *(Text(f"  {printable(str(reason))}") for reason in decision.reasons)])
    return ExitCode.OK if decision.level is TrustLevel.TRUSTED else ExitCode.REFUSED
