"""`airssys check`: all problems at once, what is in force, and whether the limit lets the component start."""

from __future__ import annotations

import pytest

from tests.system.conftest import EXAMPLES

WRONG = """[component]
name = "hostile"
version = "1"
colour = "red"

[resources.cpu]
timeout = 3
"""


def test_a_good_manifest_is_told_in_one_line(airssys):
    path = EXAMPLES / "greeter"

    assert airssys("check", path).out == f"{path}/Component.toml: ok (greeter 1.0.0, memory limit 512 KiB)\n"


def test_every_value_in_force_is_explained(airssys, guest):
    guest("hostile", cpu="")
    (airssys.folder / "host.toml").write_text("[profiles.slow.resources.cpu]\npriority = 'low'\n")
    told = airssys("check", "hostile", "--config", "host.toml", "--profile", "slow", "--json").json
    shown = airssys("check", "hostile", "--config", "host.toml", "--profile", "slow", "--explain").out

    assert (told["valid"], told["name"], told["version"]) == (True, "hostile", "1.0.0")
    assert (told["component"], told["smallest_limit_bytes"]) == ("hostile/hostile.wat", 65536)
    values = {each["key"]: (each["value"], each["source"]) for each in told["values"]}
    assert values["resources.memory.max_bytes"] == (1 << 20, "hostile/Component.toml:6")
    assert values["resources.cpu.priority"] == ("low", "host.toml:2")
    assert values["resources.cpu.timeout_seconds"] == (30.0, "default")
    assert values["resources.cpu.max_fuel"] == (None, "default")
    rows = [line.split() for line in shown.splitlines()[1:]]
    assert ["resources.memory.max_bytes", "1048576", "(1", "MiB)", "hostile/Component.toml:6"] in rows
    assert ["resources.cpu.priority", "low", "host.toml:2"] in rows
    assert len(rows) == len(values)


def test_all_problems_are_told_at_once_with_the_smallest_limit(airssys, guest, tmp_path):
    guest("hostile")
    (tmp_path / "hostile" / "Component.toml").write_text(WRONG)
    shown = airssys("check", "hostile")
    told = airssys("check", "hostile", "--json")

    assert (shown.code, shown.out) == (told.code, told.out) == (2, "")
    assert shown.err.startswith("error: hostile/Component.toml: 4 problems\n")
    assert "  smallest: 65536 (64 KiB) lets this component start" in shown.err
    assert [each["code"] for each in told.error["problems"]] == [
        "memory-not-configured",
        "malformed-version",
        "unknown-key",
        "unknown-key",
    ]
    assert [each["line"] for each in told.error["problems"]] == [None, 3, 4, 7]


def test_a_limit_below_what_the_component_needs_is_refused_with_the_number(airssys, guest):
    ended = airssys("check", guest("huge-minimum", max_bytes=1 << 20), "--json")

    assert (ended.code, ended.error["code"]) == (2, "limit-below-component")
    assert "max_bytes = 5242880" in ended.error["hint"]
    assert "4194304" in ended.error["hint"], "the operator's bound is in the way as well"


def test_a_component_that_is_not_built_yet_is_no_problem_of_the_manifest(airssys, guest, tmp_path):
    guest("hostile")
    (tmp_path / "hostile" / "hostile.wat").unlink()
    shown = airssys("check", "hostile")

    assert shown.code == 0
    assert "looked for hostile/hostile.wasm and hostile/hostile.wat" in shown.out
    assert airssys("check", "hostile", "--json").json["component"] is None


def test_a_component_outside_of_the_folder_is_refused(airssys, guest, tmp_path):
    guest("hostile")
    (tmp_path / "hostile" / "hostile.wat").rename(tmp_path / "elsewhere.wat")
    (tmp_path / "hostile" / "hostile.wat").symlink_to(tmp_path / "elsewhere.wat")

    assert airssys("check", "hostile", "--json").error["code"] == "wasm-not-found"


def test_a_binary_is_checked_without_compiling_it(airssys):
    """A cache that cannot be used would not be found out otherwise; this one stays empty."""
    ended = airssys("check", EXAMPLES / "text-stats", XDG_CACHE_HOME=str(airssys.folder))

    assert ended.code == 0
    assert list(airssys.folder.iterdir()) == []


@pytest.mark.parametrize("text", ["\x1b[31m", "a\u202eb"])
def test_text_of_a_manifest_cannot_speak_to_the_terminal(airssys, guest, tmp_path, text):
    guest("hostile")
    escaped = text.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    (tmp_path / "hostile" / "Component.toml").write_text(f'[component]\n"{escaped}" = 1\nname = "{escaped}"\n')
    ended = airssys("check", "hostile")

    assert ended.code == 2
    assert text not in ended.err
    assert ended.err.replace("\n", "").isprintable()
