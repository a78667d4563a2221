"""Statements: one way to write each, and nothing else reads as one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airssys.trust import Statement
from tests.unit.trust.things import MANIFEST, NOON, WASM, digest, source

ENCODED = (
    f'{{"manifest_sha256":"{digest(MANIFEST)}","name":"greeter","signed_at":"2026-01-31T12:00:00Z",'
    f'"version":"1.2.0","wasm_sha256":"{digest(WASM)}"}}'
).encode()


def changed(**fields: object) -> bytes:
    return json.dumps(json.loads(ENCODED) | fields, sort_keys=True, separators=(",", ":")).encode()


def test_a_statement_has_name_version_both_digests_and_the_time():
    assert Statement.about(source(), at=NOON + 0.9).encode() == ENCODED


def test_a_statement_survives_its_bytes():
    statement = Statement.about(source(), at=NOON)

    assert Statement.decode(statement.encode()) == statement
    assert statement.signed_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{" * 100_000,
        b"[" * 100_000,
        b"\xff",
        ENCODED + b"\n",
        b" " + ENCODED,
        ENCODED.replace(b'":"', b'": "'),
        ENCODED.replace(b'"name":"greeter",', b'"name":"other","name":"greeter",'),
        ENCODED.replace(b"greeter", rb"gr\u0065eter"),
        ENCODED.decode().encode("utf-16"),
        json.dumps(dict(reversed(json.loads(ENCODED).items())), separators=(",", ":")).encode(),
        changed(more="x"),
        changed(name=None),
        changed(name=["greeter"]),
        changed(version=1),
        changed(wasm_sha256=digest(WASM).upper()),
        changed(wasm_sha256=digest(WASM)[:-1]),
        changed(manifest_sha256=""),
        changed(manifest_sha256="é" * 64),
        changed(signed_at="2026-01-31T12:00:00+00:00"),
        changed(signed_at="2026-01-31T12:00:00.5Z"),
        changed(signed_at="2026-1-31T12:00:00Z"),
        changed(signed_at="2026-13-31T12:00:00Z"),
        changed(signed_at="0026-01-31T12:00:00Z"),
    ],
)
def test_what_is_not_written_in_the_one_way_is_no_statement(content):
    with pytest.raises(ValueError):
        Statement.decode(content)


def test_a_statement_about_exactly_this_source_has_no_differences():
    assert Statement.about(source(), at=NOON).differences(source()) == ()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (source(name="greeter2"), "the signed name is greeter, this one is greeter2"),
        (source(version="1.1.9"), "the signed version is 1.2.0, this one is 1.1.9"),
        (
            source(wasm=b"other"),
            f"the signed SHA-256 of the component is {digest(WASM)}, this one is {digest(b'other')}",
        ),
        (
            source(manifest=b"other"),
            f"the signed SHA-256 of the manifest is {digest(MANIFEST)}, this one is {digest(b'other')}",
        ),
        (
            source(manifest=None),
            f"the signed SHA-256 of the manifest is {digest(MANIFEST)}, this one is none: it has no manifest file",
        ),
    ],
)
def test_each_difference_is_told(other, said):
    assert Statement.about(source(), at=NOON).differences(other) == (said,)


def test_all_differences_are_told():
    other = source(name="x", version="y", wasm=b"z", manifest=b"w")

    assert len(Statement.about(source(), at=NOON).differences(other)) == 4
