"""The seal: nobody makes one who has not the key, and none fits another text or generation."""

from __future__ import annotations

import json

import pytest

from airssys.trust._seal import SealBroken, Sealed, SealRecord, without_seal

RECORD = SealRecord(key=bytes(range(32)), generation=7)
TEXT = '[[rule]]\nname = "here"\n'
CONTENT = RECORD.seal(TEXT)


def broken(content: bytes, record: SealRecord = RECORD) -> str:
    with pytest.raises(SealBroken) as caught:
        record.unseal(content)
    return str(caught.value)


def test_the_seal_is_the_last_line_and_a_comment_with_the_generation():
    body, seal = CONTENT.decode().rsplit("\n", 2)[0] + "\n", CONTENT.decode().splitlines()[-1]

    assert body == TEXT
    assert seal.startswith("# airssys-seal 7 ")
    assert len(seal.split()[-1]) == 64


def test_what_was_sealed_is_what_comes_out():
    assert RECORD.unseal(CONTENT) == Sealed(text=TEXT, generation=7)


@pytest.mark.parametrize(("text", "sealed"), [("", "\n"), ("a", "a\n"), ("a\n\n", "a\n\n"), ("a\r\n", "a\r\n")])
def test_a_text_ends_its_last_line_and_is_otherwise_kept(text, sealed):
    assert RECORD.unseal(RECORD.seal(text)).text == sealed


@pytest.mark.parametrize("position", range(len(CONTENT)))
def test_a_change_of_any_byte_breaks_the_seal(position):
    changed = bytearray(CONTENT)
    changed[position] ^= 1

    assert broken(bytes(changed)) in ("its last line is not a seal", "its text is not the text that was sealed")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TEXT.encode(),
        CONTENT[:-1],
        CONTENT + b"\n",
        CONTENT + b'[[rule]]\nname = "more"\n',
        CONTENT.replace(b"\n#", b"\n #"),
        CONTENT.replace(b"# airssys-seal 7", b"# airssys-seal 07"),
    ],
)
def test_what_does_not_end_in_this_seal_is_refused(content):
    assert broken(content)


def test_another_key_breaks_the_seal():
    assert broken(CONTENT, SealRecord.new()) == "its text is not the text that was sealed"


def test_a_seal_cannot_be_moved_to_another_generation():
    assert broken(CONTENT.replace(b"seal 7", b"seal 8")) == "its text is not the text that was sealed"


def test_text_cannot_be_moved_into_the_number_of_the_generation():
    """Text and generation are told apart in what is authenticated."""
    assert (
        SealRecord(key=RECORD.key, generation=1).seal("2\n")[-65:]
        != SealRecord(key=RECORD.key, generation=12).seal("\n")[-65:]
    )


def test_any_seal_is_taken_off_wherever_it_stands():
    assert without_seal(CONTENT) == TEXT.encode()
    assert without_seal(CONTENT + b"more\n") == TEXT.encode() + b"more\n"
    assert without_seal(TEXT.encode()) == TEXT.encode()


def test_a_record_survives_its_file_and_does_not_show_its_key(tmp_path):
    RECORD.write(tmp_path / "key")

    assert SealRecord.read(tmp_path / "key") == RECORD
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert RECORD.key.hex() not in repr(RECORD)
    assert "key" not in repr(RECORD)


def test_new_keys_are_different():
    assert SealRecord.new().key != SealRecord.new().key


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 4000,
        b"\xff",
        json.dumps({"key": "00" * 31, "generation": 1}).encode(),
        json.dumps({"key": "0" * 63, "generation": 1}).encode(),
        json.dumps({"key": None, "generation": 1}).encode(),
        json.dumps({"key": "00" * 32}).encode(),
        json.dumps({"key": "00" * 32, "generation": None}).encode(),
        json.dumps({"key": "00" * 32, "generation": "x"}).encode(),
    ],
)
def test_a_damaged_record_is_refused(tmp_path, content):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(content)

    with pytest.raises(SealBroken, match="it is damaged"):
        SealRecord.read(path)
