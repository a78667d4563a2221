"""Promise: guests of real toolchains compile and run; proposals that only widen what can be attacked are refused."""

from __future__ import annotations

import pytest

from airssys.errors import CompileError
from tests.guests import proposals
from tests.guests.hosting import Guests


@pytest.mark.parametrize("name", proposals.ACCEPTED)
async def test_what_toolchains_use_runs(guests: Guests, name: str):
    async with guests.host() as host:
        text = proposals.component(proposals.ACCEPTED[name])
        assert await (await guests.start(host, "proposal", text=text)).call("ready") is True


@pytest.mark.parametrize("name", proposals.REFUSED)
async def test_what_none_needs_is_refused(guests: Guests, name: str):
    async with guests.host() as host:
        with pytest.raises(CompileError):
            await guests.start(host, "proposal", text=proposals.component(proposals.REFUSED[name]))
        assert host.components == {}
