"""The composition root: a `Host` starts components from their manifests and keeps them apart.

Promise: a component runs under the limits that its manifest declares; whatever it does ends in a value or a typed
error of the one call that met it; and leaving the host stops everything.
"""

from airssys.host._component import Component
from airssys.host._config import HostConfig
from airssys.host._host import Host
from airssys.host._known import is_known_interface
from airssys.host._once import call
from airssys.host._source import source_of
from airssys.host._status import ComponentState, ComponentStatus
from airssys.host._thread import FromThread

__all__ = [
    "Component",
    "ComponentState",
    "ComponentStatus",
    "FromThread",
    "Host",
    "HostConfig",
    "call",
    "is_known_interface",
    "source_of",
]
