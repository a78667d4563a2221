"""Development mode: off, loud, never in production, and about nothing but unknown origins."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from airssys.errors import DevelopmentRefused
from airssys.trust import DevelopmentMode, development_mode


def test_it_is_off_by_default():
    assert DevelopmentMode().is_on is False
    assert development_mode(False, environment={}).is_on is False


def test_it_can_be_switched_on():
    assert development_mode(True, environment={"AIRSSYS_ENV": "laptop"}).is_on is True


@pytest.mark.parametrize("value", ["production", "Production", " PRODUCTION\n", "prod"])
def test_it_is_refused_in_production(value):
    with pytest.raises(DevelopmentRefused, match="development mode is refused: AIRSSYS_ENV is prod"):
        development_mode(True, environment={"AIRSSYS_ENV": value})

    assert development_mode(False, environment={"AIRSSYS_ENV": value}).is_on is False


def test_it_says_so_on_every_start(caplog):
    mode = development_mode(True, environment={})

    mode.announce()
    mode.announce()

    assert [(record.name, record.levelno) for record in caplog.records] == [("airssys.trust", logging.WARNING)] * 2
    assert caplog.records[0].message.startswith("DEVELOPMENT MODE: components of unknown origin run without")
    assert "the forbidden list stays in force" in caplog.records[0].message


def test_it_says_nothing_when_it_is_off(caplog):
    DevelopmentMode().announce()

    assert caplog.records == []


def test_it_cannot_be_switched_on_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(DevelopmentMode(), "is_on", True)  # noqa: B010 - what a type checker would not let through


def test_it_holds_nothing_that_could_lift_the_forbidden_list():
    assert [field.name for field in dataclasses.fields(DevelopmentMode)] == ["is_on"]
