"""Promise: components that were built for any WASI 0.2 link and run, and what the embedding program answers itself,
nobody else answers."""

from __future__ import annotations

from typing import Final

import pytest

from airssys import HostInterface
from airssys.errors import CapabilityDenied, LinkError
from airssys.interfaces.wasi import WasiSetup
from tests.guests import wasi_remote
from tests.guests.hosting import Guests
from tests.guests.wasi.programs import PRINTS_ARGUMENTS, Remote, program

VERSIONS: Final = ("0.2.0", "0.2.3", "0.2.6", "0.2.12")
RANDOM: Final = "get-random-bytes: func(len: u64) -> list<u8>; get-random-u64: func() -> u64;"


def own_random(version: str) -> HostInterface:
    return HostInterface(
        f"interface wasi:random/random@{version} {{ {RANDOM} }}",
        {"get-random-bytes": lambda size: b"\x07" * size, "get-random-u64": lambda: 7},
    )


@pytest.mark.parametrize("version", VERSIONS)
async def test_all_of_wasi_links_and_runs_in_every_version(guests: Guests, version: str):
    async with guests.host() as host:
        project = guests.project("remote", text=wasi_remote.component(version=version))
        remote = Remote(await host.start(project, wasi=WasiSetup(stdin=b"text")))
        stream = await remote("stdin-get-stdin")
        assert await remote("input-stream-blocking-read", stream, 10) == b"text"
        assert await remote("preopens-get-directories") == []
        assert len(await remote("random-get-random-bytes", 4)) == 4
        pollable = await remote("monotonic-clock-subscribe-duration", 0)
        assert await remote("poll-poll", [pollable]) == [0]
        assert await remote.failure("tcp-create-socket-create-tcp-socket", "ipv6") == "access-denied"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_program_runs_in_every_version(guests: Guests, version: str):
    async with guests.host() as host:
        component = await host.start(guests.project("remote", text=program(PRINTS_ARGUMENTS, version=version)))
        assert await component.run(["a"]) == 0
        assert component.logs.text == "remote.wat\na\n"


@pytest.mark.parametrize("own", ["0.2.0", "0.2.6", "0.2.99"])
@pytest.mark.parametrize("imported", ["0.2.0", "0.2.12"])
async def test_an_interface_of_the_embedding_program_wins_in_every_compatible_version(
    guests: Guests, own: str, imported: str
):
    async with guests.host() as host:
        text = wasi_remote.component(["wasi:random/random", "wasi:clocks/monotonic-clock"], version=imported)
        remote = Remote(await host.start(guests.project("remote", text=text), interfaces=[own_random(own)]))
        assert await remote("random-get-random-bytes", 3) == b"\x07" * 3
        assert await remote("random-get-random-u64") == 7
        assert await remote("monotonic-clock-now") > 0


async def test_what_the_embedding_program_answers_for_one_component_is_for_that_one_alone(guests: Guests):
    async with guests.host() as host:
        project = guests.project("remote", text=wasi_remote.component(["wasi:random/random"]))
        own = Remote(await host.start(project, name="own", interfaces=[own_random("0.2.0")]))
        other = Remote(await host.start(project, name="other"))
        assert await own("random-get-random-bytes", 16) == b"\x07" * 16
        assert await other("random-get-random-bytes", 16) != b"\x07" * 16


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("wasi:random/random@0.2.0", '"get-random-u64" (func (result string))'),
        ("wasi:random/random@0.2.0", '"get-random-bytes" (func (param "len" u32) (result (list u8)))'),
        ("wasi:clocks/monotonic-clock@0.2.0", '"resolution" (func (param "of" u64) (result u64))'),
        ("wasi:cli/exit@0.2.0", '"exit-with-code" (func (param "status-code" s32))'),
    ],
)
async def test_a_signature_that_is_not_wasis_is_a_link_error(guests: Guests, name: str, signature: str):
    text = f'(component (import "{name}" (instance (export {signature}))))'
    async with guests.host() as host:
        with pytest.raises(LinkError, match=name.partition("@")[0]) as refused:
            await host.start(guests.project("remote", text=text))
        assert signature.split('"')[1] in str(refused.value)


def asks(interface: str, function: str) -> str:
    """A guest that calls a function when it is asked to, and has another export."""
    return f"""(component
      (import "{interface}" (instance $random (export "{function}" (func (result u64)))))
      (core func $ask (canon lower (func $random "{function}")))
      (core module $m
        (import "host" "ask" (func $ask (result i64)))
        (func (export "ask") (result i64) (call $ask))
        (func (export "other") (result i64) (i64.const 1)))
      (core instance $m (instantiate $m (with "host" (instance (export "ask" (func $ask))))))
      (func (export "ask") (result u64) (canon lift (core func $m "ask")))
      (func (export "other") (result u64) (canon lift (core func $m "other"))))"""


async def test_a_function_that_wasi_does_not_have_is_a_link_error(guests: Guests):
    async with guests.host() as host:
        with pytest.raises(LinkError, match=r"more-random: wasi:random/random@0\.2\.12 has no such function"):
            await host.start(guests.project("remote", text=asks("wasi:random/random@0.2.0", "more-random")))


@pytest.mark.parametrize("interface", ["wasi:random/other@0.2.0", "wasi:random/random@0.3.0", "wasi:http/types@0.2.0"])
async def test_an_interface_of_wasi_that_is_not_answered_links_and_is_denied(guests: Guests, interface: str):
    async with guests.host() as host:
        component = await host.start(guests.project("remote", text=asks(interface, "get-random-u64")))
        assert await component.call("other") == 1
        with pytest.raises(CapabilityDenied, match="not granted"):
            await component.call("ask")
