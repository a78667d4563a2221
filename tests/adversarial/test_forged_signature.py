"""Threat: forged signatures. What a trusted key signed is not made to vouch for anything else.

The attacker may write beside the component, has every signature that was ever published, and has not the key.
"""

from __future__ import annotations

import base64
import json
import shutil
from datetime import UTC, datetime

import pytest

from airssys.trust import TrustLevel, TrustStore, add_rule, remove_rule, revoke_key
from tests.adversarial.trusting import Operator, load, manifest, sign, write
from tests.guests import wat
from tests.unit.trust.things import NOON, key

RULE = {"name": "release", "kind": "signing_key", "key": key(1).public.text}
#: Subtracts where the victim's component adds.
EVIL = wat.text("add").replace("(i32.add (local.get 0) (local.get 1))", "(i32.sub (local.get 0) (local.get 1))")


@pytest.fixture
def operator(tmp_path):
    """Trusts what key 1 signed."""
    store = TrustStore(tmp_path / "etc" / "trust.toml")
    add_rule(store, RULE)
    return Operator(store)


@pytest.fixture
def folder(tmp_path):
    """A component that key 1 signed."""
    made = write(tmp_path / "adder")
    sign(made)
    return made


def refused(operator, folder):
    """Why the component is not trusted."""
    decision = operator.judge(folder)
    assert (decision.level, decision.rule) == (TrustLevel.UNKNOWN, None)
    return decision.reasons[0].text


def resigned(folder, change):
    """Change the signature file as JSON."""
    path = folder / "adder.wat.sig.json"
    fields = json.loads(path.read_text())
    change(fields)
    path.write_text(json.dumps(fields))


def test_the_signed_component_itself_is_trusted(operator, folder):
    assert operator.judge(folder).level is TrustLevel.TRUSTED


def test_a_signature_is_not_replayed_for_other_bytes(operator, folder):
    assert wat.text("add") != EVIL
    write(folder, wasm=EVIL)

    assert "its key signed something else: the signed SHA-256 of the component is" in refused(operator, folder)


def test_a_signature_is_not_replayed_for_a_manifest_that_asks_for_more(operator, folder):
    write(folder, text=manifest(max_bytes=4 << 20))

    assert "its key signed something else: the signed SHA-256 of the manifest is" in refused(operator, folder)


def test_a_signature_is_not_replayed_for_another_name(operator, folder):
    write(folder, text=manifest(name="banker").replace("[resources", 'wasm = "adder.wat"\n[resources'))

    assert "the signed name is adder, this one is banker" in refused(operator, folder)


def test_a_signature_is_not_replayed_for_another_version(operator, folder):
    write(folder, text=manifest(version="9.9.9"))

    assert "the signed version is 1.0.0, this one is 9.9.9" in refused(operator, folder)


def test_a_signature_covers_what_the_manifest_extends(operator, tmp_path):
    base = tmp_path / "base.toml"
    base.write_text(manifest())
    folder = write(tmp_path / "adder", text='extends = "../base.toml"\n[component]\nwasm = "adder.wat"\n')
    sign(folder)
    assert operator.judge(folder).level is TrustLevel.TRUSTED

    base.write_text(manifest(max_bytes=4 << 20))

    assert "its key signed something else: the signed SHA-256 of the manifest is" in refused(operator, folder)


def test_an_old_version_is_not_brought_back_behind_the_operator_s_mark(tmp_path):
    store = TrustStore(tmp_path / "etc" / "trust.toml")
    add_rule(store, RULE | {"signed_after": datetime.fromtimestamp(NOON + 60, UTC)})
    old, new = write(tmp_path / "old"), write(tmp_path / "new", text=manifest(version="1.0.1"))
    sign(old, at=NOON)
    sign(new, at=NOON + 120)

    assert Operator(store).judge(new).level is TrustLevel.TRUSTED
    assert "and only later than" in refused(Operator(store), old)


def test_an_unknown_key_is_unknown(operator, folder):
    (folder / "adder.wat.sig.json").unlink()
    sign(folder, number=2)

    assert "it has no signature by this key" in refused(operator, folder)


def test_an_unknown_key_does_not_pass_under_a_trusted_fingerprint(operator, folder):
    (folder / "adder.wat.sig.json").unlink()
    sign(folder, number=2)
    resigned(folder, lambda fields: fields["signatures"][0].update(keyid=key(1).public.fingerprint))

    assert "does not verify: it was forged, or changed" in refused(operator, folder)


def test_the_statement_is_not_exchanged_under_its_signature(operator, folder):
    statement = json.loads(base64.b64decode(json.loads((folder / "adder.wat.sig.json").read_text())["payload"]))
    write(folder, wasm=EVIL)
    statement["wasm_sha256"] = load(folder).wasm.sha256
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    resigned(folder, lambda fields: fields.update(payload=base64.b64encode(payload).decode()))

    assert "does not verify: it was forged, or changed" in refused(operator, folder)


def test_a_signature_for_another_purpose_does_not_count(operator, folder):
    """Somebody got the key's holder to sign the same text as something else."""
    payload = base64.b64decode(json.loads((folder / "adder.wat.sig.json").read_text())["payload"])
    for message in (payload, b"DSSEv1 10 text/plain %d %s" % (len(payload), payload)):
        signature = base64.b64encode(key(1).sign(message)).decode()
        resigned(folder, lambda fields, sig=signature: fields["signatures"][0].update(sig=sig))

        assert "does not verify" in refused(operator, folder)


@pytest.mark.parametrize("field", ["alg", "version", "hash"])
def test_there_is_no_weaker_scheme_to_ask_for(operator, folder, field):
    """The downgrade that signature formats with an algorithm field are known for."""
    resigned(folder, lambda fields: fields["signatures"][0].update({field: "none"}))
    assert "is no signature file" in refused(operator, folder)


@pytest.mark.parametrize("signatures", [[], None, [{"keyid": key(1).public.fingerprint, "sig": ""}]])
def test_a_signature_file_without_a_signature_is_no_signature(operator, folder, signatures):
    resigned(folder, lambda fields: fields.update(signatures=signatures))

    assert "is no signature file" in refused(operator, folder)


def test_a_removed_key_and_a_revoked_key_stop_counting(operator, folder):
    revoke_key(operator.store, "release", "stolen laptop")
    assert refused(operator, folder) == "its key was revoked: stolen laptop"

    remove_rule(operator.store, "release")
    assert refused(operator, folder) == "there are no rules of trust"


def test_a_copy_of_a_signed_component_with_one_file_exchanged_is_not_trusted(operator, folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert operator.judge(copy).level is TrustLevel.TRUSTED

    (copy / "Component.toml").write_text(manifest(max_bytes=(1 << 20) + 1))
    assert refused(operator, copy)
