"""Promise: everything of `wasi:sockets` is there, so that programs link, and nothing of it reaches a network, whatever
a component may connect to otherwise."""

from __future__ import annotations

from typing import Any, Final

import pytest

from airssys.audit import MemorySink
from airssys.errors import GuestTrapped
from airssys.policy import Policy
from tests.guests import wasi_remote
from tests.guests.hosting import Guests
from tests.guests.wasi.programs import Remote, start
from tests.policies import members, unsealed

INTERFACES: Final = tuple(
    each.name.partition("@")[0] for each in wasi_remote.wasi() if each.name.startswith("wasi:sockets/")
)
WAYS: Final = ("tcp", "udp", "name")
MAY_CONNECT: Final = '[capabilities]\nnetwork.connect = ["example.org:443"]\n'


def decisions(sink: MemorySink) -> list[tuple[str, str]]:
    found = [record for record in members(sink) if record["event"] == "decision"]
    return [(each["decision"], each["request"]["kind"]) for each in found]


async def attempt(remote: Remote, what: str) -> Any:
    """The error code of one of the ways to a network."""
    if what == "name":
        network = await remote("instance-network-instance-network")
        return await remote.failure("ip-name-lookup-resolve-addresses", network, "example.org")
    return await remote.failure(f"{what}-create-socket-create-{what}-socket", "ipv4")


async def test_every_interface_links_and_hands_out_a_network(guests: Guests):
    assert len(INTERFACES) == 7
    async with guests.host() as host:
        remote = await start(guests, host, interfaces=INTERFACES)
        network = await remote("instance-network-instance-network")
        await remote("drop-network", network)


@pytest.mark.parametrize("what", WAYS)
async def test_every_way_to_a_network_is_refused_and_recorded(guests: Guests, what: str):
    sink = MemorySink()
    async with guests.host(authority={"audit": sink}) as host:
        remote = await start(guests, host, interfaces=INTERFACES)
        assert await attempt(remote, what) == "access-denied"
    assert decisions(sink) == [("denied", "network")]


@pytest.mark.parametrize("policy", [Policy(), unsealed()], ids=["shipped", "unsealed"])
async def test_not_even_a_right_to_connect_opens_a_socket(guests: Guests, policy: Policy):
    """Names and addresses are checked for interfaces that go by them."""
    async with guests.host(authority={"development": True, "policy": policy}) as host:
        remote = await start(guests, host, interfaces=INTERFACES, more=MAY_CONNECT)
        for what in WAYS:
            assert await attempt(remote, what) == "access-denied"


@pytest.mark.parametrize("name", ["127.0.0.1", "::1", "", "a" * 5000, "exa mple\x00.org", "127.0.0.1:80", "*"])
async def test_a_name_that_is_none_is_refused_like_any_other(guests: Guests, name: str):
    async with guests.host() as host:
        remote = await start(guests, host, interfaces=INTERFACES)
        network = await remote("instance-network-instance-network")
        assert await remote.failure("ip-name-lookup-resolve-addresses", network, name) == "access-denied"


@pytest.mark.parametrize("export", ["tcp-socket-start-listen", "udp-socket-subscribe", "tcp-socket-is-listening"])
async def test_there_is_no_socket_that_could_be_used(guests: Guests, export: str):
    async with guests.host() as host:
        remote = await start(guests, host, interfaces=INTERFACES)
        network = await remote("instance-network-instance-network")
        for handle in (0, 1, network):
            with pytest.raises(GuestTrapped) as trapped:
                await remote(export, handle)
            assert trapped.value.kind == "bad-handle"
