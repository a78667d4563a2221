"""A guest that stops because its budget said no is out of memory: the error has the numbers, and nothing stays."""

from __future__ import annotations

import asyncio

import pytest

from airssys import ComponentState, ResourceLimiter
from airssys.errors import DeadlineExceeded, EngineFailed, GuestTrapped, OutOfMemory
from tests.guests import wat
from tests.guests.hosting import MIB, PAGE, Guests, call

LIMIT = 8 * PAGE


# ---------------------------------------------------------------- before it runs


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("huge-minimum", None),
        ("two-memories", None),
        ("many-memories", wat.memories(20, 3)),
        ("nested", None),
        ("hostile", None),
    ],
)
async def test_a_component_that_is_too_large_names_the_smallest_limit_that_starts_it(
    guests: Guests, name: str, text: str | None
) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await guests.instance(name, text=text, max_bytes=PAGE - 1)
    smallest = caught.value.requested_bytes
    assert str(smallest) in caught.value.hint
    assert (caught.value.limit_bytes, caught.value.peak_bytes) == (PAGE - 1, 0)
    with pytest.raises(OutOfMemory) as again:
        await guests.instance(name, text=text, max_bytes=smallest - 1)
    assert again.value.requested_bytes == smallest
    started = await guests.instance(name, text=text, max_bytes=smallest)
    assert started.limiter.usage.current_bytes == smallest


async def test_through_a_host_the_named_limit_starts_it_and_one_page_less_does_not(guests: Guests) -> None:
    async with guests.host() as host:
        with pytest.raises(OutOfMemory) as caught:
            await guests.start(host, "huge-minimum", max_bytes=MIB)
        smallest = caught.value.requested_bytes
        with pytest.raises(OutOfMemory):
            await guests.start(host, "huge-minimum", max_bytes=smallest - PAGE)
        assert not host.components
        guest = await guests.start(host, "huge-minimum", max_bytes=smallest)
        assert await guest.call("pages") == smallest // PAGE


async def test_growth_refused_while_starting_names_a_lower_bound_only(guests: Guests) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await guests.instance("start-grows", max_bytes=2 * PAGE)
    error = caught.value
    assert (error.limit_bytes, error.requested_bytes, error.peak_bytes) == (2 * PAGE, 3 * PAGE, 2 * PAGE)
    assert f"at least {3 * PAGE}" in error.hint  # what else its start function will ask for, nobody knows


async def test_growth_refused_while_starting_has_the_guest_s_backtrace(guests: Guests) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await guests.instance("start-grows", max_bytes=2 * PAGE)
    assert any("start" in frame for frame in caught.value.backtrace)


async def test_sizes_that_differ_by_a_byte_are_told_apart(guests: Guests) -> None:
    with pytest.raises(OutOfMemory) as caught:
        await guests.instance("huge-minimum", max_bytes=80 * PAGE - 1)
    assert str(80 * PAGE - 1) in caught.value.message


async def test_refusals_of_an_earlier_instance_are_not_held_against_a_start_function(guests: Guests) -> None:
    limiter = ResourceLimiter(LIMIT)
    with pytest.raises(OutOfMemory):
        await guests.instance("start-grows", max_bytes=LIMIT, limiter=limiter)
    with pytest.raises(GuestTrapped):
        await guests.instance("start-traps", max_bytes=LIMIT, limiter=limiter)


# ---------------------------------------------------------------- while it runs


async def test_a_guest_that_stops_after_a_refusal_is_out_of_memory_with_limit_request_and_peak(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("exhaust")
    error = caught.value
    assert (error.limit_bytes, error.requested_bytes, error.peak_bytes) == (LIMIT, LIMIT + PAGE, LIMIT)
    assert "512 KiB" in error.message
    assert "576 KiB" in error.message


async def test_the_error_has_the_guest_s_backtrace(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("exhaust")
    assert caught.value.backtrace[0].endswith("hostile!exhaust")


async def test_the_request_told_is_the_one_that_was_refused(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        await guest.call("grow", 3)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("grow-and-trap", 100)
    assert (caught.value.requested_bytes, caught.value.peak_bytes) == (104 * PAGE, 4 * PAGE)


async def test_two_memories_run_out_together(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "two-memories", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("exhaust")
    assert (caught.value.requested_bytes, caught.value.peak_bytes) == (LIMIT + PAGE, LIMIT)


async def test_a_guest_can_run_out_in_its_allocator_while_an_argument_is_placed(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("take-exhaust", "an argument")
    assert caught.value.backtrace[-1].endswith("hostile!realloc-exhaust")
    assert caught.value.requested_bytes == LIMIT + PAGE


async def test_an_argument_that_does_not_fit_is_out_of_memory(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "add", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory) as caught:
            await guest.call("echo-bytes", bytes(2 * LIMIT))
        assert caught.value.limit_bytes == LIMIT
        assert await guest.call("echo-bytes", bytes(LIMIT // 2)) == bytes(LIMIT // 2)


async def test_a_guest_can_run_out_after_its_result(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory):
            await guest.call("then-exhaust")


# ---------------------------------------------------------------- what is not out of memory


async def test_a_guest_that_copes_with_a_refusal_is_well(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        assert await guest.call("exhaust-quietly") == 7
        assert guest.memory.refused == 1
        assert await guest.call("pages") == 8  # the same instance
        assert guest.status.restarts == 0


async def test_a_trap_in_a_later_call_than_the_refusal_is_a_trap(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        await guest.call("exhaust-quietly")
        with pytest.raises(GuestTrapped) as caught:
            await guest.call("trap")
        assert caught.value.kind == "unreachable"


async def test_a_trap_after_growth_that_was_granted_is_a_trap(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(GuestTrapped) as caught:
            await guest.call("grow-and-trap", 7)
        assert caught.value.kind == "unreachable"


async def test_a_guest_that_was_refused_and_then_never_returns_missed_its_deadline(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(DeadlineExceeded):
            await guest.call("exhaust-and-spin", timeout=0.05)
        assert guest.memory.refused == 1


# ---------------------------------------------------------------- afterwards


async def test_nothing_stays_of_a_guest_that_ran_out(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "two-memories", max_bytes=LIMIT)
        assert guests.memories() == 2
        with pytest.raises(OutOfMemory):
            await guest.call("exhaust")
        assert guests.memories() == 0
        assert guest.memory.current_bytes == 0
        assert guest.status.state is ComponentState.FAILED


async def test_nothing_stays_of_a_guest_that_could_not_start(guests: Guests) -> None:
    async with guests.host() as host:
        for guest, limit in (("start-grows", 3 * PAGE), ("huge-minimum", PAGE), ("start-traps", MIB)):
            with pytest.raises((OutOfMemory, GuestTrapped)):
                await guests.start(host, guest, max_bytes=limit)
            assert guests.memories() == 0
        assert not host.components


async def test_the_next_call_meets_a_new_instance_with_fresh_memory(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        assert [await guest.call("count-calls") for _ in range(3)] == [1, 2, 3]
        await guest.call("fill", 0xAA)
        for restarts in (1, 2, 3):
            with pytest.raises(OutOfMemory) as caught:
                await guest.call("exhaust")
            assert guest.status.last_failure is caught.value
            assert await guest.call("count-calls") == 1
            assert await guest.call("pages") == 1
            assert await guest.call("check", 0) == 0  # every byte of the canary's place is zero
            assert guest.status.restarts == restarts


async def test_a_guest_recovers_as_soon_as_its_limit_is_raised(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=LIMIT)
        with pytest.raises(OutOfMemory):
            await guest.call("grow-and-trap", 8)
        await guest.set_limits(max_bytes=LIMIT + PAGE)
        assert await guest.call("grow", 8) == 1


async def test_several_guests_run_out_at_once_each_with_its_own_numbers(guests: Guests) -> None:
    limits = [n * PAGE for n in range(2, 18)]
    async with guests.host() as host:
        started = [await guests.start(host, "hostile", name=f"g{n}", max_bytes=n) for n in limits]
        outcomes = await asyncio.gather(*[guest.call("exhaust") for guest in started], return_exceptions=True)
        errors = [outcome for outcome in outcomes if isinstance(outcome, OutOfMemory)]
        assert [(error.limit_bytes, error.requested_bytes, error.peak_bytes) for error in errors] == [
            (limit, limit + PAGE, limit) for limit in limits
        ]
        assert guests.memories() == 0
        assert await asyncio.gather(*[guest.call("pages") for guest in started]) == [1] * len(limits)


async def test_calls_that_waited_behind_one_that_ran_out_meet_the_new_instance(guests: Guests) -> None:
    async with guests.host() as host:
        guest = await guests.start(host, "hostile", max_bytes=400 * PAGE)
        await guest.call("count-calls")
        outcomes = await asyncio.gather(
            guest.call("exhaust"), guest.call("count-calls"), guest.call("count-calls"), return_exceptions=True
        )
        assert isinstance(outcomes[0], OutOfMemory)
        assert [*outcomes[1:]] == [1, 2]


async def test_a_machine_without_memory_is_not_the_guest_s_fault(
    guests: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = await guests.instance("hostile", max_bytes=LIMIT)
    monkeypatch.setattr("airssys.engine._memory._mprotect", lambda *_: -1)
    with pytest.raises(EngineFailed) as caught:
        await call(instance, "exhaust")
    assert "this machine" in caught.value.message
    assert instance.limiter.usage.refused == 0
    assert guests.memories() == 0
