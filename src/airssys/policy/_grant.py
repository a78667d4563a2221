"""The proof that something was allowed and recorded."""

from __future__ import annotations

from typing import Final, Never, final

from airssys.capabilities import Request

#: Known to the gate alone.
TOKEN: Final = object()


@final
class Grant:
    """The proof that requests were decided, recorded and allowed; a function that acts takes one of these, not a path.

    Only `Gate.require` makes them. One cannot be copied, pickled or changed, so that it is worth what its record says.

    Attributes:
        id: as the record has it.
        requests: everything that it allows, and nothing else.
        rules: what allowed each of them.
    """

    __slots__ = ("_id", "_requests", "_rules")

    _id: str
    _requests: tuple[Request, ...]
    _rules: tuple[str, ...]

    def __init__(self, token: object, identifier: str, requests: tuple[Request, ...], rules: tuple[str, ...]) -> None:
        if token is not TOKEN:
            raise TypeError("a Grant comes from Gate.require, and from nowhere else")
        object.__setattr__(self, "_id", identifier)
        object.__setattr__(self, "_requests", requests)
        object.__setattr__(self, "_rules", rules)

    @property
    def id(self) -> str:
        """As the record has it."""
        return self._id

    @property
    def requests(self) -> tuple[Request, ...]:
        """Everything that it allows, and nothing else."""
        return self._requests

    @property
    def rules(self) -> tuple[str, ...]:
        """What allowed each of them."""
        return self._rules

    def __init_subclass__(cls) -> None:
        raise TypeError("there is one kind of Grant")

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("a Grant does not change")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError("a Grant does not change")

    def __copy__(self) -> Never:
        raise TypeError("a Grant cannot be copied: ask the gate again")

    def __deepcopy__(self, memo: object) -> Never:
        raise TypeError("a Grant cannot be copied: ask the gate again")

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("a Grant does not leave its process: ask the gate again")

    def __repr__(self) -> str:
        return f"<Grant {self._id}: {', '.join(map(str, self._requests))}>"
