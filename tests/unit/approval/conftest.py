"""A workflow for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.approving import Desk, opened


@pytest.fixture
def desk() -> Iterator[Desk]:
    with opened() as made:
        yield made
