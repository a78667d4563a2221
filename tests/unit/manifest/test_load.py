"""What a valid manifest becomes."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest

from airssys.manifest import (
    MalformedName,
    MalformedVersion,
    Manifest,
    MemoryNotConfigured,
    MemoryTooHigh,
    OutOfRange,
    Priority,
    ResourceLimits,
    UnknownKey,
    WrongType,
    load_manifest,
)

MIB = 1024 * 1024

FULL = """\
[component]
name = "invoice-normaliser"
version = "2.0.1-rc.1+build.5"
description = "Turns invoices into one form."
authors = ["A. Person", "B. Person"]
license = "Apache-2.0"
repository = "https://example.org/invoices"
wasm = "build/invoice.wasm"

[resources.memory]
max_bytes = "1MiB"

[resources.cpu]
timeout_seconds = 60.5
max_fuel = 5_000_000
priority = "low"
"""

SMALLEST = """\
[component]
name = "demo"
version = "1.0.0"
[resources.memory]
max_bytes = 1048576
"""


def test_every_key_arrives(load):
    manifest = load(FULL)

    assert manifest.component.name == "invoice-normaliser"
    assert str(manifest.component.version) == "2.0.1-rc.1+build.5"
    assert manifest.component.version.major == 2
    assert manifest.component.description == "Turns invoices into one form."
    assert manifest.component.authors == ("A. Person", "B. Person")
    assert manifest.component.license == "Apache-2.0"
    assert manifest.component.repository == "https://example.org/invoices"
    assert manifest.component.wasm == "build/invoice.wasm"
    assert manifest.limits.memory.max_bytes == MIB
    assert manifest.limits.cpu.timeout_seconds == 60.5
    assert manifest.limits.cpu.max_fuel == 5_000_000
    assert manifest.limits.cpu.priority is Priority.LOW
    assert manifest.path == Path("Component.toml")


def test_the_smallest_manifest_gets_the_shipped_cpu_limits(load):
    manifest = load(SMALLEST)

    assert manifest.limits == ResourceLimits.builder().max_memory_bytes(MIB).build()
    assert manifest.component.authors == ()
    assert manifest.component.description is None


def test_a_folder_means_the_manifest_in_it(write):
    write(SMALLEST, "demo/Component.toml")

    assert load_manifest("demo") == load_manifest("demo/Component.toml")
    assert load_manifest("demo").path == Path("demo/Component.toml")


@pytest.mark.parametrize("text", [SMALLEST.replace("\n", "\r\n"), "\ufeff" + SMALLEST, SMALLEST.rstrip()])
def test_line_endings_and_byte_order_marks_of_other_editors_do_not_matter(load, text):
    assert load(text).component.name == "demo"


@pytest.mark.parametrize(
    "text",
    [
        'component = {name = "demo", version = "1.0.0"}\nresources = {memory = {max_bytes = 1048576}}\n',
        'component.name = "demo"\ncomponent.version = "1.0.0"\nresources.memory.max_bytes = 0x100000\n',
        '["component"]\n"n\\u0061me" = """demo"""\n\'version\' = "1.0.0"\n[ resources . memory ]\nmax_bytes = "1MiB"\n',
    ],
)
def test_every_way_to_write_the_same_toml_is_the_same_manifest(load, text):
    assert load(text) == load(SMALLEST)


def test_a_value_of_the_command_line_overrules_the_manifest(write):
    manifest = load_manifest(
        write(FULL),
        overrides={
            "resources.memory.max_bytes": "2MiB",
            "resources.cpu.timeout_seconds": 5,
            "resources.cpu.priority": "high",
            "resources.cpu.max_fuel": None,
        },
    )

    assert manifest.limits.memory.max_bytes == 2 * MIB
    assert manifest.limits.cpu.timeout_seconds == 5.0
    assert manifest.limits.cpu.priority is Priority.HIGH
    assert manifest.limits.cpu.max_fuel == 5_000_000, "an option that was not given changes nothing"


def test_the_command_line_cannot_supply_the_memory_limit(write):
    path = write(SMALLEST.partition("[resources")[0])

    with pytest.raises(MemoryNotConfigured):
        load_manifest(path, overrides={"resources.memory.max_bytes": MIB})


def test_the_command_line_may_replace_a_limit_that_is_out_of_bounds(write):
    path = write(SMALLEST.replace("1048576", "99999999"))

    assert load_manifest(path, overrides={"resources.memory.max_bytes": MIB}).limits.memory.max_bytes == MIB


def test_the_bounds_hold_for_the_command_line_too_and_the_option_is_named(write):
    with pytest.raises(MemoryTooHigh) as caught:
        load_manifest(write(SMALLEST), overrides={"resources.memory.max_bytes": "5MiB"})

    assert str(caught.value).startswith(
        "--max-bytes: resources.memory.max_bytes is too high: the most allowed is 4194304 (4 MiB)\n"
    )


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("resources.cpu.timeout_seconds", 301, OutOfRange),
        ("resources.cpu.timeout_seconds", True, WrongType),
        ("component.name", "other", UnknownKey),
        ("resources.cpu.timeout", 5, UnknownKey),
    ],
)
def test_a_value_of_the_command_line_is_checked_like_one_of_a_file(write, key, value, problem):
    with pytest.raises(problem) as caught:
        load_manifest(write(SMALLEST), overrides={key: value})

    assert str(caught.value).startswith("--" + key.rpartition(".")[2].replace("_", "-") + ": ")


def test_a_manifest_can_be_made_in_python():
    limits = ResourceLimits.builder().max_memory_bytes(MIB).build()
    manifest = Manifest.create(name="demo", version="1.0.0", wasm="/opt/demo.wasm", limits=limits, authors=["me"])

    assert manifest.component.name == "demo"
    assert str(manifest.component.version) == "1.0.0"
    assert manifest.component.authors == ("me",)
    assert manifest.limits is limits
    assert manifest.path is None
    assert manifest.candidates == (Path("/opt/demo.wasm"),)


@pytest.mark.parametrize(
    ("name", "version", "problem"), [("Demo", "1.0.0", MalformedName), ("demo", "1.0", MalformedVersion)]
)
def test_a_manifest_made_in_python_is_checked_like_a_file(name, version, problem):
    limits = ResourceLimits.builder().max_memory_bytes(MIB).build()

    with pytest.raises(problem):
        Manifest.create(name=name, version=version, wasm="demo.wasm", limits=limits)


def test_a_manifest_is_a_value(load):
    manifest = load(FULL)

    assert manifest == load(FULL)
    assert hash(manifest) == hash(load(FULL))
    assert copy.deepcopy(manifest) == manifest
    with pytest.raises(dataclasses.FrozenInstanceError):
        manifest.limits = load(SMALLEST).limits
    with pytest.raises(MalformedName):
        dataclasses.replace(manifest.component, name="Not A Name")
