"""Threat: resources that read like something else: dots, escapes, prefixes without a boundary, look-alike hosts."""

from __future__ import annotations

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate
from tests.policies import Kept, component, request

DECLARED = (
    "filesystem read /data/*",
    "filesystem write /data/out/**",
    "network connect *.example.com:443",
    "network connect 10.0.0.0/24:80",
    "storage read invoices.*",
    "messaging send ledger",
    "environment read LC_*",
)


@pytest.fixture
def log():
    return Kept()


@pytest.fixture
def gate(log):
    return Gate(component(*DECLARED), log)


@pytest.mark.parametrize(
    "text",
    [
        "filesystem read /data/a",
        "filesystem write /data/out/a/b",
        "network connect a.example.com:443",
        "network connect 10.0.0.7:80",
        "storage read invoices.2026",
        "messaging send ledger",
        "environment read LC_ALL",
    ],
)
def test_what_was_declared_is_granted(gate, text):
    assert gate.require(request(text)).requests == (request(text),)


@pytest.mark.parametrize(
    "text",
    [
        # out of the folder
        "filesystem read /data/../etc/passwd",
        "filesystem read /data/./a",
        "filesystem read /data//a",
        "filesystem read /data/a/",
        "filesystem read /data/a/.",
        "filesystem read //data/a",
        "filesystem read data/a",
        "filesystem read ./data/a",
        "filesystem read ~/data/a",
        # written so that another reader sees something else
        "filesystem read /data/%2e%2e",
        "filesystem read /data/%2e%2e%2fetc%2fpasswd",
        "filesystem read /data/..%00/a",
        "filesystem read /data/a\0.xml",
        "filesystem read /data\\..\\etc",
        "filesystem read /data/a\\b",
        "filesystem read /data/a\n",
        "filesystem read /data/\u202ea",
        "filesystem read file:///data/a",
        # a prefix without a boundary, and more than one segment
        "filesystem read /database",
        "filesystem read /data",
        "filesystem read /data/a/b",
        "filesystem read /dataset/a",
        "filesystem read /DATA/a",
        "filesystem read /x/data/a",
        "filesystem write /data/output",
        "filesystem write /data/out-2/a",
        # wildcards in a request mean themselves
        "filesystem read /data/**/a",
        "filesystem read /*/a",
        "storage read invoices.#",
        "storage read *.2026",
        # hosts that look like it
        "network connect evilexample.com:443",
        "network connect example.com:443",
        "network connect a.example.com.evil.org:443",
        "network connect a.example.com:444",
        "network connect a.example.com:0443x",
        "network connect user@a.example.com:443",
        "network connect a.example.com",
        "network connect a.example.com:443/path",
        "network connect a.example.com:443@evil.org:80",
        "network connect *.example.com:443",
        "network connect a.ex\u0430mple.com:443",
        "network connect [::ffff:10.0.1.7]:80",
        "network connect 10.0.0.7.:80.",
        "network connect 0x0a000107:80",
        # names that begin or end like it
        "storage read invoices",
        "storage read invoices.2026.11",
        "storage read my-invoices.2026",
        "messaging send ledger-2",
        "messaging send Ledger",
        "messaging receive ledger",
        "environment read LC_",
        "environment read LCX",
        "environment read LC_ALL=1",
    ],
)
def test_what_reads_like_it_is_refused_and_recorded(gate, log, text):
    with pytest.raises(CapabilityDenied):
        gate.require(request(text))

    ((_, outcome, _, grant),) = log.decisions
    assert (outcome, grant) == ("denied", None)


@pytest.mark.parametrize("host", ["10.0.0.7", "[::ffff:10.0.0.7]", "[::FFFF:0a00:0007]"])
def test_an_address_is_the_same_however_it_is_written(gate, host):
    (granted,) = gate.require(request(f"network connect {host}:80")).requests

    assert granted.resource == "10.0.0.7:80"
