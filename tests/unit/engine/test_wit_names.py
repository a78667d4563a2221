"""Which interface of the host answers which import."""

from __future__ import annotations

import pytest
from wasmtime import Config, Engine, Store, WasmtimeError, wat2wasm
from wasmtime.component import Component, Linker

from airssys.engine.wit import InterfaceName, best_match, parse_interface_name, semver_compatible
from airssys.engine.wit._identifiers import is_label

PAIRS = [
    ("0.2.6", "0.2.0", True),
    ("0.2.0", "0.2.12", True),
    ("0.3.0", "0.2.0", False),
    ("0.0.1", "0.0.1", True),
    ("0.0.2", "0.0.1", False),
    ("1.4.0", "1.0.9", True),
    ("1.0.0", "1.9.0", True),
    ("2.0.0", "1.0.0", False),
    ("1.0.0", "0.1.0", False),
    ("10.0.0", "1.0.0", False),
    ("0.20.0", "0.2.0", False),
    ("0.2.0-draft", "0.2.0-draft", True),
    ("0.2.0-draft2", "0.2.0-draft", False),
    ("0.2.0", "0.2.0-draft", False),
    ("0.2.0-draft", "0.2.0", False),
    ("0.2.1+build", "0.2.0", True),
    ("1.0.0-rc.1", "1.0.0-rc.1", True),
]


@pytest.mark.parametrize(("host", "guest", "compatible"), PAIRS)
def test_versions_match_as_the_component_model_says(host, guest, compatible):
    assert semver_compatible(host, guest) is compatible


@pytest.mark.parametrize(("host", "guest", "compatible"), PAIRS)
def test_a_name_matches_exactly_when_the_engine_links_it(host, guest, compatible):
    assert _links(f"a:b/c@{host}", f"a:b/c@{guest}") is compatible
    assert (best_match(f"a:b/c@{guest}", [f"a:b/c@{host}"]) is not None) is compatible


def _links(host_name: str, guest_name: str) -> bool:
    engine = Engine(Config())
    component = Component(engine, wat2wasm(f'(component (import "{guest_name}" (instance (export "f" (func)))))'))
    linker = Linker(engine)
    with linker.root() as root, root.add_instance(host_name) as instance:
        instance.add_func("f", lambda store: None)
    try:
        linker.instantiate(Store(engine), component)
    except WasmtimeError:
        return False
    return True


def test_the_same_text_wins_over_a_higher_version():
    hosts = ["a:b/c@0.2.9", "a:b/c@0.2.1"]
    assert best_match("a:b/c@0.2.1", hosts) == "a:b/c@0.2.1"


def test_the_highest_compatible_version_wins():
    hosts = ["a:b/c@0.2.9", "a:b/c@0.2.10", "a:b/c@0.3.0", "a:b/other@0.2.11"]
    assert best_match("a:b/c@0.2.0", hosts) == "a:b/c@0.2.10"


def test_other_interfaces_packages_and_namespaces_never_match():
    assert best_match("a:b/c@1.0.0", ["x:b/c@1.0.0", "a:x/c@1.0.0", "a:b/x@1.0.0", "a:b/c"]) is None


def test_names_without_a_version_match_only_themselves():
    assert best_match("a:b/c", ["a:b/c@1.0.0"]) is None
    assert best_match("a:b/c", ["a:b/c@1.0.0", "a:b/c"]) == "a:b/c"
    assert best_match("log", ["log"]) == "log"
    assert best_match("log", ["a:b/log@1.0.0"]) is None


def test_an_interface_name_has_its_parts_and_gives_its_text_back():
    name = parse_interface_name("wasi:io/streams@0.2.0-draft.1")
    assert name == InterfaceName(namespace="wasi", package="io", interface="streams", version="0.2.0-draft.1")
    assert str(name) == "wasi:io/streams@0.2.0-draft.1"
    assert str(parse_interface_name("a:b/c-URL")) == "a:b/c-URL"


PLAIN = ["", "log", "a:b", "a/b", "a::b/c", "a:b/c/d", "a:b:c/d", "A:b/c", "a:B/c", "a:b/c_d", "a:b/\u0661"]
VERSIONS = ["", "1", "1.0", "x", "1.0.0 ", "01.0.0", "1.0.0@2.0.0", f"1.0.{'9' * 5000}", "\u0661.0.0"]


@pytest.mark.parametrize("text", [*PLAIN, *(f"a:b/c@{version}" for version in VERSIONS)], ids=lambda text: text[:20])
def test_what_is_not_an_interface_name_is_none(text):
    assert parse_interface_name(text) is None


@pytest.mark.parametrize(
    "label", ["a", "a-b-c", "a1-2-3", "A", "A-B-C", "A1-2-3", "a11-w0rds", "m1x3d-4CR0NYMS", "is-XML"]
)
def test_kebab_case_is_a_label(label):
    assert is_label(label)


@pytest.mark.parametrize("text", ["", "1a", "a--b", "-a", "a-", "aB", "Ab", "a_b", "a.b", "a b", "é", "a-bC", "a\n"])
def test_everything_else_is_not_a_label(text):
    assert not is_label(text)
