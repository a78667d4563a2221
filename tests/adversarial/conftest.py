"""Attackers that are real guests: the fixtures of `tests/guests`."""

from __future__ import annotations

from tests.guests.conftest import cache_folder, guests, pytest_pyfunc_call

__all__ = ["cache_folder", "guests", "pytest_pyfunc_call"]
