"""Host functions as users declare them: WIT text on one side, Python callables on the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from airssys.engine._host_calls import register_destructor
from airssys.engine.values import FunctionConverter
from airssys.engine.values._records import python_name
from airssys.engine.wit import FuncType, Interface, ResourceType, parse_interface, resources_of
from airssys.errors import OperatorError

F = TypeVar("F", bound=Callable[..., Any])

#: What the functions outside of any interface are called for the parser; no component sees it.
_WORLD: Final = "airssys:root/functions"
#: Numbers of host resource types, unique in the process.
_resource_ids: Final = itertools.count(1)


class HostInterface:
    """An interface that the host answers.

    Host functions take the WIT parameters by position, converted as in `Component.call`, and return the WIT result;
    for a `result<T, E>` they return `T`, `Ok(T)` or `Err(E)`. They may be plain or `async def`, and always run on the
    event loop's thread, in the task of whoever called the guest: a plain function must not block. What one raises
    ends the guest's instance and reaches the caller of the guest unchanged.

    Args:
        wit: the interface in WIT, `interface ns:package/name@1.0.0 { ... }`.
        functions: implementations by WIT name; more can be added with `function` and `resource`.
        known: interfaces whose types this one uses.

    Raises:
        WitSyntaxError: the text does not parse.

    >>> clock = HostInterface("interface demo:host/clock@1.0.0 { now: func() -> u64; }")
    >>> @clock.function("now")
    ... def now() -> int:
    ...     return 42
    """

    def __init__(
        self,
        wit: str,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        *,
        known: tuple[HostInterface, ...] = (),
    ) -> None:
        self._become(parse_interface(wit, known=[other.interface for other in known]))
        for name, implementation in (functions or {}).items():
            self.add(name, implementation)

    @classmethod
    def of(cls, interface: Interface) -> HostInterface:
        """An interface that was parsed already; nothing of it is answered yet."""
        made = cls.__new__(cls)
        made._become(interface)
        return made

    def answered_by(self, functions: Mapping[str, Callable[..., Any]]) -> HostInterface:
        """Another answer to the same interface, with the same types: what is answered here, and these functions.

        Handles to its resources are the same type in both, so that what one component gets from here can only ever be
        told apart by what it is, not by who answers.
        """
        made = type(self).__new__(type(self))
        made.interface, made.is_root = self.interface, self.is_root
        made._functions = dict(self._functions)
        made._resource_ids = self._resource_ids
        made._converters = self._converters
        for name, implementation in functions.items():
            made.add(name, implementation)
        return made

    def _become(self, interface: Interface) -> None:
        self.interface = interface
        self.is_root = False
        self._functions: dict[str, Callable[..., Any]] = {}
        self._resource_ids: dict[str, int] = {}
        self._converters: dict[tuple[str, tuple[int | None, ...]], FunctionConverter] = {}
        for name, resource in interface.resources.items():
            if resource.interface in (None, interface.name):
                self._own_resource(name)

    @classmethod
    def of_world(
        cls,
        wit: str,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        *,
        known: tuple[HostInterface, ...] = (),
    ) -> HostInterface:
        """Functions that a world imports outside of any interface: `import log: func(message: string);`.

        Args:
            wit: the items as they stand in an interface, without its braces: `log: func(message: string);`.

        >>> HostInterface.of_world("log: func(message: string);", {"log": print})
        <HostInterface (world), 1 of 1 answered>
        """
        made = cls(f"interface {_WORLD} {{ {wit} }}", functions, known=known)
        made.is_root = True
        return made

    @property
    def name(self) -> str:
        """The full name, with version; `(world)` for functions outside of any interface."""
        return "(world)" if self.is_root else self.interface.name

    def add(self, name: str, implementation: Callable[..., Any]) -> None:
        """Answer the function of that WIT name.

        Raises:
            OperatorError: the interface declares no such function, or it is answered already.
        """
        if name not in self.interface.functions:
            raise OperatorError(
                f"{self.name} declares no function {name}",
                hint=f"it declares {', '.join(self.interface.functions) or 'none'}",
            )
        if name in self._functions:
            raise OperatorError(f"{self.name}#{name} is answered already", hint="answer every function once")
        self._functions[name] = implementation

    def function(self, name: str) -> Callable[[F], F]:
        """Decorator: answer the function of that WIT name."""

        def register(implementation: F) -> F:
            self.add(name, implementation)
            return implementation

        return register

    def resource(self, name: str) -> Callable[[type[Any]], type[Any]]:
        """Decorator: answer a resource with a class.

        The constructor becomes the class, methods its methods and statics its static methods, with WIT names in
        snake_case. When the guest drops a handle it owns, `close()` is called on the loop's thread if there is one.
        """

        def register(cls: type[Any]) -> type[Any]:
            if name not in self._resource_ids:
                raise OperatorError(f"{self.name} declares no resource {name}", hint="check the WIT text")
            for function in self.interface.functions:
                implementation = _member(cls, name, function)
                if implementation is not None:
                    self.add(function, implementation)
            return cls

        return register

    def implementation(self, name: str) -> Callable[..., Any] | None:
        """Who answers the function; None when nobody does."""
        return self._functions.get(name)

    def function_type(self, name: str) -> FuncType | None:
        """The declared signature; None when there is none."""
        return self.interface.functions.get(name)

    def resource_id(self, name: str) -> int | None:
        """The engine's number of a resource that this interface defines."""
        return self._resource_ids.get(name)

    def converter(self, name: str, resource_id: Callable[[ResourceType], int | None]) -> FunctionConverter:
        """How values of a declared function are converted; one for all components that give its resources the same
        numbers.
        """
        of = self.interface.functions[name]
        key = (name, tuple(map(resource_id, resources_of(of))))
        made = self._converters.get(key)
        if made is None:
            made = self._converters[key] = FunctionConverter(of, resource_id)
        return made

    def _own_resource(self, name: str) -> None:
        number = next(_resource_ids)
        self._resource_ids[name] = number
        register_destructor(number, _close)

    def __repr__(self) -> str:
        return f"<HostInterface {self.name}, {len(self._functions)} of {len(self.interface.functions)} answered>"


def new_resource_id() -> int:
    """A number for a resource type that nobody answers; handles to it cannot come to be."""
    number = next(_resource_ids)
    register_destructor(number, _close)
    return number


def _close(thing: Any) -> None:
    close = getattr(thing, "close", None)
    if close is not None:
        close()


def _member(cls: type[Any], resource: str, function: str) -> Callable[..., Any] | None:
    if function == f"[constructor]{resource}":
        return cls
    for kind in ("[method]", "[static]"):
        prefix = f"{kind}{resource}."
        if function.startswith(prefix):
            attribute = python_name(function.removeprefix(prefix))
            implementation: Callable[..., Any] | None = getattr(cls, attribute, None)
            return implementation
    return None
