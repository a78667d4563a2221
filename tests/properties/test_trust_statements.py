"""Signed statements: whatever is signed, exactly that is vouched for, and no other bytes say the same."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from airssys.trust import (
    Envelope,
    EnvelopeInvalid,
    Evidence,
    NotSigned,
    Source,
    SourceFile,
    Statement,
    TrustLevel,
    decide_trust,
)
from tests.unit.trust.things import key, key_rule, signed

DIGESTS = st.sampled_from(["0", "1", "a"]).map(lambda digit: digit * 64)
TEXTS = st.sampled_from(["greeter", "greeter ", "a", "", "é", "\ud800", '"', "\\u0041"]) | st.text(max_size=20)
#: Of the whole range that a statement can have, in seconds.
TIMES = st.integers(0, 253_402_300_799).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
STATEMENTS = st.builds(
    Statement, name=TEXTS, version=TEXTS, wasm_sha256=DIGESTS, manifest_sha256=DIGESTS, signed_at=TIMES
)


def source_of(statement: Statement) -> Source:
    """The source that a statement is about."""
    return Source(
        name=statement.name,
        version=statement.version,
        wasm=SourceFile(path=Path("/a.wasm"), sha256=statement.wasm_sha256),
        manifests=(SourceFile(path=Path("/Component.toml"), sha256=statement.manifest_sha256),),
    )


@given(STATEMENTS)
def test_a_statement_survives_its_bytes(statement):
    assert Statement.decode(statement.encode()) == statement


@given(STATEMENTS, STATEMENTS)
def test_different_statements_have_different_bytes(one, other):
    assert (one.encode() == other.encode()) is (one == other)


@given(STATEMENTS, st.data())
def test_no_other_bytes_read_as_the_same_statement(statement, data):
    content = bytearray(statement.encode())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position : position + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        read = Statement.decode(bytes(content))
    except ValueError:
        return
    assert read.encode() == content
    assert (read == statement) is (bytes(content) == statement.encode())


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_statement_or_a_value_error(content):
    with suppress(ValueError):
        assert Statement.decode(content).encode() == content


@given(STATEMENTS, STATEMENTS)
def test_a_signature_vouches_for_exactly_what_was_signed(one, other):
    envelope = signed(source_of(one), key())
    decision = decide_trust(Evidence(source=source_of(other), envelope=envelope), [key_rule(key())])
    is_same = replace(one, signed_at=other.signed_at) == other

    assert decision.level is (TrustLevel.TRUSTED if is_same else TrustLevel.UNKNOWN)


@given(STATEMENTS, st.data())
def test_a_changed_signature_file_vouches_for_nothing_but_what_was_signed(statement, data):
    """Any bytes of the file may change: either it still is the signed statement, or nobody's."""
    content = bytearray(signed(source_of(statement), key()).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        opened = Envelope.decode(bytes(content)).opened_with(key().public)
    except (EnvelopeInvalid, NotSigned):
        return
    assert opened == signed(source_of(statement), key()).unverified


KEYS = st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_envelope_or_refused_as_none(content):
    try:
        envelope = Envelope.decode(content)
    except EnvelopeInvalid:
        return
    assert Envelope.decode(envelope.encode()) == envelope
