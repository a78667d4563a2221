"""One call without writing asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any

from airssys.approval import Approver
from airssys.engine import HostInterface
from airssys.errors import OperatorError
from airssys.host._config import HostConfig
from airssys.host._host import Host
from airssys.interfaces.wasi import WasiSetup
from airssys.manifest import Manifest
from airssys.policy import Policy
from airssys.trust import TrustConfig


def call(
    source: str | os.PathLike[str] | Manifest,
    export: str,
    /,
    *args: Any,
    timeout: float | None = None,
    config: HostConfig | None = None,
    interfaces: Sequence[HostInterface] = (),
    wasi: WasiSetup | None = None,
    overrides: Mapping[str, object] | None = None,
    state: str | os.PathLike[str] | None = None,
    policy: Policy | None = None,
    trust: TrustConfig | None = None,
    approver: Approver | None = None,
    development: bool = False,
) -> Any:
    """Start a component, call one export, stop it, and return the result. Blocks.

    For more than one call use `Host`, which keeps the component alive. Options and errors are those of `Host`,
    `Host.start` and `Component.call`.

    Raises:
        OperatorError: an event loop is running in this thread; await `Component.call` there.
    """

    async def once() -> Any:
        host = Host(config, state=state, policy=policy, trust=trust, approver=approver, development=development)
        async with host:
            component = await host.start(source, interfaces=interfaces, wasi=wasi, overrides=overrides)
            return await component.call(export, *args, timeout=timeout)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(once())
    raise OperatorError(
        "airssys.call blocks, and an event loop is running in this thread",
        hint="use `async with airssys.Host() as host:` and await `component.call(...)`",
    )
