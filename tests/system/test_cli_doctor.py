"""`airssys doctor` and `airssys bench`."""

from __future__ import annotations

NAMES = [
    "python",
    "engine",
    "system",
    "cores",
    "capacity",
    "addresses",
    "overcommit",
    "files",
    "cache",
    "compiling",
    "running",
]


def test_a_machine_that_runs_these_tests_is_healthy(airssys):
    shown = airssys("doctor")
    told = airssys("doctor", "--json").json

    assert (shown.code, shown.err) == (0, "")
    assert shown.out.endswith("\nthis machine has everything that airssys needs\n")
    assert told["healthy"] is True
    assert [each["name"] for each in told["checks"]] == NAMES
    assert all(each["state"] in ("ok", "note") and each["found"] for each in told["checks"])
    assert all(bool(each["advice"]) == (each["state"] != "ok") for each in told["checks"])


def test_a_machine_without_a_cache_is_not_and_ends_with_4(airssys):
    (airssys.folder / "file").write_text("")
    shown = airssys("doctor", XDG_CACHE_HOME=str(airssys.folder / "file"))
    told = airssys("doctor", "--json", XDG_CACHE_HOME=str(airssys.folder / "file"))

    assert (shown.code, told.code) == (4, 4)
    assert "1 thing broken" in shown.out
    assert told.json["healthy"] is False
    assert [each["name"] for each in told.json["checks"] if each["state"] == "broken"] == ["cache"]


def test_the_benchmark_measures_four_things(airssys):
    told = airssys("bench", "--json").json

    assert [each["name"] for each in told["figures"]] == ["call", "echo", "instance", "growth"]
    assert all(0 < each["median_seconds"] < 1 for each in told["figures"])
    assert told.keys() == {"airssys", "engine", "python", "machine", "cores", "figures"}
