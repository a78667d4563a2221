"""The forbidden list: what nobody may, whoever approved it; and what airssys keeps for itself."""

from __future__ import annotations

import os

import pytest

from airssys.policy import FORBIDDEN, Policy, decide
from airssys.trust import TrustLevel
from tests.policies import EVERYTHING, component, request, unsealed

FREE = component(*EVERYTHING, policy=unsealed())


def decided(text, context=FREE):
    decision = decide(request(text), context)
    return decision.rule if not decision.allowed else "allowed"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((f"filesystem write {path}", "system-files") for path in ("/etc", "/etc/passwd", "/etc/cron.d/a", "/boot/x")),
        *((f"filesystem write {path}", "system-files") for path in ("/sys/power/state", "/proc/1/mem", "/dev/sda")),
        *((f"filesystem read {path}", "passwords") for path in ("/etc/shadow", "/etc/shadow-", "/etc/gshadow")),
        *((f"filesystem read {path}", "ssh") for path in ("/home/ada/.ssh/id_ed25519", "/root/.ssh", "/.ssh/a/b")),
        *((f"filesystem write {path}", "ssh") for path in ("/home/ada/.ssh/authorized_keys", "/srv/x/.ssh")),
        *((f"filesystem read {path}", "processes") for path in ("/proc/self/mem", "/proc/self/root/etc", "/proc/1/fd")),
        *((f"filesystem read {path}", "processes") for path in ("/proc/thread-self/environ", "/proc/4711/maps")),
        *((f"filesystem read {path}", "memory") for path in ("/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore")),
        *((f"network connect {host}:80", "link-local") for host in ("169.254.169.254", "169.254.0.1")),
        *((f"network connect {host}:80", "link-local") for host in ("[fe80::1]", "[febf::1]")),
        *((f"network connect {host}:80", "link-local") for host in ("[::ffff:169.254.169.254]", "[::169.254.169.254]")),
        *((f"network connect {host}:1", "link-local") for host in ("[64:ff9b::169.254.169.254]", "[2002:a9fe:a9fe::]")),
        *((f"network connect {host}:443", "cloud-metadata") for host in ("[fd00:ec2::254]", "100.100.100.200")),
        *((f"network connect {host}:80", "cloud-metadata") for host in ("metadata.google.internal", "METADATA.goog.")),
        *((f"network connect {host}:80", "cloud-metadata") for host in ("168.63.129.16", "192.0.0.192")),
    ],
)
def test_what_nobody_may(text, rule):
    assert decided(text) == f"forbidden:{rule}"


@pytest.mark.parametrize(
    "text",
    [
        "filesystem read /etc/passwd",
        "filesystem read /etc/shadow.txt",
        "filesystem read /proc/cpuinfo",
        "filesystem read /proc/sys/kernel/ostype",
        "filesystem read /home/ada/.sshd/a",
        "filesystem read /home/ada/x.ssh/a",
        "filesystem write /etcetera/a",
        "filesystem write /srv/etc/a",
        "network connect 169.253.0.1:80",
        "network connect [fec0::1]:80",
        "network connect metadata.google.internal.example.org:80",
        "network connect 10.0.0.1:80",
    ],
)
def test_what_is_beside_the_list_is_not_on_it(text):
    assert decided(text) == "allowed"


@pytest.mark.parametrize("level", TrustLevel)
def test_development_mode_does_not_lift_it_and_trust_does_not_either(level):
    context = component(*EVERYTHING, policy=unsealed(), trust=level)

    assert decided("filesystem read /etc/shadow", context) == "forbidden:passwords"
    assert decided("filesystem read /etc/hostname", context) == "allowed"


def test_every_entry_says_why():
    assert all(each.reason and each.patterns and each.keys for each in FORBIDDEN)
    assert len({each.name for each in FORBIDDEN}) == len(FORBIDDEN)


class TestWhatAirssysKeeps:
    @pytest.fixture
    def state(self, tmp_path):
        folder = tmp_path / "state"
        folder.mkdir()
        return folder

    def test_nobody_reads_or_writes_it(self, state):
        context = component(*EVERYTHING, policy=unsealed().protecting(state))

        for path in (state, state / "airssys.db", state / "audit" / "audit-1.jsonl"):
            assert decided(f"filesystem read {path}", context) == "forbidden:airssys"
            assert decided(f"filesystem write {path}", context) == "forbidden:airssys"

    def test_nobody_renames_a_folder_that_leads_there(self, state):
        context = component(*EVERYTHING, policy=unsealed().protecting(state))

        for parent in state.parents:
            assert decided(f"filesystem write {parent}", context) == "forbidden:airssys"
            assert decided(f"filesystem read {parent}", context) == "allowed"

    def test_what_stands_beside_it_is_not_kept(self, state):
        context = component(*EVERYTHING, policy=unsealed().protecting(state))

        for beside in (f"{state}-2/a", state.parent / "other" / "a"):
            assert decided(f"filesystem write {beside}", context) == "allowed"

    def test_a_link_to_it_is_followed_because_requests_are_resolved(self, state, tmp_path):
        (tmp_path / "link").symlink_to(state)
        context = component(*EVERYTHING, policy=unsealed().protecting(tmp_path / "link"))

        assert decided(f"filesystem read {state}/airssys.db", context) == "forbidden:airssys"

    def test_a_name_with_wildcards_means_itself(self, tmp_path):
        context = component(*EVERYTHING, policy=unsealed().protecting(tmp_path / "[ab]*"))

        assert decided(f"filesystem read {tmp_path}/[ab]*/x", context) == "forbidden:airssys"
        assert decided(f"filesystem read {tmp_path}/a/x", context) == "allowed"

    def test_a_relative_path_is_where_the_operator_stands(self, state, monkeypatch):
        monkeypatch.chdir(state.parent)
        context = component(*EVERYTHING, policy=unsealed().protecting("state"))

        assert decided(f"filesystem read {os.path.realpath(state)}/a", context) == "forbidden:airssys"

    def test_what_was_protected_before_stays_protected(self, state, tmp_path):
        policy = unsealed().protecting(state).protecting(tmp_path / "etc")

        assert decided(f"filesystem read {state}/a", component(*EVERYTHING, policy=policy)) == "forbidden:airssys"

    def test_a_policy_file_protects_itself(self, tmp_path):
        file = tmp_path / "policy.toml"
        file.write_text(
            '[[rule]]\neffect = "allow"\ncomponents = ["*"]\nkind = "*"\naction = "*"\nresource = "*"\n'
            '[wildcards]\n"*" = ["filesystem write /**"]\n'
        )
        context = component("filesystem write /**", policy=Policy.load(file))

        assert decided(f"filesystem write {file}", context) == "forbidden:airssys"
        assert decided(f"filesystem write {file}.txt", context) == "allowed"
