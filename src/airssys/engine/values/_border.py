"""What one instance and Python share while values cross: a ceiling, resources, and memory that must outlive a call."""

from __future__ import annotations

import ctypes
from typing import Any, Final

from airssys.engine import _native as native
from airssys.errors import GuestTrapped, InternalError, ResultTooLarge

from ._python import GuestResource

#: Most host resources that one instance may hold at once, unless the operator says otherwise. The same bound as for
#: open files (design: 256 descriptors), times four because streams and pollables come with each.
DEFAULT_MAX_RESOURCES: Final = 1024
#: Representations are positive 32-bit numbers.
_MAX_REP: Final = 0xFFFF_FFFE


class ResourceTable:
    """Host objects that a guest holds handles to, each with its type's number. Bounded: the guest may not choose its
    size."""

    __slots__ = ("_entries", "_limit", "_next", "_orphans")

    def __init__(self, limit: int = DEFAULT_MAX_RESOURCES) -> None:
        self._limit = limit
        self._entries: dict[int, tuple[Any, int]] = {}
        self._next = 1
        self._orphans: list[tuple[Any, int]] = []

    def add(self, thing: Any, resource_id: int) -> int:
        """Keep `thing` and return its representation, never 0 and never one that is in use."""
        if len(self._entries) >= self._limit:
            self.adopt(thing, resource_id)
            raise GuestTrapped(
                f"the guest holds {self._limit} host resources already, which is the most an instance may hold",
                kind="resource-limit",
                hint="let the component drop resources it no longer needs",
            )
        while self._next in self._entries:
            self._next = self._next % _MAX_REP + 1
        rep = self._next
        self._entries[rep] = (thing, resource_id)
        self._next = rep % _MAX_REP + 1
        return rep

    def adopt(self, thing: Any, resource_id: int) -> None:
        """Keep an object that was given to the guest but never reached it; it ends with the instance."""
        self._orphans.append((thing, resource_id))

    def get(self, rep: int) -> Any:
        """The object behind a representation that the engine vouched for."""
        return self._entries[rep][0]

    def pop(self, rep: int) -> Any:
        """Take the object out; None when it is gone already."""
        entry = self._entries.pop(rep, None)
        return None if entry is None else entry[0]

    def pop_entry(self, rep: int) -> tuple[Any, int] | None:
        """Take the object and its type's number out; None when it is gone already."""
        return self._entries.pop(rep, None)

    def clear(self) -> list[tuple[Any, int]]:
        """Take everything out, oldest first, orphans last."""
        entries = [*self._entries.values(), *self._orphans]
        self._entries.clear()
        self._orphans.clear()
        return entries

    def __len__(self) -> int:
        return len(self._entries)


class Border:
    """The state of value conversion of one instance. Used by one call at a time.

    Attributes:
        context: the native store, for resource handles.
        ceiling_bytes: most that one conversion may build.
    """

    __slots__ = ("_left", "_slot", "_slot_at", "ceiling_bytes", "context", "resources")

    def __init__(self, context: int, ceiling_bytes: int, resources: ResourceTable) -> None:
        self.context = context
        self.ceiling_bytes = ceiling_bytes
        self.resources = resources
        self._left = ceiling_bytes
        self._slot = bytearray(8)
        self._slot_at = native.address_of(self._slot)

    def reset(self) -> None:
        """Start a conversion with the whole ceiling ahead."""
        self._left = self.ceiling_bytes

    def take(self, size_bytes: int) -> None:
        """Account for objects of about `size_bytes` before they are built."""
        self._left -= size_bytes
        if self._left < 0:
            raise ResultTooLarge(
                f"a value of the guest would take more than {self.ceiling_bytes} bytes in Python; "
                f"counting stopped at {self.ceiling_bytes - self._left}",
                size_bytes=self.ceiling_bytes - self._left,
                limit_bytes=self.ceiling_bytes,
            )

    def host_rep(self, any_pointer: int) -> int:
        """The representation behind a handle to one of our own resources."""
        error = native.resource_any_to_host(self.context, any_pointer, self._slot_at)
        if error:
            raise GuestTrapped(native.take_error(error), kind="bad-handle")
        handle = int.from_bytes(self._slot, "little")
        rep: int = native.resource_host_rep(handle)
        native.resource_host_delete(handle)
        return rep

    def host_handle(self, rep: int, resource_id: int, *, owned: bool) -> int:
        """A native handle for a representation; the caller deletes it."""
        handle = native.resource_host_new(owned, rep, resource_id)
        error = native.resource_host_to_any(self.context, handle, self._slot_at)
        native.resource_host_delete(handle)
        if error:
            raise GuestTrapped(native.take_error(error), kind="bad-handle")
        return int.from_bytes(self._slot, "little")

    def guest_resource(self, name: str, any_pointer: int) -> GuestResource:
        """A Python handle to a resource that the guest defines."""
        return GuestResource(name, native.resource_any_clone(any_pointer), self, native.resource_any_delete)


class Arena:
    """Memory and handles that lowered values point to. Python owns it; keep it until the engine has copied."""

    __slots__ = ("_border", "_given_away", "_handles", "_kept", "_lent", "_pending")

    def __init__(self, border: Border | None = None) -> None:
        self._border = border
        self._kept: list[Any] = []
        self._pending: list[tuple[int, int, int, bool]] = []
        self._handles: list[int] = []
        self._lent: list[int] = []
        self._given_away: list[GuestResource] = []

    def keep(self, thing: Any) -> None:
        """Keep anything alive that lowered values point into."""
        self._kept.append(thing)

    def place(self, buffer: bytearray) -> int:
        """Keep a buffer alive and return its address; it must not be resized afterwards."""
        pinned = ctypes.c_char.from_buffer(buffer)
        self._kept.append(pinned)
        return ctypes.addressof(pinned)

    def place_bytes(self, data: bytes) -> int:
        """Keep immutable bytes alive and return their address."""
        pinned = ctypes.c_char_p(data)
        self._kept.append(pinned)
        return ctypes.cast(pinned, ctypes.c_void_p).value or 0

    def hand_over(self, address: int, thing: Any, resource_id: int, *, owned: bool) -> None:
        """Enter a host resource into the instance's table; `settle` writes its handle to `address`."""
        rep = self._resources.add(thing, resource_id)
        self._pending.append((address, rep, resource_id, owned))

    def give_away(self, handle: GuestResource) -> None:
        """Note that the guest owns this handle again once the engine has copied."""
        self._given_away.append(handle)

    def settle(self) -> None:
        """Make the native handles. The store must be free, or in a callback of its own fiber."""
        while self._pending:
            address, rep, resource_id, owned = self._pending[-1]
            handle = self._in_use.host_handle(rep, resource_id, owned=owned)
            self._pending.pop()
            self._handles.append(handle)
            if not owned:
                self._lent.append(rep)
            native.set_pointer(address, handle)

    def orphan(self) -> None:
        """Give up what was not handed over: nobody owns it any more, and it ends with the instance. Then `release`."""
        for _, rep, resource_id, owned in self._pending:
            if owned:
                self._resources.adopt(self._resources.get(rep), resource_id)
        self.release()

    def release(self) -> None:
        """Free what only served the copy, and end loans; what was not handed over leaves the table again."""
        self._kept.clear()
        if self._handles:
            for handle in self._handles:
                native.resource_any_delete(handle)
            self._handles.clear()
        if self._pending or self._lent:
            for rep in (*(rep for _, rep, _, _ in self._pending), *self._lent):
                self._resources.pop(rep)
            self._pending.clear()
            self._lent.clear()
        if self._given_away:
            for given in self._given_away:
                given.close()
            self._given_away.clear()

    def belongs(self, handle: GuestResource) -> bool:
        """Whether the handle is of the instance that the values go to."""
        return handle.owner is self._border

    @property
    def _in_use(self) -> Border:
        if self._border is None:
            raise InternalError("host resources cannot cross without an instance")
        return self._border

    @property
    def _resources(self) -> ResourceTable:
        return self._in_use.resources
