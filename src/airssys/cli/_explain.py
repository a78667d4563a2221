"""`airssys explain`: what a component may do, who granted it, which line refuses, and the line that would allow."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from airssys.approval import Answer, Ask, Standing, proof_of
from airssys.capabilities import CapabilityError, CapabilitySet, Request
from airssys.cli._approval_store import approvals_in
from airssys.cli._console import show, show_json
from airssys.cli._errors import ExitCode, UsageError
from airssys.cli._explain_shown import Explained, answer_as_json, answer_as_lines, rights_as_json, rights_as_lines
from airssys.cli._options import ConfigOption, JsonFlag, ProfileOption, host_config, read_path
from airssys.cli._policy_file import PolicyOption, operator_under, policy_in_force
from airssys.cli._state import StateOption, state_folder
from airssys.cli._trust_file import TrustFileOption, trust_config
from airssys.engine import read_source
from airssys.errors import OperatorError
from airssys.host import HostConfig, source_of
from airssys.manifest import Manifest, WasmNotFound, load_manifest
from airssys.policy import Policy, SecurityContext, decide, places_in
from airssys.storage import database_in
from airssys.trust import TrustConfig, TrustDecision, TrustLevel

#: What a component is known by that has no bytes yet: explaining grants nothing, so it may go on without them.
_NO_BYTES = "not built yet"

#: Nobody was asked.
_NOBODY = Standing(answer=Answer.NONE)

#: What is certainly meant as a name and not as a path: what a manifest may have as a name.
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class NotInstalled(OperatorError):
    """A component was named that no host keeps."""

    code = "not-installed"
    hint = "name the component's folder, or its Component.toml"


def explain(
    which: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A folder with a Component.toml, or the file.")],
    request: Annotated[
        str | None,
        typer.Option("--request", metavar="REQUEST", help='Answer one question: "filesystem read /etc/passwd".'),
    ] = None,
    policy: PolicyOption = None,
    trust_file: TrustFileOption = None,
    state: StateOption = None,
    config: ConfigOption = None,
    profile: ProfileOption = None,
    as_json: JsonFlag = False,
) -> int:
    """Explain what a component may do: who asked, who granted, which line refuses, and the line that would allow.

    With --request it ends with 0 when that is allowed, and with 3 when it is denied.
    """
    asked = None if request is None else _read_request(request)
    path = _path_of(which)
    trust = trust_config(trust_file)
    rules, file = policy_in_force(policy, state_folder(state), *trust.files)
    found = _explained(path, host_config(config, profile), rules, file, trust, state_folder(state))
    if asked is None:
        show_json(rights_as_json(found)) if as_json else show(rights_as_lines(found))
        return ExitCode.OK
    decision = decide(asked, found.context)
    show_json(answer_as_json(found, decision)) if as_json else show(answer_as_lines(found, decision))
    return ExitCode.OK if decision.allowed else ExitCode.REFUSED


def _read_request(text: str) -> Request:
    try:
        return Request.parse(text)
    except CapabilityError as error:
        raise UsageError(f"--request: {error.message}", hint='as in --request "filesystem read /etc/passwd"') from None


def _path_of(which: str) -> Path:
    path = read_path(which)
    if _NAME.fullmatch(which) and not os.path.lexists(path):
        raise NotInstalled(f"no component named {which} is installed: airssys does not keep components by name yet")
    return path


def _explained(
    path: Path, config: HostConfig, policy: Policy, policy_file: Path | None, trust: TrustConfig, state: Path
) -> Explained:
    manifest = load_manifest(path, operator=operator_under(policy, config), profile=config.profile)
    wasm = _wasm_of(manifest)
    digest = None if wasm is None else hashlib.sha256(read_source(wasm, config.compile)).hexdigest()
    decision, standing = None, _NOBODY
    if wasm is not None and digest is not None:
        source = source_of(manifest, wasm, digest)
        decision = trust.assess(source)
        proof = proof_of(decision, trust.rules)
        ask = Ask.of(source, capabilities=manifest.capabilities, rationale=manifest.rationale, proof=proof)
        standing = _standing(ask, state)
    given = _given(manifest.capabilities, decision, standing)
    context = SecurityContext(
        component=manifest.component.name,
        version=str(manifest.component.version),
        digest=digest or _NO_BYTES,
        trust=TrustLevel.UNKNOWN if decision is None else decision.level,
        declared=manifest.capabilities,
        approved=given.rights,
        policy=policy,
        declared_at=places_in(manifest),
        approved_by=given.by,
    )
    is_approved = given.answer is Answer.COVERED
    return Explained(
        context=context, manifest=manifest, digest=digest, is_approved=is_approved, policy_file=policy_file
    )


def _wasm_of(manifest: Manifest) -> Path | None:
    try:
        return manifest.find_wasm()
    except WasmNotFound:
        if any(os.path.lexists(candidate) for candidate in manifest.candidates):
            raise  # it is there, and it is not a file that may be used
        return None


def _standing(ask: Ask, state: Path) -> Standing:
    """What people decided about it. Looks only: where nothing ever asked, no database is made."""
    if not ask.capabilities or not os.path.lexists(database_in(state)):
        return _NOBODY
    with approvals_in(state) as workflow:
        return workflow.standing(ask)


def _given(declared: CapabilitySet, trust: TrustDecision | None, standing: Standing) -> Standing:
    """What was approved, and by whom, in the order in which a host asks: a person's word, then a rule of trust.
    Where nobody approved anything: everything, as if somebody had.
    """
    if standing.answer is Answer.COVERED:
        return standing
    if standing.request is not None and standing.answer in (Answer.REJECTED, Answer.WITHDRAWN):
        number, said = standing.request.id, standing.request.said
        return replace(standing, rights=declared, by=f"as if somebody (approval {number} {said})")
    if trust is not None and trust.level is TrustLevel.TRUSTED:
        return Standing(answer=Answer.COVERED, rights=declared, by=f"rule of trust {trust.rule}")
    return replace(standing, rights=declared, by="as if somebody (nobody has yet)")
