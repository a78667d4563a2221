"""Which value is in force, and who said so."""

from __future__ import annotations

from airssys.manifest import Effective, Manifest, ResourceLimits, explain, load_manifest, load_operator

SMALLEST = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = "1MiB"\n'
NO_QUOTAS = [
    (f"quotas.{name}", None, "default")
    for name in ("storage", "messages_per_second", "network_per_second", "cpu_ms_per_second")
]


def rows(manifest: Manifest) -> list[tuple[str, object, str]]:
    return [(row.key, row.value, row.source) for row in explain(manifest)]


def test_what_nobody_wrote_is_a_default(load):
    assert rows(load(SMALLEST)) == [
        ("component.name", "demo", "Component.toml:2"),
        ("component.version", "1.0.0", "Component.toml:3"),
        ("resources.memory.max_bytes", 1_048_576, "Component.toml:5"),
        ("resources.cpu.timeout_seconds", 30.0, "default"),
        ("resources.cpu.max_fuel", None, "default"),
        ("resources.cpu.priority", "normal", "default"),
        ("bounds.memory.min_bytes", 524_288, "default"),
        ("bounds.memory.max_bytes", 4_194_304, "default"),
        *NO_QUOTAS,
    ]


def test_every_source_is_named(write):
    host = """\
[defaults.resources.cpu]
timeout_seconds = 10
[profiles.batch]
resources.cpu.max_fuel = 5000
[bounds.memory]
max_bytes = "8MiB"
"""
    base = """\
[component]
version = "1.0.0"
authors = [
    "A. Person",
]
[resources.memory]
max_bytes = 1048576
"""
    write(base, "base/Component.toml")
    write('extends = "../base"\ncomponent = { description = "x", name = "demo" }\n', "demo/Component.toml")
    operator = load_operator(write(host, "host.toml"))

    manifest = load_manifest("demo", operator=operator, profile="batch", overrides={"resources.cpu.priority": "high"})

    assert rows(manifest) == [
        ("component.name", "demo", "demo/Component.toml:2"),
        ("component.version", "1.0.0", "base/Component.toml:2"),
        ("component.description", "x", "demo/Component.toml:2"),
        ("component.authors", ("A. Person",), "base/Component.toml:3"),
        ("resources.memory.max_bytes", 1_048_576, "base/Component.toml:7"),
        ("resources.cpu.timeout_seconds", 10.0, "host.toml:2"),
        ("resources.cpu.max_fuel", 5_000, "host.toml:4"),
        ("resources.cpu.priority", "high", "--priority"),
        ("bounds.memory.min_bytes", 524_288, "default"),
        ("bounds.memory.max_bytes", 8_388_608, "host.toml:6"),
        *NO_QUOTAS,
    ]


def test_a_value_that_was_overruled_is_not_explained(write):
    write(SMALLEST, "base/Component.toml")
    write('extends = "../base"\n[component]\nversion = "2.0.0"\n', "demo/Component.toml")

    assert Effective(key="component.version", value="2.0.0", source="demo/Component.toml:3") in explain(
        load_manifest("demo")
    )


def test_a_manifest_made_in_python_says_so():
    limits = ResourceLimits.builder().max_memory_bytes(1_048_576).build()
    manifest = Manifest.create(name="demo", version="1.0.0", wasm="demo.wasm", limits=limits)

    assert {row.source for row in explain(manifest)} == {"python"}
