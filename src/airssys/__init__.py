"""airssys runs WebAssembly components that nobody here trusts, inside an asyncio program.

    async with airssys.Host() as host:
        greeter = await host.start("examples/greeter")
        print(await greeter.call("greet", "World"))

Every error is in `airssys.errors`.
"""

from importlib.metadata import version

from airssys import errors
from airssys.engine import (
    Case,
    CpuUsage,
    Err,
    GuestResource,
    HostInterface,
    MemoryMonitor,
    MemorySample,
    MemoryUsage,
    Ok,
    ResourceLimiter,
    Some,
)
from airssys.host import Component, ComponentState, ComponentStatus, Host, HostConfig, call
from airssys.manifest import CpuConfig, Manifest, MemoryConfig, Priority, ResourceLimits

__version__ = version("airssys")

__all__ = [
    "Case",
    "Component",
    "ComponentState",
    "ComponentStatus",
    "CpuConfig",
    "CpuUsage",
    "Err",
    "GuestResource",
    "Host",
    "HostConfig",
    "HostInterface",
    "Manifest",
    "MemoryConfig",
    "MemoryMonitor",
    "MemorySample",
    "MemoryUsage",
    "Ok",
    "Priority",
    "ResourceLimiter",
    "ResourceLimits",
    "Some",
    "__version__",
    "call",
    "errors",
]
