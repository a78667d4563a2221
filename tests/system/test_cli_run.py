"""`airssys run` with real guests: arguments, results, limits, operators, and what it uses."""

from __future__ import annotations

import json

import pytest

from tests.system.conftest import EXAMPLES

HOST_TOML = """
[defaults.resources.cpu]
timeout_seconds = 2

[profiles.hasty.resources.cpu]
timeout_seconds = 1

[bounds.memory]
max_bytes = "1MiB"
"""


@pytest.fixture
def echo(inside, guest):
    """Send words through the echo guest; gives the result in JSON."""
    guest("echo")

    def send(export, *words):
        ended = inside("run", "echo", export, *words, "--json")
        assert (ended.code, ended.err) == (0, "")
        assert (ended.json["component"], ended.json["export"]) == ("echo", export)
        return ended.json["result"]

    return send


@pytest.mark.parametrize(
    ("export", "word", "result"),
    [
        ("echo-string", "Wörld 🎉", "Wörld 🎉"),
        ("echo-string", "", ""),
        ("echo-string", "42", "42"),
        ("echo-string", "a\x1b[31m\x07\nb\u202e", "a\x1b[31m\x07\nb\u202e"),
        ("echo-bytes", "base64:AAH/", "base64:AAH/"),
        ("echo-s32", "-7", -7),
        ("echo-u64", str(2**64 - 1), 2**64 - 1),
        ("echo-f64", "-Infinity", "-Infinity"),
        ("echo-f64", "-1e3", -1000.0),
        ("echo-bool", "true", True),
        ("echo-char", "é", "é"),
        ("echo-option-string", "null", None),
        ("echo-option-option-u32", '{"some":null}', {"some": None}),
        ("echo-tuple", '[1,"a",2.5]', [1, "a", 2.5]),
        ("echo-enum", "deep-sea", "deep-sea"),
        ("echo-flags", '["execute","read"]', ["read", "execute"]),
        ("echo-variant", "none", "none"),
        ("echo-variant", '{"pair":[0.5,3]}', {"pair": [0.5, 3]}),
        ("echo-result-top", '{"ok":3}', 3),
        (
            "echo-result",
            '[{"ok":3},{"err":null},{"ok":"a"},{"err":2.5}]',
            [{"ok": 3}, {"err": None}, {"ok": "a"}, {"err": 2.5}],
        ),
    ],
)
def test_a_value_goes_through_the_guest_and_comes_back(echo, export, word, result):
    assert echo(export, word) == result


def test_a_record_goes_through_the_guest_and_comes_back(echo):
    person = {
        "name": "Ada",
        "age": 36,
        "tags": ["x"],
        "home": {"street": "s", "number": None},
        "former": [{"street": "t", "number": 3}],
        "id": 2**64 - 1,
    }

    assert echo("echo-record", json.dumps(person)) == person


def test_several_arguments_come_in_order(echo):
    assert echo("echo-two-params", "text", "[1,2]") == ["text", "base64:AQI="]


@pytest.mark.parametrize(
    ("export", "word", "shown"),
    [
        ("echo-string", "[bold]x[/bold] :smile: é", "[bold]x[/bold] :smile: é\n"),
        ("echo-string", "a\x1b[31m\x07\nb\u202e", "a\\u001b[31m\\u0007\nb\\u202e\n"),
        ("echo-bytes", "text", "base64:dGV4dA==\n"),
        ("echo-tuple", '[1,"a\\u001b",2.5]', '[1, "a\\u001b", 2.5]\n'),
        ("echo-option-string", "null", "null\n"),
        ("echo-result-error", '{"ok":null}', ""),
    ],
)
def test_people_read_text_as_it_is_and_other_values_as_json(inside, guest, export, word, shown):
    ended = inside("run", guest("echo"), export, word)

    assert (ended.code, ended.out, ended.err) == (0, shown, "")


def test_options_may_stand_anywhere_and_nothing_is_one_after_two_dashes(airssys, guest):
    guest("echo")

    assert airssys("run", "--json", "echo", "echo-string", "--timeout", "3", "--", "--json").json["result"] == "--json"


@pytest.mark.parametrize(
    ("export", "word", "message"),
    [
        ("echo-u8", "256", "argument value: 256 is out of range for u8 (0..255)"),
        ("echo-string", '"\\ud800"', "argument value: the text has a lone surrogate at index 0"),
        ("echo-list-u16", "[1, 70000]", "argument value[1]: 70000 is out of range for u16"),
        ("echo-record", '{"name": 1}', "argument value: the field age is missing"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(inside, guest, export, word, message):
    ended = inside("run", guest("echo"), export, word)

    assert ended.code == 2
    assert ended.err.startswith(f"error: {message}")


def test_arguments_that_are_no_utf8_are_refused(airssys, guest):
    ended = airssys("run", guest("echo"), "echo-string", b"\xff")

    assert ended.code == 2
    assert "lone surrogate" in ended.err


def test_an_export_inside_an_interface_can_be_called_by_its_own_name(airssys):
    ended = airssys("run", EXAMPLES / "greeter", "greet-many", '["Ada", "Grace"]', "--json")

    assert ended.json["export"] == "airssys:examples/greeting@1.0.0#greet-many"
    assert ended.json["result"] == ["Hello, Ada!", "Hello, Grace!"]


def test_a_name_that_several_interfaces_export_is_refused_with_all_of_them(airssys, guest):
    ended = airssys("run", guest("nested"), "count", "--json")

    assert ended.code == 2
    assert "left#count" in ended.error["hint"]
    assert "right#count" in ended.error["hint"]


def test_without_an_export_it_tells_what_there_is(airssys):
    ended = airssys("run", EXAMPLES / "greeter")

    assert (ended.code, ended.out) == (2, "")
    assert "    greet: func(name: string) -> string\n" in ended.err
    assert "    airssys:examples/greeting@1.0.0#greet-many: func(names: list<string>) -> list<string>\n" in ended.err
    assert f"airssys run {EXAMPLES / 'greeter'} greet NAME`" in ended.err


PROGRAM = """(component
  (core module $main (func (export "run") (result i32) (i32.const {0})))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))
"""


@pytest.mark.parametrize("status", [0, 1])
def test_without_an_export_a_program_is_run_and_its_status_is_the_command_s(airssys, project, status):
    ended = airssys("run", project(PROGRAM.replace("{0}", str(status))))

    assert (ended.code, ended.out, ended.err) == (status, "", "")


def test_a_component_without_exports_says_so(airssys, project):
    assert "exports no functions" in airssys("run", project("(component)")).err


def test_the_guest_gets_the_memory_that_the_flag_says(airssys, guest):
    guest("hostile", max_bytes=1 << 20)
    pages = [
        airssys("run", "hostile", "touch", "100", "--stats", "--json", *option).json
        for option in ([], ["--max-memory", "2MiB"], ["--max-bytes", "524288"])
    ]

    assert [each["result"] for each in pages] == [15, 31, 7]
    assert [each["stats"]["memory"]["limit_bytes"] for each in pages] == [1 << 20, 2 << 20, 1 << 19]
    assert all(each["stats"]["memory"]["peak_bytes"] == each["stats"]["memory"]["limit_bytes"] for each in pages)
    assert all(each["stats"]["memory"]["refused"] == 1 for each in pages)


def test_people_read_what_it_used_on_standard_error(airssys, guest):
    ended = airssys("run", guest("hostile"), "touch", "100", "--stats")

    assert ended.out == "15\n"
    assert "memory: 1 MiB now, 1 MiB at most, 1 MiB allowed, 1 request refused\n" in ended.err
    assert "CPU: " in ended.err


def test_what_a_failed_call_used_is_told_with_the_error(airssys, guest):
    shown = airssys("run", guest("hostile"), "exhaust", "--stats")
    told = airssys("run", "hostile", "exhaust", "--stats", "--json").error

    assert "memory: " in shown.err
    assert told["stats"]["memory"]["peak_bytes"] == 1 << 20
    assert told["stats"]["cpu"]["total_seconds"] > 0


@pytest.mark.parametrize(
    ("options", "environment", "seconds"),
    [
        (["--config", "two.toml"], {}, 2),
        (["--config", "two.toml", "--profile", "hasty"], {}, 1),
        ([], {"AIRSSYS_CONFIG": "two.toml"}, 2),
        (["--config", "one.toml"], {"AIRSSYS_CONFIG": "two.toml"}, 1.1),
        (["--timeout", "1.2"], {"AIRSSYS_CONFIG": "two.toml"}, 1.2),
    ],
)
def test_flags_beat_the_environment_which_beats_the_file(airssys, guest, options, environment, seconds):
    """Who decided the deadline shows in the error: the manifest says nothing, and 30 s are shipped."""
    guest("hostile", cpu="")
    (airssys.folder / "two.toml").write_text(HOST_TOML)
    (airssys.folder / "one.toml").write_text("[defaults.resources.cpu]\ntimeout_seconds = 1.1\n")
    ended = airssys("run", "hostile", "spin", "--json", *options, **environment)

    assert ended.error["timeout_seconds"] == seconds


def test_the_operator_bounds_hold_for_the_flag_as_well(airssys, guest):
    guest("hostile")
    (airssys.folder / "host.toml").write_text(HOST_TOML)
    ended = airssys("run", "hostile", "pages", "--config", "host.toml", "--max-memory", "2MiB")

    assert ended.code == 2
    assert ended.err.startswith("error: --max-bytes: resources.memory.max_bytes is too high: the most allowed is ")


def test_a_manifest_without_a_memory_limit_is_told_what_the_component_needs(airssys, guest, tmp_path):
    guest("start-grows")
    (tmp_path / "start-grows" / "Component.toml").write_text('[component]\nname = "start-grows"\nversion = "1.0.0"\n')
    ended = airssys("run", "start-grows", "pages")

    assert ended.code == 2
    assert "a component must declare its memory limit" in ended.err
    assert "lets this component start" in ended.err


def test_names_in_a_backtrace_cannot_speak_to_the_terminal(airssys, guest):
    for export in ("trap", "lines", "escape"):
        ended = airssys("run", guest("misleading-names"), export)

        assert ended.code == 1
        assert ended.err.startswith("error: the guest trapped: integer divide by zero\n")
        assert all(line.startswith(("error: the guest", "  ")) for line in ended.err.splitlines())


def test_a_handle_in_a_result_is_named(airssys, guest):
    ended = airssys("run", guest("resources-export"), "[constructor]counter", "3")

    assert (ended.code, ended.out) == (0, '{"resource": "counter"}\n')


def test_a_handle_cannot_be_an_argument(airssys, guest):
    ended = airssys("run", guest("resources-export"), "[method]counter.increment", "3", "4")

    assert ended.code == 2
    assert "cannot be written as JSON" in ended.err
