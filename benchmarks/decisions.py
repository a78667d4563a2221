"""What benchmarks of decisions share: patterns as people write them, requests about them, and times one by one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import quantiles
from time import perf_counter_ns
from typing import Final, TypeVar

from benchmarks.figure import Figure, Target

#: Requests that are asked in turn: so many that nobody remembers all answers by chance.
REQUESTS: Final = 500

T = TypeVar("T")


def single_times(decide: Callable[[T], object], asked: Sequence[T], samples: int) -> Sequence[int]:
    """Nanoseconds of each decision."""
    times = []
    for number in range(samples):
        one = asked[number % len(asked)]
        started = perf_counter_ns()
        decide(one)
        times.append(perf_counter_ns() - started)
    return times


def percentiles(name: str, how: str, times: Sequence[int], target: Target | None) -> Sequence[Figure]:
    """The half of them, 95 and 99 of a hundred; the target is for the first two."""
    hundredths = quantiles(times, n=100)
    return [
        Figure(
            name=f"{name}, {percent}th percentile", how=how, unit="us", ours=hundredths[percent - 1] / 1000, target=of
        )
        for percent, of in ((50, target), (95, target), (99, None))
    ]


def some_patterns(count: int) -> Sequence[str]:
    """Patterns as people write them, none of which covers another one."""
    forms = (
        "/etc/{0}/rules.toml",
        "/srv/{0}/in/**/*.xml",
        "/usr/share/{0}/schema.json",
        "/srv/{0}/out/*",
        "/var/lib/{0}/state.db",
        "/data/*/{0}/[0-9]*.csv",
    )
    return [forms[number % len(forms)].format(f"app-{number}") for number in range(count)]


def some_resources(patterns: Sequence[str]) -> Sequence[str]:
    """Paths of which two of three match; the same in every run."""
    chance = random.Random(7)
    resources = []
    for number in range(REQUESTS):
        path = chance.choice(patterns).replace("**", f"2026/{number % 12 + 1:02}").replace("[0-9]", "7")
        path = path.replace("*", f"report-{number}")
        resources.append(path if number % 3 else path + ".bak")
    return resources
