"""What actors log while tests make them fail on purpose; a module or a conftest imports `quiet` to be spared it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Actors fail here on purpose, and what they log is not looked at; tests of what is logged use `caplog`."""
    logger = logging.getLogger("airssys.actors")
    before = logger.propagate
    logger.propagate = False
    handler = logging.NullHandler()
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    logger.propagate = before
