"""Threat: an effect that nobody can see afterwards. On a full disk, or with a log that is gone, nothing is granted."""

from __future__ import annotations

import errno
import os

import pytest

from airssys.errors import AuditUnavailable, CapabilityDenied
from airssys.policy import Gate
from tests.audit import grants, open_log
from tests.policies import component, request

READ = request("filesystem read /srv/a")


class Disk:
    """Fills up for a while: every write to any file fails."""

    def __init__(self, monkeypatch):
        self._write, self.is_full = os.write, False
        monkeypatch.setattr(os, "write", self.write)

    def write(self, descriptor, content):
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._write(descriptor, content)


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


def test_a_full_disk_refuses_what_would_be_allowed(tmp_path, disk):
    with open_log(tmp_path / "audit") as log:
        gate = Gate(component("filesystem read /srv/*"), log)
        before = gate.require(READ).id
        disk.is_full = True
        for _ in range(3):
            with pytest.raises(AuditUnavailable):
                gate.require(READ)
        disk.is_full = False
        after = gate.require(READ).id

    assert grants(tmp_path / "audit") == [before, after]


def test_a_full_disk_does_not_allow_what_would_be_denied(tmp_path, disk):
    with open_log(tmp_path / "audit") as log:
        gate = Gate(component(), log)
        disk.is_full = True
        with pytest.raises(AuditUnavailable):
            gate.require(READ)
        disk.is_full = False
        with pytest.raises(CapabilityDenied):
            gate.require(READ)


def test_a_log_that_was_closed_refuses(tmp_path):
    with open_log(tmp_path / "audit") as log:
        gate = Gate(component("filesystem read /srv/*"), log)

    with pytest.raises(AuditUnavailable):
        gate.require(READ)


def test_turning_the_log_off_is_not_turning_decisions_off():
    gate = Gate(component("filesystem read /srv/*"), None)

    assert gate.require(READ).requests == (READ,)
    for text in ("filesystem write /srv/a", "filesystem read /etc/shadow", "filesystem read /srv/../etc/shadow"):
        with pytest.raises(CapabilityDenied):
            gate.require(request(text))
    gate.revoke()
    with pytest.raises(CapabilityDenied):
        gate.require(READ)
