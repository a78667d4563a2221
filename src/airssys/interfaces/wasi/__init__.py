"""WASI 0.2 in Python: what ordinary programs expect of a system, decided, charged and recorded call by call.

Promise: a guest reaches the files, variables and clocks that its capabilities name, and nothing else; a call that waits
suspends the guest and no thread of the event loop; what a guest makes the host keep is bounded.
"""

from ._kernel import KernelResolver, Resolver, WalkingResolver, best_resolver
from ._lines import LogLine, visible
from ._log import LogStatistics, OutputConfig, OutputLog
from ._open_file import DEFAULT_MAX_DESCRIPTORS
from ._random import Entropy
from ._rights import Storage
from ._setup import OutputSink, WasiSetup
from ._wasi import Wasi, is_program, shared_interfaces
from ._work import BlockingWork

__all__ = [
    "DEFAULT_MAX_DESCRIPTORS",
    "BlockingWork",
    "Entropy",
    "KernelResolver",
    "LogLine",
    "LogStatistics",
    "OutputConfig",
    "OutputLog",
    "OutputSink",
    "Resolver",
    "Storage",
    "WalkingResolver",
    "Wasi",
    "WasiSetup",
    "best_resolver",
    "is_program",
    "shared_interfaces",
    "visible",
]
