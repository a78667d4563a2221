"""Signature files: DSSE, read strictly, believed only after a signature verified."""

from __future__ import annotations

import base64
import json

import pytest

from airssys.trust import Envelope, EnvelopeInvalid, NotSigned
from airssys.trust._envelope import MAX_ENVELOPE_BYTES, MAX_SIGNATURES, signed_bytes
from tests.unit.trust.things import key, signed, source

ENVELOPE = signed(source(), key(1), key(2))
FIELDS = json.loads(ENVELOPE.encode())


def refused(content: bytes) -> str:
    with pytest.raises(EnvelopeInvalid) as caught:
        Envelope.decode(content)
    return str(caught.value)


def changed(**fields: object) -> bytes:
    return json.dumps(FIELDS | fields).encode()


def test_what_is_signed_is_dsse_s_encoding():
    """The example of the specification, with our type."""
    kind = b"application/vnd.airssys.component.v1+json"

    assert signed_bytes(b"hello world") == b"DSSEv1 41 " + kind + b" 11 hello world"


def test_an_envelope_survives_its_file():
    assert Envelope.decode(ENVELOPE.encode()) == ENVELOPE


def test_the_file_has_the_fields_of_dsse():
    assert set(FIELDS) == {"payloadType", "payload", "signatures"}
    assert FIELDS["payloadType"] == "application/vnd.airssys.component.v1+json"
    assert base64.b64decode(FIELDS["payload"]) == ENVELOPE.unverified
    assert [each["keyid"] for each in FIELDS["signatures"]] == [key(1).public.fingerprint, key(2).public.fingerprint]


@pytest.mark.parametrize("number", [1, 2])
def test_who_signed_opens_it(number):
    assert ENVELOPE.opened_with(key(number).public) == ENVELOPE.unverified


def test_who_did_not_sign_does_not_open_it():
    with pytest.raises(NotSigned, match="it has no signature by this key"):
        ENVELOPE.opened_with(key(3).public)


def test_a_signature_under_another_s_name_does_not_open_it():
    forged = FIELDS["signatures"][0] | {"keyid": key(3).public.fingerprint}
    envelope = Envelope.decode(changed(signatures=[forged]))

    with pytest.raises(NotSigned, match="does not verify"):
        envelope.opened_with(key(3).public)


def test_a_payload_that_was_exchanged_does_not_open():
    other = signed(source(version="2.0.0"), key(1))
    envelope = Envelope(unverified=other.unverified, signatures=ENVELOPE.signatures)

    with pytest.raises(NotSigned, match="does not verify"):
        envelope.opened_with(key(1).public)


def test_a_signature_over_the_bare_payload_does_not_open():
    """The type is part of what is signed: no signature made for another purpose counts."""
    bare = {"keyid": key(1).public.fingerprint, "sig": base64.b64encode(key(1).sign(ENVELOPE.unverified)).decode()}

    with pytest.raises(NotSigned, match="does not verify"):
        Envelope.decode(changed(signatures=[bare])).opened_with(key(1).public)


def test_a_false_signature_before_a_true_one_of_the_same_key_does_no_harm():
    true = FIELDS["signatures"][0]
    false = true | {"sig": base64.b64encode(bytes(64)).decode()}

    assert Envelope.decode(changed(signatures=[false, true])).opened_with(key(1).public) == ENVELOPE.unverified


def test_signing_again_replaces_the_signature():
    again = ENVELOPE.signed_with(key(1))

    assert [each.key for each in again.signatures] == [key(2).public.fingerprint, key(1).public.fingerprint]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is no JSON"),
        (b"\xff", "it is no JSON"),
        (b"[" * MAX_ENVELOPE_BYTES, "it is no JSON"),
        (b" " * (MAX_ENVELOPE_BYTES + 1), f"it is larger than {MAX_ENVELOPE_BYTES} bytes"),
        (b"[]", "expected an object with payloadType, payload, signatures, and nothing else"),
        (b'{"payload": "", "payload": ""}', "a key stands twice"),
        (changed(more=1), "expected an object with payloadType, payload, signatures, and nothing else"),
        (changed(payloadType="application/vnd.in-toto+json"), "it is not about application/vnd.airssys.component"),
        (changed(payloadType=None), "it is not about"),
        (changed(payload=None), "payload and sig are base64"),
        (changed(payload="!"), "payload and sig are base64"),
        (changed(payload="YQ"), "payload and sig are base64"),
        (changed(payload="YQ==\n"), "payload and sig are base64"),
        (changed(payload="é"), "payload and sig are base64"),
        (changed(signatures=[]), f"it has not 1 to {MAX_SIGNATURES} signatures"),
        (changed(signatures={}), f"it has not 1 to {MAX_SIGNATURES} signatures"),
        (changed(signatures=FIELDS["signatures"] * 9), f"it has not 1 to {MAX_SIGNATURES} signatures"),
        (changed(signatures=[None]), "expected an object with keyid, sig, and nothing else"),
        (changed(signatures=[{"keyid": "a"}]), "expected an object with keyid, sig, and nothing else"),
        (changed(signatures=[{"keyid": 1, "sig": "YQ=="}]), "a keyid is a text"),
        (changed(signatures=[{"keyid": "a", "sig": "YQ=="}]), "a signature has 64 bytes"),
    ],
)
def test_what_is_no_envelope_of_this_kind_is_refused_with_its_reason(content, said):
    assert said in refused(content)
