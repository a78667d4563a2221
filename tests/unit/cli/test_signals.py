"""Requests to end a command."""

from __future__ import annotations

import signal
import warnings

import pytest

from airssys.cli._signals import PATIENCE_SECONDS, Ending


@pytest.fixture(autouse=True)
def keep_warnings():
    with warnings.catch_warnings():
        yield


class Clock:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def wall(self):
        return self.now


def test_the_first_request_ends_the_command():
    with pytest.raises(SystemExit) as ended:
        Ending(Clock())(signal.SIGINT, None)

    assert ended.value.code == 130


def test_holding_the_key_does_not_disturb_the_ending():
    ending = Ending(Clock())
    with pytest.raises(SystemExit):
        ending(signal.SIGINT, None)

    ending(signal.SIGINT, None)
    ending(signal.SIGTERM, None)


def test_a_request_that_did_not_help_can_be_repeated():
    clock = Clock()
    ending = Ending(clock)
    with pytest.raises(SystemExit):
        ending(signal.SIGINT, None)
    clock.now += PATIENCE_SECONDS + 0.1

    with pytest.raises(SystemExit) as ended:
        ending(signal.SIGTERM, None)
    assert ended.value.code == 143
