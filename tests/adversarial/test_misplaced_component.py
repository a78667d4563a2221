"""Threat: misplaced components. A rule about a place vouches for what is there, and for nothing that points there."""

from __future__ import annotations

import os

import pytest

from airssys.trust import TrustConfig, TrustLevel, TrustStore, add_rule
from tests.adversarial.trusting import Operator, load, manifest, write


@pytest.fixture
def trusted(tmp_path):
    """The place that the operator trusts."""
    return tmp_path.resolve() / "components"


@pytest.fixture
def operator(tmp_path, trusted):
    store = TrustStore(tmp_path / "etc" / "trust.toml")
    add_rule(store, {"name": "here", "kind": "local", "path": f"{trusted}/**"})
    return Operator(store)


def refused(operator, folder):
    """Why the component is not trusted."""
    decision = operator.judge(folder)
    assert (decision.level, decision.rule) == (TrustLevel.UNKNOWN, None)
    return decision.reasons[0].text


def test_a_component_in_the_place_is_trusted(operator, trusted):
    assert operator.judge(write(trusted / "adder")).level is TrustLevel.TRUSTED


def test_a_folder_whose_name_only_begins_like_the_place_is_not(operator, trusted):
    folder = write(trusted.parent / "components-of-mallory")

    assert "its path does not match" in refused(operator, folder)


def test_a_way_through_the_place_and_out_again_is_not(operator, trusted):
    trusted.mkdir()
    write(trusted.parent / "evil")

    assert "its path does not match" in refused(operator, trusted / ".." / "evil")


def test_a_link_in_the_place_to_a_component_elsewhere_is_not(operator, trusted):
    trusted.mkdir()
    (trusted / "adder").symlink_to(write(trusted.parent / "evil"))

    assert f"its path does not match {trusted.parent}/evil/adder.wat" in refused(operator, trusted / "adder")


def test_a_manifest_elsewhere_that_borrows_a_trusted_component_is_not(operator, trusted):
    """The component is in the place; what it may take is not what its owner wrote."""
    write(trusted / "adder", text=manifest().replace("[resources", 'wasm = "adder.wat"\n[resources'))
    evil = trusted.parent / "evil"
    evil.mkdir()
    (evil / "Component.toml").write_text(
        'extends = "../components/adder/Component.toml"\n[resources.memory]\nmax_bytes = 4194304\n'
    )

    assert load(evil).wasm.path == trusted / "adder" / "adder.wat"
    assert refused(operator, evil) == f"its path does not match {evil}/Component.toml"


def test_a_place_that_every_user_can_write_to_vouches_for_nothing(operator, trusted):
    folder = write(trusted / "adder")
    trusted.chmod(0o777)

    assert refused(operator, folder) == f"every user of this machine may change {trusted}"


def test_a_pin_is_not_ignored_because_the_place_is_right(tmp_path, trusted):
    folder = write(trusted / "adder")
    source = load(folder)
    store = TrustStore(tmp_path / "etc" / "pins.toml")
    pins = {"sha256": source.wasm.sha256, "manifest_sha256": source.manifest_sha256}
    add_rule(store, {"name": "here", "kind": "local", "path": f"{trusted}/**", **pins})
    operator = Operator(store)
    assert operator.judge(folder).level is TrustLevel.TRUSTED

    write(folder, text=manifest(max_bytes=4 << 20))
    assert refused(operator, folder).startswith("the manifest has SHA-256 ")

    write(folder, wasm=(folder / "adder.wat").read_text() + "\n")
    assert refused(operator, folder).startswith("the component has SHA-256 ")


def test_bytes_that_are_exchanged_between_loading_and_looking_prove_nothing(operator, trusted):
    """The attacker has one component loaded, and shows another one to whoever judges it."""
    folder = write(trusted.parent / "evil", wasm="(component)")
    source = load(folder)
    write(trusted / "adder")
    os.rename(folder, folder.with_name("gone"))
    folder.symlink_to(trusted / "adder")

    decision = TrustConfig.load(operator.store.path).assess(source)

    assert decision.level is TrustLevel.UNKNOWN
