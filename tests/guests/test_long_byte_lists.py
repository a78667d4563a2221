"""Promise: long lists of bytes cross whole, whatever way they take, and whoever else sends some at the same time."""

from __future__ import annotations

import asyncio
import os

import pytest

from airssys.engine.values._bulk import LEAST_BYTES, MOST_BYTES
from airssys.engine.wit import parse_interface
from tests.guests.hosting import MIB, Guests
from tests.guests.wasi_remote import component

SIZES = sorted({size + by for size in (LEAST_BYTES, MOST_BYTES) for by in (-1, 0, 1)} | {0, 1, 3 * MOST_BYTES})

#: Answers with bytes as themselves, as the good side of a result, and as the first item of that.
_REMOTE = component(["wasi:random/random", "wasi:io/streams", "wasi:filesystem/types"])


@pytest.mark.parametrize("size", SIZES)
async def test_an_argument_and_a_result_come_back_as_they_were(guests: Guests, size: int):
    data = os.urandom(size)
    async with guests.host() as host:
        add = await guests.start(host, "add", max_bytes=4 * MIB)
        assert await add.call("echo-bytes", data) == data


@pytest.mark.parametrize("size", [size for size in SIZES if size <= MOST_BYTES])
async def test_what_a_host_function_answers_reaches_the_guest_whole(guests: Guests, size: int):
    data = os.urandom(size)

    async with guests.host(authority={"entropy": lambda count: data if count == size else bytes(count)}) as host:
        remote = await guests.start(host, "remote", text=_REMOTE, max_bytes=4 * MIB)
        assert await remote.call("random-get-random-bytes", size) == data


async def test_many_at_a_time_do_not_meet(guests: Guests):
    async with guests.host() as host:
        adds = [await guests.start(host, "add", name=f"add-{number}", max_bytes=4 * MIB) for number in range(4)]
        sent = [os.urandom(MOST_BYTES) for _ in range(24)]
        back = await asyncio.gather(*(adds[at % 4].call("echo-bytes", data) for at, data in enumerate(sent)))

    assert back == sent


def test_the_places_that_are_meant_are_found():
    from airssys.engine.values._bulk import Place, place_in

    functions = parse_interface(
        "interface a:b/c { itself: func() -> list<u8>; good: func() -> result<list<u8>>;"
        " first: func() -> result<tuple<list<u8>, bool>>; second: func() -> result<tuple<bool, list<u8>>>;"
        " numbers: func() -> list<u16>; nothing: func(); }"
    ).functions

    assert {name: place_in(of) for name, of in functions.items()} == {
        "itself": Place.ITSELF,
        "good": Place.OK,
        "first": Place.OK_FIRST,
        "second": None,
        "numbers": None,
        "nothing": None,
    }
