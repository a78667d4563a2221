"""What can be declared as a quota."""

from __future__ import annotations

import pytest

from airssys.errors import QuotaInvalid
from airssys.quotas import CPU_MS_PER_SECOND_MAX, QUOTA_MAX, QuotaKind, ResourceQuota

FIELDS = ("storage_bytes", "messages_per_second", "network_bytes_per_second", "cpu_ms_per_second", "memory_bytes")


def test_nothing_is_limited_unless_declared():
    assert {ResourceQuota().limit(kind) for kind in QuotaKind} == {None}


def test_every_kind_has_the_limit_that_was_declared_for_it():
    quota = ResourceQuota(
        storage_bytes=1, messages_per_second=2, network_bytes_per_second=3, cpu_ms_per_second=4, memory_bytes=5
    )

    assert [quota.limit(kind) for kind in QuotaKind] == [1, 2, 3, 4_000_000, 5]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        1.0,
        "1",
        -1,
        QUOTA_MAX + 1,
        pytest.param(10**5000, id="enormous"),
        pytest.param(-(10**5000), id="minus-enormous"),
    ],
)
def test_what_is_no_whole_number_in_its_range_is_no_quota(field, value):
    with pytest.raises(QuotaInvalid, match=field):
        ResourceQuota(**{field: value})


@pytest.mark.parametrize("field", [field for field in FIELDS if field != "cpu_ms_per_second"])
def test_zero_and_the_largest_integer_of_json_are_quotas(field):
    for value in (0, QUOTA_MAX):
        assert getattr(ResourceQuota(**{field: value}), field) == value


def test_a_second_has_a_thousand_milliseconds_of_one_core():
    assert ResourceQuota(cpu_ms_per_second=CPU_MS_PER_SECOND_MAX).limit(QuotaKind.CPU) == 1_000_000_000

    with pytest.raises(QuotaInvalid, match="cpu_ms_per_second must be from 0 to 1000, not 1001"):
        ResourceQuota(cpu_ms_per_second=1_001)


def test_a_ceiling_lowers_what_is_above_it_or_not_declared():
    declared = ResourceQuota(storage_bytes=5, messages_per_second=5, cpu_ms_per_second=0)
    ceilings = ResourceQuota(
        storage_bytes=9, messages_per_second=2, network_bytes_per_second=7, cpu_ms_per_second=3, memory_bytes=0
    )

    assert declared.under(ceilings) == ResourceQuota(
        storage_bytes=5,
        messages_per_second=2,
        network_bytes_per_second=7,
        cpu_ms_per_second=0,
        memory_bytes=0,
    )


def test_without_a_ceiling_a_quota_stays():
    declared = ResourceQuota(storage_bytes=5)

    assert declared.under(ResourceQuota()) == declared


def test_gauges_are_held_and_rates_pass():
    assert [kind for kind in QuotaKind if kind.is_gauge] == [QuotaKind.STORAGE, QuotaKind.MEMORY]
