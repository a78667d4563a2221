"""Keys: one kind, in the form of OpenSSH, and none that anybody can sign for."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from airssys.errors import KeyUnusable
from airssys.trust import PrivateKey, PublicKey
from airssys.trust._keys import _SMALL_ORDER
from tests.unit.trust.things import key

#: The first test vector of RFC 8032, section 7.1: of the empty message.
RFC_8032_SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_8032_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
RFC_8032_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def ssh_line(raw: bytes, kind: bytes = b"ssh-ed25519") -> str:
    """A `.pub` line, put together from its parts (RFC 8709)."""
    return f"{kind.decode()} {base64.b64encode(ssh_string(kind) + ssh_string(raw)).decode()}"


def ssh_string(content: bytes) -> bytes:
    """A `string` of RFC 4251."""
    return len(content).to_bytes(4) + content


def test_signatures_are_those_of_rfc_8032():
    private = PrivateKey(Ed25519PrivateKey.from_private_bytes(RFC_8032_SECRET))

    assert private.public == PublicKey(raw=RFC_8032_PUBLIC)
    assert private.sign(b"") == RFC_8032_SIGNATURE
    assert private.public.verifies(RFC_8032_SIGNATURE, b"") is True


@pytest.mark.parametrize("message", [b"", b"messag", b"message ", b"Message"])
def test_a_signature_is_for_one_message(message):
    assert key().public.verifies(key().sign(b"message"), b"message") is True
    assert key().public.verifies(key().sign(b"message"), message) is False


@pytest.mark.parametrize("position", range(0, 64, 7))
def test_a_changed_signature_does_not_verify(position):
    signature = bytearray(key().sign(b"message"))
    signature[position] ^= 1

    assert key().public.verifies(bytes(signature), b"message") is False


def test_a_public_key_is_written_as_openssh_has_it():
    assert key().public.text == ssh_line(key().public.raw)
    assert PublicKey.parse(f"  {key().public.text} somebody@somewhere\n") == key().public


def test_a_fingerprint_is_what_ssh_keygen_prints():
    public = PublicKey(raw=RFC_8032_PUBLIC)

    assert public.fingerprint == "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8"
    assert key(2).public.fingerprint != public.fingerprint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 not base64",
        ssh_line(bytes(range(31))),
        ssh_line(bytes(range(32)), b"ssh-ed448"),
        "ssh-ed25519-cert-v01@openssh.com AAAA",
        f"{key().public.text}\n{key(2).public.text}",
        f"from=everywhere {key().public.text}",
        f"{key().public.text} {'comment' * 200}",
        "schlüssel",
    ],
)
def test_what_is_no_line_of_one_ed25519_key_is_refused(text):
    with pytest.raises(KeyUnusable, match="this is no public key: expected one line that begins with ssh-ed25519"):
        PublicKey.parse(text)


def test_another_kind_of_key_is_refused():
    other = ec.generate_private_key(ec.SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = other.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    with pytest.raises(KeyUnusable, match="not Ed25519"):
        PrivateKey.parse(private)
    with pytest.raises(KeyUnusable, match="no public key"):
        PublicKey.parse(public)


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33)])
def test_a_key_has_32_bytes(raw):
    with pytest.raises(KeyUnusable, match=f"an Ed25519 key has 32 bytes, not {len(raw)}"):
        PublicKey(raw=raw)


@pytest.mark.parametrize("sign_bit", [0, 0x80])
@pytest.mark.parametrize("point", sorted(_SMALL_ORDER))
def test_a_key_that_anybody_can_sign_for_is_refused(point, sign_bit):
    raw = bytes([*point[:-1], point[-1] | sign_bit])

    with pytest.raises(KeyUnusable, match="anybody can make signatures that verify with it"):
        PublicKey(raw=raw)
    with pytest.raises(KeyUnusable, match="anybody can make signatures"):
        PublicKey.parse(ssh_line(raw))


def test_without_the_refusal_the_library_would_take_a_signature_that_nobody_made():
    point = bytes([1, *bytes(31)])

    Ed25519PublicKey.from_public_bytes(point).verify(point + bytes(32), b"whatever an attacker wants")


def test_a_private_key_survives_its_file_and_shows_itself_to_nobody():
    private = PrivateKey.generate()
    again = PrivateKey.parse(private.to_bytes())

    assert again.public == private.public
    assert again.sign(b"message") == private.sign(b"message")
    assert repr(private) == f"<PrivateKey of {private.public.fingerprint}>"


def test_two_generated_keys_are_different():
    assert PrivateKey.generate().public != PrivateKey.generate().public


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN OPENSSH PRIVATE KEY-----\n", key().to_bytes()[:200], b"\xff" * 99]
)
def test_what_is_no_private_key_is_refused(content):
    with pytest.raises(KeyUnusable, match="this is no private key in the form of OpenSSH"):
        PrivateKey.parse(content)


def test_a_private_key_with_a_passphrase_is_refused_with_its_reason():
    public = ssh_string(b"ssh-ed25519") + ssh_string(bytes(32))
    kdf = ssh_string(ssh_string(bytes(16)) + (16).to_bytes(4))
    blob = b"".join(
        [
            b"openssh-key-v1\0" + ssh_string(b"aes256-ctr") + ssh_string(b"bcrypt") + kdf,
            (1).to_bytes(4) + ssh_string(public) + ssh_string(bytes(160)),
        ]
    )
    text = base64.encodebytes(blob).decode()

    with pytest.raises(KeyUnusable, match="this private key has a passphrase"):
        PrivateKey.parse(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{text}-----END OPENSSH PRIVATE KEY-----\n".encode())
