"""Fixtures of every test with a real guest; `hosting.py` says how to use them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guests.hosting import Guests, native_things, run


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests, each in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One compile cache for the whole run."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def guests(tmp_path: Path, cache_folder: Path) -> Iterator[Guests]:
    """Test guests, started by name."""
    before = native_things()
    folder = tmp_path / "projects"
    folder.mkdir()
    guests = Guests(folder, cache_folder)
    yield guests
    guests.close()
    assert native_things() == before, "the test left linear memories or native stores behind"
