"""`docs/guides/manifest.md` says what is true: its examples load, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import airssys.manifest
from airssys.errors import ManifestError
from airssys.manifest import MemoryTooLow, explain, load_manifest, load_operator
from airssys.manifest._memory_problems import GUIDE
from airssys.manifest._quotas import QUOTAS
from airssys.manifest._shapes import COMPONENT

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
MANIFEST, DERIVED, HOST = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def test_the_example_is_a_valid_manifest(write):
    manifest = load_manifest(write(MANIFEST))

    assert manifest.component.name == "invoice-normaliser"
    assert (manifest.limits.memory.max_bytes, manifest.limits.cpu.timeout_seconds) == (1_048_576, 60.0)


def test_the_example_of_extends_is_a_valid_manifest(write):
    write(MANIFEST, "base/Component.toml")
    write(DERIVED, "demo/Component.toml")

    assert load_manifest("demo").limits.memory.max_bytes == 1_048_576


def test_the_example_of_the_operators_file_explains_as_printed(write):
    manifest = load_manifest(write(MANIFEST), operator=load_operator(write(HOST, "host.toml")), profile="batch")

    assert "resources.cpu.priority low host.toml:6" in {
        f"{row.key} {row.value} {row.source}" for row in explain(manifest)
    }
    assert "# resources.cpu.priority low host.toml:6" in TEXT
    assert (manifest.quotas.storage_bytes, manifest.quotas.messages_per_second) == (104_857_600, 1_000)


def test_the_example_of_a_message_is_what_is_printed(write):
    write(MANIFEST.replace("1048576", "65536"), "components/invoice/Component.toml")

    with pytest.raises(MemoryTooLow) as caught:
        load_manifest("components/invoice")

    assert f"```text\n{caught.value}\n```" in TEXT


def test_every_key_is_in_the_guide():
    component, resources = COMPONENT["component"], COMPONENT["resources"]
    assert isinstance(component, dict)
    assert isinstance(resources, dict)

    for name in [
        "extends",
        *component,
        *resources["memory"],
        *resources["cpu"],
        *QUOTAS,
        "capabilities",
        "ceilings.quotas",
    ]:
        assert f"`{name}`" in TEXT or f"[{name}]" in TEXT


def test_every_error_is_in_the_guide():
    public = [getattr(airssys.manifest, name) for name in airssys.manifest.__all__]
    errors = [each for each in public if isinstance(each, type) and issubclass(each, ManifestError)]
    kinds = [each for each in errors if each.__name__ not in ("Problem", "ValueProblem", "ManifestInvalid")]

    assert kinds
    assert [each.code for each in kinds if f"`{each.code}`" not in TEXT] == []
