"""`airssys inspect`: what a component is, what it offers and what it needs."""

from __future__ import annotations

import hashlib

import pytest

from tests.system.conftest import EXAMPLES


@pytest.mark.parametrize("path", ["greeter", "greeter/Component.toml", "greeter/greeter.wat"])
def test_a_folder_a_manifest_and_a_component_are_inspected_alike(airssys, path):
    told = airssys("inspect", EXAMPLES / path, "--json").json
    source = (EXAMPLES / "greeter" / "greeter.wat").read_bytes()

    assert told["file"] == str(EXAMPLES / "greeter" / "greeter.wat")
    assert told["digest"] == "sha256:" + hashlib.sha256(source).hexdigest()
    assert told["size_bytes"] == len(source)
    assert told["memories"] == [
        {"min_pages": 1, "max_pages": None, "page_bytes": 65536, "is_64": False, "is_shared": False, "count": 1}
    ]
    assert (told["smallest_limit_bytes"], told["exact"]) == (65536, True)
    assert told["limit_bytes"] == (None if path.endswith(".wat") else 524288)
    assert told["exports"] == [
        {"name": "greet", "interface": None, "signature": "func(name: string) -> string"},
        {
            "name": "airssys:examples/greeting@1.0.0#greet-many",
            "interface": "airssys:examples/greeting@1.0.0",
            "signature": "func(names: list<string>) -> list<string>",
        },
    ]
    assert told["imports"] == []


def test_a_binary_is_inspected(airssys):
    told = airssys("inspect", EXAMPLES / "text-stats" / "text-stats.wasm", "--json").json

    assert told["size_bytes"] == told["binary_bytes"]
    assert "analyse" in [export["name"] for export in told["exports"]]


def test_people_read_the_same(airssys):
    lines = airssys("inspect", EXAMPLES / "greeter").out.splitlines()

    assert lines[0] == str(EXAMPLES / "greeter" / "greeter.wat")
    assert "  memory    1 page (64 KiB) at first, no maximum" in lines
    assert "  needs     64 KiB: the smallest limit that starts it" in lines
    assert "  declares  512 KiB" in lines
    assert "  greet: func(name: string) -> string" in lines
    assert lines[lines.index("  airssys:examples/greeting@1.0.0") + 1].startswith("    greet-many: func(")
    assert lines[-1] == "  none: it needs nothing from outside"


def test_imports_are_told_with_who_answers_them(airssys, project):
    source = """(component
      (import "wasi:logging/random@0.1.0" (instance (export "get-random-u64" (func (result u64)))))
      (import "acme:billing/rates@1.0.0" (instance (export "rate" (type (sub resource))) (export "now" (func))))
      (import "mystery" (func (param "n" u32))))
    """
    told = airssys("inspect", project(source), "--json").json["imports"]
    lines = airssys("inspect", "guest").out.splitlines()

    assert [(each["name"], each["answer"]) for each in told] == [
        ("wasi:logging/random@0.1.0", "needs a grant"),
        ("acme:billing/rates@1.0.0", "unknown"),
        (None, "unknown"),
    ]
    assert told[0]["functions"] == [{"name": "get-random-u64", "signature": "func() -> u64"}]
    assert told[1]["resources"] == ["rate"]
    assert told[2]["functions"] == [{"name": "mystery", "signature": "func(n: u32)"}]
    assert "  wasi:logging/random@0.1.0  needs a grant" in lines
    assert "  acme:billing/rates@1.0.0  unknown" in lines
    assert "    resource rate" in lines
    assert lines[-1] == "unknown: nobody answers it: the component cannot start"


def test_a_limit_that_is_too_small_is_marked(airssys, guest):
    assert "  declares  1 MiB: not enough, it cannot start" in airssys("inspect", guest("huge-minimum")).out


def test_a_component_is_inspected_even_when_its_manifest_is_wrong(airssys, guest, tmp_path):
    guest("hostile")
    (tmp_path / "hostile" / "Component.toml").write_text('[component]\nname = "hostile"\n')
    ended = airssys("inspect", "hostile")

    assert ended.code == 0
    assert "2 problems (`airssys check` tells everything)" in ended.out


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("core.wat", b"(module)", "is a core module, not a component"),
        ("core.wasm", b"\0asm\1\0\0\0", "is a core module, not a component"),
        ("text.wat", b"(component (nonsense))", "expected"),
        ("noise.wasm", bytes(range(256)), "neither WebAssembly nor its text format"),
        ("cut.wasm", b"\0asm\r\0\1\0\xff", "unexpected end"),
        ("empty.wasm", b"", ""),
    ],
)
def test_what_is_no_component_is_2_with_help(airssys, inside, name, content, message):
    (airssys.folder / name).write_bytes(content)
    ended = inside("inspect", name)

    assert ended.code == 2
    assert message in ended.err
    assert "airssys inspect" not in ended.err.partition("hint:")[2], "the hint sends people in a circle"


def test_futures_are_refused_with_the_reason(airssys, guest):
    assert "WASI 0.3" in airssys("inspect", guest("future-stream")).err
