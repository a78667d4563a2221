"""airssys runs WebAssembly components that nobody here trusts, inside an asyncio program.

    async with airssys.Host() as host:
        greeter = await host.start("examples/greeter")
        print(await greeter.call("greet", "World"))

Every error is in `airssys.errors`.
"""

from importlib.metadata import version

from airssys import errors
from airssys.approval import ApprovalRequest, ApprovalWorkflow, Choice, Verdict
from airssys.audit import AuditLog, FileSink, MemorySink
from airssys.capabilities import Action, Capability, CapabilitySet, Kind, Request
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
from airssys.interfaces.wasi import LogLine, LogStatistics, OutputConfig, OutputLog, OutputSink, WasiSetup
from airssys.manifest import CpuConfig, Manifest, MemoryConfig, Priority, ResourceLimits
from airssys.policy import Grant, Policy, SecurityContext
from airssys.quotas import QuotaKind, QuotaStatus, QuotaTracker, ResourceQuota
from airssys.trust import TrustConfig, TrustLevel

__version__ = version("airssys")

__all__ = [
    "Action",
    "ApprovalRequest",
    "ApprovalWorkflow",
    "AuditLog",
    "Capability",
    "CapabilitySet",
    "Case",
    "Choice",
    "Component",
    "ComponentState",
    "ComponentStatus",
    "CpuConfig",
    "CpuUsage",
    "Err",
    "FileSink",
    "Grant",
    "GuestResource",
    "Host",
    "HostConfig",
    "HostInterface",
    "Kind",
    "LogLine",
    "LogStatistics",
    "Manifest",
    "MemoryConfig",
    "MemoryMonitor",
    "MemorySample",
    "MemorySink",
    "MemoryUsage",
    "Ok",
    "OutputConfig",
    "OutputLog",
    "OutputSink",
    "Policy",
    "Priority",
    "QuotaKind",
    "QuotaStatus",
    "QuotaTracker",
    "Request",
    "ResourceLimiter",
    "ResourceLimits",
    "ResourceQuota",
    "SecurityContext",
    "Some",
    "TrustConfig",
    "TrustLevel",
    "Verdict",
    "WasiSetup",
    "__version__",
    "call",
    "errors",
]
