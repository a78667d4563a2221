"""Threat: a forbidden thing that somebody approved. No person, rule, role or development mode lifts the list."""

from __future__ import annotations

import pytest

from airssys.errors import CapabilityDenied
from airssys.policy import Gate, Policy
from airssys.trust import TrustConfig, TrustLevel, development_mode
from tests.adversarial.trusting import load, write
from tests.policies import EVERYTHING, Kept, allow, component, request, rights, role

#: Everything that an operator can say in favour of a component, and nothing against it.
GENEROUS = Policy(
    rules=(allow("* * *"),),
    roles=(role("root", *EVERYTHING),),
    assigned=(("*", ("root",)),),
    wildcards=(("*", rights(*EVERYTHING)),),
    protected=("/var/lib/airssys",),
)

FORBIDDEN = [
    *(f"filesystem write {path}" for path in ("/etc/passwd", "/boot/grub", "/sys/kernel/x", "/proc/sys/x", "/dev/sda")),
    *(f"filesystem read {path}" for path in ("/etc/shadow", "/root/.ssh/id_ed25519", "/home/a/b/.ssh/config")),
    *(f"filesystem {action} /var/lib/airssys/airssys.db" for action in ("read", "write")),
    "filesystem write /var/lib",
    *(f"filesystem read /proc/{which}" for which in ("self/root/etc/shadow", "self/fd/3", "1/mem", "thread-self/cwd")),
    *(f"network connect {host}:80" for host in ("169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]")),
    *(f"network connect {host}:80" for host in ("metadata.google.internal", "Metadata.Google.Internal.")),
    *(f"network connect {host}:80" for host in ("[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "100.100.100.200")),
]


@pytest.fixture
def level(tmp_path):
    """How far a component is trusted that no rule is about."""
    source = load(write(tmp_path / "adder"))

    def judge(*, development: bool) -> TrustLevel:
        mode = development_mode(development, environment={})
        return TrustConfig().assess(source, development=mode).level

    return judge


@pytest.mark.parametrize("development", [False, True], ids=["production", "development mode"])
@pytest.mark.parametrize("text", FORBIDDEN)
def test_nothing_lifts_the_forbidden_list(text, development, level):
    log = Kept()
    gate = Gate(component(*EVERYTHING, policy=GENEROUS, trust=level(development=development)), log)

    with pytest.raises(CapabilityDenied, match="forbidden list"):
        gate.require(request(text))
    assert log.decisions[0][2].startswith("forbidden:")


def test_development_mode_is_a_level_of_trust_and_the_rest_is_allowed_there(level):
    assert (level(development=False), level(development=True)) == (TrustLevel.UNKNOWN, TrustLevel.DEVELOPMENT)

    gate = Gate(component(*EVERYTHING, policy=GENEROUS, trust=TrustLevel.DEVELOPMENT), None)
    assert gate.require(request("filesystem read /etc/hostname")).rules == ("policy.toml:1",)


def test_a_policy_file_cannot_shorten_the_list(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(
        '[[rule]]\neffect = "allow"\ncomponents = ["invoice"]\nkind = "filesystem"\naction = "read"\n'
        'resource = "/etc/shadow"\nreason = "I really mean it"\n'
    )
    gate = Gate(component("filesystem read /etc/shadow", policy=Policy.load(file)), None)

    with pytest.raises(CapabilityDenied, match="forbidden:passwords"):
        gate.require(request("filesystem read /etc/shadow"))


def test_the_list_is_a_part_of_every_policy():
    with pytest.raises(TypeError):
        Policy(_forbidden=())  # type: ignore[call-arg]
