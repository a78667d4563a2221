"""One tracker: what it charges, what it refuses, and what it says about it."""

from __future__ import annotations

import sys

import pytest

from airssys.errors import QuotaExceeded, QuotaInvalid
from airssys.quotas import QuotaKind, QuotaLevel, QuotaStatus, QuotaTracker, ResourceQuota
from tests.clock import FakeClock

RATES = [kind for kind in QuotaKind if not kind.is_gauge]
GAUGES = [kind for kind in QuotaKind if kind.is_gauge]
#: A limit of 200 messages, 200 bytes, and 200 ms for CPU, which is 200 million nanoseconds.
TWO_HUNDRED = ResourceQuota(
    storage_bytes=200,
    messages_per_second=200,
    network_bytes_per_second=200,
    cpu_ms_per_second=200,
    memory_bytes=200,
)


def tracker(quota: ResourceQuota = TWO_HUNDRED, *, clock: FakeClock | None = None) -> QuotaTracker:
    return QuotaTracker(quota, clock=clock or FakeClock())


def refused(tracker: QuotaTracker, kind: QuotaKind, amount: int) -> QuotaExceeded:
    with pytest.raises(QuotaExceeded) as caught:
        tracker.consume(kind, amount)
    return caught.value


def unit(kind: QuotaKind) -> int:
    return 1_000_000 if kind is QuotaKind.CPU else 1


@pytest.mark.parametrize("kind", QuotaKind)
def test_the_whole_quota_passes_at_once_and_no_unit_more(kind):
    tracked = tracker()

    tracked.consume(kind, 200 * unit(kind))

    assert not tracked.check(kind, 1)
    error = refused(tracked, kind, 1)
    assert (error.kind, error.used, error.requested, error.limit) == (kind, 200 * unit(kind), 1, 200 * unit(kind))
    assert tracked.status()[kind].used == 200 * unit(kind)


@pytest.mark.parametrize("kind", QuotaKind)
def test_a_refused_amount_is_not_charged(kind):
    tracked = tracker()
    tracked.consume(kind, 150 * unit(kind))

    refused(tracked, kind, 51 * unit(kind))

    tracked.consume(kind, 50 * unit(kind))
    assert tracked.status()[kind].used == 200 * unit(kind)


def test_kinds_are_counted_apart():
    tracked = tracker()

    tracked.consume(QuotaKind.MESSAGES, 200)
    tracked.consume(QuotaKind.NETWORK, 200)

    assert tracked.check(QuotaKind.STORAGE, 200)


@pytest.mark.parametrize("kind", RATES)
def test_a_rate_is_free_again_a_second_later(kind):
    clock = FakeClock(10.0)
    tracked = tracker(clock=clock)
    tracked.consume(kind, 200 * unit(kind))

    clock.now = 11.0
    refused(tracked, kind, 1)  # both ends of the second belong to it
    clock.now = 11.0625
    tracked.consume(kind, 200 * unit(kind))


@pytest.mark.parametrize("kind", GAUGES)
def test_a_gauge_is_free_again_only_when_it_is_released(kind):
    clock = FakeClock(10.0)
    tracked = tracker(clock=clock)
    tracked.consume(kind, 200)

    clock.now = 1e6
    assert refused(tracked, kind, 1).resets_in is None

    tracked.release(kind, 5)
    tracked.consume(kind, 5)


@pytest.mark.parametrize("start", [10.0, 10.03, 10.06, 10.5, 10.97])
def test_the_edge_of_a_window_lets_nothing_twice_through(start):
    """The attack on windows that are reset: all of it before the edge, all of it right after."""
    clock = FakeClock(start)
    tracked = tracker(clock=clock)
    passed: list[float] = []
    for step in range(5_000):
        clock.now = start + step / 1_000
        while tracked.check(QuotaKind.MESSAGES):
            tracked.consume(QuotaKind.MESSAGES)
            passed.append(clock.now)

    within = [sum(first <= at <= first + 1.0 for at in passed) for first in sorted(set(passed))]
    assert max(within) == 200
    assert len(passed) >= 4 * 200  # and what is allowed does pass


def test_an_even_stream_at_94_per_cent_is_never_refused():
    clock = FakeClock(10.0)
    tracked = tracker(clock=clock)

    for step in range(2_000):
        clock.now = 10.0 + step / 188
        tracked.consume(QuotaKind.MESSAGES)

    assert tracked.status()[QuotaKind.MESSAGES].level is QuotaLevel.CRITICAL


def test_a_refusal_says_exactly_when_the_amount_will_fit():
    clock = FakeClock(10.0)
    tracked = tracker(clock=clock)
    tracked.consume(QuotaKind.MESSAGES, 120)
    clock.now = 10.4
    tracked.consume(QuotaKind.MESSAGES, 80)

    for amount, seconds in ((1, 0.6625), (120, 0.6625), (121, 1.0375), (200, 1.0375)):
        assert refused(tracked, QuotaKind.MESSAGES, amount).resets_in == pytest.approx(seconds)
    assert refused(tracked, QuotaKind.MESSAGES, 201).resets_in is None


def test_a_refusal_word_by_word():
    tracked = tracker(ResourceQuota(network_bytes_per_second=1_048_576, storage_bytes=10, cpu_ms_per_second=300))
    tracked.consume(QuotaKind.NETWORK, 1_048_576)

    assert str(refused(tracked, QuotaKind.NETWORK, 512)) == (
        "network_per_second: 512 B more on top of 1 MiB would exceed the limit of 1 MiB within one second; "
        "it fits in 1.06 s if nothing else is used"
    )
    assert str(refused(tracked, QuotaKind.STORAGE, 11)) == (
        "storage: 11 B more on top of 0 B would exceed the limit of 10 B"
    )
    assert str(refused(tracked, QuotaKind.CPU, 300_500_000)) == (
        "cpu_ms_per_second: 300.5 ms more on top of 0.0 ms would exceed the limit of 300.0 ms within one second"
    )


@pytest.mark.parametrize("kind", QuotaKind)
def test_a_quota_of_zero_refuses_everything_and_reports_100_per_cent(kind):
    zero = dict.fromkeys(ResourceQuota.__dataclass_fields__, 0)
    tracked = tracker(ResourceQuota(**zero))

    for amount in (0, 1, 10**100):
        assert not tracked.check(kind, amount)
        assert refused(tracked, kind, amount).resets_in is None
    status = tracked.status()[kind]
    assert (status.used, status.limit, status.available, status.percent, status.level) == (
        0,
        0,
        0,
        100.0,
        QuotaLevel.CRITICAL,
    )


@pytest.mark.parametrize("kind", QuotaKind)
def test_without_a_quota_everything_passes_and_is_counted(kind):
    tracked = tracker(ResourceQuota())

    tracked.consume(kind, 2**60)

    assert tracked.status()[kind] == QuotaStatus(kind=kind, used=2**60, limit=None)
    assert (tracked.status()[kind].available, tracked.status()[kind].percent) == (None, 0.0)


@pytest.mark.parametrize("kind", QuotaKind)
@pytest.mark.parametrize("quota", [TWO_HUNDRED, ResourceQuota()], ids=["limited", "unlimited"])
@pytest.mark.parametrize("amount", [2**62, 2**63 - 1, 2**63, 2**64, 2**64 + 1, pytest.param(10**5000, id="enormous")])
def test_huge_amounts_do_not_wrap(kind, quota, amount):
    tracked = tracker(quota)
    tracked.consume(kind, 1)

    assert not tracked.check(kind, amount)
    error = refused(tracked, kind, amount)
    assert (error.used, error.requested) == (1, amount)
    assert tracked.status()[kind].used == 1


@pytest.mark.parametrize("amount", [2**62 + 1, 2**64 + 1, pytest.param(10**5000, id="enormous")])
def test_what_is_found_or_was_used_counts_as_much_as_can_be_counted(amount):
    tracked = tracker()

    tracked.recount(QuotaKind.STORAGE, amount)
    for _ in range(3):
        tracked.charge(QuotaKind.CPU, amount)

    assert tracked.usage()[QuotaKind.STORAGE] == tracked.usage()[QuotaKind.CPU] == 2**62
    refused(tracked, QuotaKind.STORAGE, 1)
    refused(tracked, QuotaKind.CPU, 1)


@pytest.mark.parametrize("kind", QuotaKind)
@pytest.mark.parametrize(
    "amount", [-1, -(2**63), pytest.param(-(10**5000), id="minus-enormous"), True, False, 1.0, float("nan"), "1", None]
)
def test_an_amount_is_a_whole_number_that_is_not_negative(kind, amount):
    tracked = tracker()
    tracked.consume(kind, 7)

    for charge in (tracked.consume, tracked.check, tracked.charge, tracked.release, tracked.recount):
        with pytest.raises(QuotaInvalid):
            charge(kind, amount)
    assert tracked.usage()[kind] == 7


@pytest.mark.parametrize("kind", GAUGES)
def test_no_more_can_be_released_than_is_held(kind):
    tracked = tracker()
    tracked.consume(kind, 7)

    with pytest.raises(QuotaInvalid, match=r"8 B cannot be released, 7 B are held"):
        tracked.release(kind, 8)

    assert tracked.usage()[kind] == 7


@pytest.mark.parametrize("kind", RATES)
def test_what_has_passed_cannot_be_given_back(kind):
    tracked = tracker()
    tracked.consume(kind, 7)

    for change in (tracked.release, tracked.recount):
        with pytest.raises(QuotaInvalid):
            change(kind, 1)
    assert tracked.usage()[kind] == 7


@pytest.mark.parametrize("kind", GAUGES)
def test_a_gauge_is_recounted_even_beyond_its_limit(kind):
    tracked = tracker()

    tracked.recount(kind, 250)

    status = tracked.status()[kind]
    assert (status.used, status.available, status.percent) == (250, 0, 125.0)
    refused(tracked, kind, 1)
    tracked.release(kind, 51)
    tracked.consume(kind, 1)


def test_what_was_used_already_is_a_debt_that_is_paid_at_the_quotas_rate():
    clock = FakeClock(10.0)
    tracked = tracker(clock=clock)

    seconds = tracked.charge(QuotaKind.CPU, 1_050_000_000)  # five seconds' worth, and a quarter of one

    assert seconds == pytest.approx(5 * 17 / 16)
    assert tracked.status()[QuotaKind.CPU].used == 1_050_000_000
    clock.now = 10.0 + seconds - 0.001
    refused(tracked, QuotaKind.CPU, 1)
    clock.now = 10.0 + seconds
    tracked.consume(QuotaKind.CPU, 1)


def test_waiting_is_over_at_once_while_there_is_room():
    tracked = tracker()

    assert tracked.charge(QuotaKind.CPU, 199_999_999) == 0.0
    assert tracked.charge(QuotaKind.CPU, 1) > 1.0
    assert tracker(ResourceQuota()).charge(QuotaKind.CPU, 2**60) == 0.0
    assert tracker(ResourceQuota(cpu_ms_per_second=0)).charge(QuotaKind.CPU, 1) == float("inf")


@pytest.mark.parametrize("kind", GAUGES)
def test_a_gauge_has_no_debt(kind):
    with pytest.raises(QuotaInvalid, match="is held"):
        tracker().charge(kind, 1)


def test_limits_change_while_the_tracker_lives():
    tracked = tracker()
    tracked.consume(QuotaKind.MESSAGES, 150)

    tracked.set_quota(ResourceQuota(messages_per_second=100))
    assert tracked.status()[QuotaKind.MESSAGES].percent == 150.0
    assert refused(tracked, QuotaKind.MESSAGES, 1).limit == 100

    tracked.set_quota(ResourceQuota(messages_per_second=151))
    tracked.consume(QuotaKind.MESSAGES, 1)
    refused(tracked, QuotaKind.MESSAGES, 1)

    tracked.set_quota(ResourceQuota())
    tracked.consume(QuotaKind.MESSAGES, 1_000)


def test_a_higher_limit_pays_debt_before_it_lets_anything_through():
    tracked = tracker()
    tracked.charge(QuotaKind.CPU, 300_000_000)

    tracked.set_quota(ResourceQuota(cpu_ms_per_second=301))

    tracked.consume(QuotaKind.CPU, 1_000_000)
    refused(tracked, QuotaKind.CPU, 1)


def test_a_clock_that_jumps_back_gives_nothing_back():
    clock = FakeClock(100.0)
    tracked = tracker(clock=clock)
    tracked.consume(QuotaKind.MESSAGES, 100)

    clock.now = 1.0
    assert tracked.status()[QuotaKind.MESSAGES].used == 100
    tracked.consume(QuotaKind.MESSAGES, 100)
    refused(tracked, QuotaKind.MESSAGES, 1)

    clock.now = 101.0
    refused(tracked, QuotaKind.MESSAGES, 1)
    clock.now = 101.0625
    tracked.consume(QuotaKind.MESSAGES, 200)


def test_a_clock_that_jumps_ahead_by_an_age_forgets_a_second_and_no_more():
    clock = FakeClock(0.0)
    tracked = tracker(clock=clock)
    tracked.consume(QuotaKind.MESSAGES, 200)

    clock.now = 1e9
    tracked.consume(QuotaKind.MESSAGES, 200)
    refused(tracked, QuotaKind.MESSAGES, 1)


def test_usage_goes_through_a_restart():
    clock = FakeClock(10.0)
    before = tracker(clock=clock)
    before.consume(QuotaKind.STORAGE, 120)
    before.consume(QuotaKind.MESSAGES, 150)
    before.charge(QuotaKind.CPU, 900_000_000)

    after = tracker(clock=FakeClock(0.5))
    after.restore({str(kind): amount for kind, amount in before.usage().items()})

    assert after.usage() == before.usage()
    refused(after, QuotaKind.STORAGE, 81)
    refused(after, QuotaKind.MESSAGES, 51)
    refused(after, QuotaKind.CPU, 1)


def test_what_is_no_kind_cannot_be_restored():
    with pytest.raises(QuotaInvalid, match="teapots is no kind of quota"):
        tracker().restore({"teapots": 1})


def test_a_tracker_takes_less_than_a_kibibyte():
    tracked = tracker()
    for kind in QuotaKind:
        tracked.consume(kind, 150)

    parts = [getattr(tracked, name) for name in QuotaTracker.__slots__]
    assert sys.getsizeof(tracked) + sum(sys.getsizeof(part) for part in parts if part is not None) <= 1_024
