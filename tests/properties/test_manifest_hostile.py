"""A manifest comes from somebody who may mean harm: any bytes give a manifest or a `ManifestError`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airssys.errors import ManifestError
from airssys.manifest import explain, load_manifest, load_operator
from airssys.manifest._scan import find_wild_line, key_lines

VALID = """\
[component]
name = "demo"
version = "1.0.0"
authors = ["A. Person"]
wasm = "demo.wasm"
[resources.memory]
max_bytes = "1MiB"
[resources.cpu]
timeout_seconds = 30
max_fuel = 5_000_000
priority = "low"
[capabilities]
filesystem.read = ["/srv/in/**/*.[xX]ml", "/etc/app"]
network.connect = ["*.example.org:8000-8080", "[2001:db8::/32]:443"]
messaging.subscribe = ["rates.#"]
rationale.network = "rates"
"""

#: The pieces that TOML and our own keys are made of.
FRAGMENTS = [
    *"[]{}=.,#\n\r\t \"'\\-+_0123456789eax\0\u001b\u202e\ufeff",
    *[
        '"""',
        "'''",
        "\\u0041",
        "\\U0010FFFF",
        "true",
        "nan",
        "-inf",
        "0x",
        "1e400",
        "1979-05-27",
        "07:32:00",
        "\U0001f600",
    ],
    *["component", "resources", "memory", "cpu", "name", "version", "max_bytes", "timeout_seconds", "max_fuel"],
    *[
        "extends",
        "wasm",
        "authors",
        "defaults",
        "profiles",
        "bounds",
        "config",
        "capabilities",
        "filesystem.read",
        "network",
        "connect",
        '["**"]',
        '"/a/../b"',
        '["*:*", "x"]',
        "[capabilities]\n",
        "[component]\n",
        "[[a]]\n",
        "= 1\n",
        '= "x"\n',
    ],
]

soup = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A valid manifest with some pieces cut out and others put in."""
    text = VALID
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + "".join(draw(st.lists(st.sampled_from(FRAGMENTS), max_size=3))) + text[end:]
    return text


contents = st.one_of(st.binary(max_size=200), soup.map(str.encode), damaged().map(str.encode))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for all examples: each of them writes it anew."""
    return tmp_path_factory.mktemp("hostile") / "Component.toml"


def refusal(act: Callable[[], object]) -> ManifestError | None:
    try:
        act()
    except ManifestError as error:
        return error
    return None


def is_fit_to_print(error: ManifestError | None) -> bool:
    """A message must not carry control characters to a terminal."""
    return error is None or (bool(error.code and error.hint) and str(error).replace("\n", "").isprintable())


@given(content=contents)
def test_any_bytes_are_a_manifest_or_a_manifest_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert is_fit_to_print(refusal(lambda: explain(load_manifest(path))))


@given(content=contents)
def test_any_bytes_are_an_operators_file_or_a_manifest_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert is_fit_to_print(refusal(lambda: load_operator(path)))


@given(value=st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers()))
@pytest.mark.parametrize("key", ["memory.max_bytes", "cpu.timeout_seconds", "cpu.max_fuel", "cpu.priority"])
def test_any_value_of_the_command_line_is_taken_or_a_manifest_error(path: Path, key: str, value: object) -> None:
    path.write_text(VALID)

    assert is_fit_to_print(refusal(lambda: load_manifest(path, overrides={f"resources.{key}": value})))


@given(text=st.one_of(st.text(max_size=100), soup, damaged()))
def test_the_scan_sees_the_keys_that_the_parser_sees(text: str) -> None:
    find_wild_line(text)
    text = text.replace("\r\n", "\n")
    try:
        table = tomllib.loads(text)
    except ValueError:
        return

    lines = key_lines(text)

    assert set(lines) >= set(paths(table, ()))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


def paths(table: dict[str, object], at: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield (*at, name)
        if isinstance(value, dict):
            yield from paths(value, (*at, name))
