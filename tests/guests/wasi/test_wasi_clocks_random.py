"""Promise: a guest is told the host's time, no finer than a microsecond, and gets the host's entropy, a bounded piece
at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from airssys.errors import GuestTrapped
from tests.clock import WallClock
from tests.guests.hosting import Guests
from tests.guests.wasi.programs import start

MICROSECOND: Final = 1000
SECOND: Final = 10**9
KIB: Final = 1024
MOST: Final = 64 * KIB


def datetime(value: Any) -> tuple[int, int]:
    return value.seconds, value.nanoseconds


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (0.0, 0),
        (1000.0, 1000 * SECOND),
        (1000.0000015, 1000 * SECOND + MICROSECOND),
        (1000.0000029, 1000 * SECOND + 2 * MICROSECOND),
        (0.0000009, 0),
    ],
)
async def test_a_guest_is_told_the_hosts_time_in_whole_microseconds(guests: Guests, now: float, told: int):
    async with guests.host(authority={"clock": WallClock(now=now)}) as host:
        remote = await start(guests, host)
        assert await remote("monotonic-clock-now") == told


async def test_both_clocks_have_a_resolution_of_a_microsecond(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        assert await remote("monotonic-clock-resolution") == MICROSECOND
        assert datetime(await remote("wall-clock-resolution")) == (0, MICROSECOND)


async def test_the_clock_of_a_guest_moves_with_its_hosts(guests: Guests):
    clock = WallClock(now=1000.0)
    async with guests.host(authority={"clock": clock}) as host:
        remote = await start(guests, host)
        assert await remote("now-many", 1000) == 1000 * SECOND
        clock.now += 0.5
        assert await remote("monotonic-clock-now") == 1000 * SECOND + SECOND // 2


async def test_real_time_never_goes_back_and_goes_in_steps(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        read = [await remote("monotonic-clock-now") for _ in range(300)]
        assert read == sorted(read)
        assert read[0] < read[-1]
        assert {each % MICROSECOND for each in read} == {0}


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (1_700_000_000.5, (1_700_000_000, 500_000_000)),
        (1_700_000_000.0, (1_700_000_000, 0)),
        (0.0000019, (0, MICROSECOND)),
        (-3600.0, (0, 0)),
    ],
)
async def test_a_guest_is_told_the_time_of_day(guests: Guests, today: float, told: tuple[int, int]):
    async with guests.host(authority={"clock": WallClock(today=today)}) as host:
        remote = await start(guests, host)
        assert datetime(await remote("wall-clock-now")) == told


async def test_a_time_of_day_that_is_set_back_is_told_as_it_is_and_no_timer_notices(guests: Guests):
    clock = WallClock()
    async with guests.host(authority={"clock": clock}) as host:
        remote = await start(guests, host)
        before = datetime(await remote("wall-clock-now"))
        pollable = await remote("monotonic-clock-subscribe-duration", SECOND)
        clock.today -= 86_400
        clock.now += 1
        assert datetime(await remote("wall-clock-now")) == (before[0] - 86_400, before[1])
        assert await remote("pollable-ready", pollable)


@pytest.mark.parametrize("seconds", [0, 1_700_000_000, 2**64 - 1])
async def test_a_guest_is_in_utc_wherever_its_host_is(guests: Guests, monkeypatch: pytest.MonkeyPatch, seconds: int):
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    async with guests.host() as host:
        remote = await start(guests, host)
        when = {"seconds": seconds, "nanoseconds": 0}
        assert await remote("timezone-utc-offset", when) == 0
        display = await remote("timezone-display", when)
        assert (display.utc_offset, display.name, display.in_daylight_saving_time) == (0, "UTC", False)


# ---------------------------------------------------------------- random bytes


@dataclass
class Counted:
    """Entropy that can be foretold, and knows what was asked of it."""

    asked: list[int] = field(default_factory=list)

    def __call__(self, size: int) -> bytes:
        self.asked.append(size)
        return bytes(number % 251 for number in range(size))


async def test_random_bytes_are_the_hosts(guests: Guests):
    entropy = Counted()
    async with guests.host(authority={"entropy": entropy}) as host:
        remote = await start(guests, host)
        entropy.asked.clear()
        assert await remote("random-get-random-bytes", 10) == bytes(range(10))
        assert await remote("random-get-random-u64") == int.from_bytes(bytes(range(8)), "little")
        assert await remote("random-get-random-bytes", 0) == b""
        assert entropy.asked == [10, 8, 0]


async def test_no_two_answers_of_the_system_are_equal(guests: Guests):
    async with guests.host() as host:
        remote = await start(guests, host)
        for export in ("random-get-random-u64", "insecure-get-insecure-random-u64"):
            assert len({await remote(export) for _ in range(20)}) == 20
        for export in ("random-get-random-bytes", "insecure-get-insecure-random-bytes"):
            assert len({await remote(export, 16) for _ in range(20)}) == 20


@pytest.mark.parametrize("export", ["random-get-random-bytes", "insecure-get-insecure-random-bytes"])
@pytest.mark.parametrize("size", [MOST + 1, 2**32, 2**63, 2**64 - 1])
async def test_64_kib_are_given_and_more_traps_before_any_is_made(guests: Guests, export: str, size: int):
    entropy = Counted()
    async with guests.host(authority={"entropy": entropy}) as host:
        remote = await start(guests, host)
        assert len(await remote(export, MOST)) == MOST
        entropy.asked.clear()  # a generator may have been seeded
        with pytest.raises(GuestTrapped, match=f"{size} random bytes") as trapped:
            await remote(export, size)
        assert trapped.value.kind == "resource-limit"
        assert entropy.asked == []
        assert len(await remote(export, 3)) == 3


async def test_what_is_insecure_takes_of_the_hosts_entropy_once(guests: Guests):
    entropy = Counted()
    async with guests.host(authority={"entropy": entropy}) as host:
        remote = await start(guests, host)
        for _ in range(5):
            await remote("insecure-get-insecure-random-bytes", 1000)
            await remote("insecure-get-insecure-random-u64")
            await remote("insecure-seed-insecure-seed")
        assert sum(entropy.asked) == 24, "eight bytes for the generator, sixteen for the seed"


async def test_the_seed_is_one_for_each_component_over_all_its_instances(guests: Guests):
    async with guests.host() as host:
        one, two = [await start(guests, host, name=name) for name in ("one", "two")]
        seed = await one("insecure-seed-insecure-seed")
        with pytest.raises(GuestTrapped):
            await one("random-get-random-bytes", 2**63)
        assert await one("insecure-seed-insecure-seed") == seed
        assert one.component.status.restarts == 1
        assert await two("insecure-seed-insecure-seed") != seed


async def test_what_is_insecure_differs_between_components(guests: Guests):
    async with guests.host() as host:
        remotes = [await start(guests, host, name=name) for name in ("one", "two")]
        one, two = [await remote("insecure-get-insecure-random-bytes", 16) for remote in remotes]
        assert one != two
