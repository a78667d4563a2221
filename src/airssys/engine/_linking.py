"""Matching what a component imports with what the host answers, before anything runs.

The engine's linker does not compare types (design rule 9), so both signatures are compared here. Only what the
component imports is defined, under the component's own names.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wasmtime.component import Linker, LinkerInstance, ResourceType

from airssys.engine import _native as native
from airssys.engine import wit
from airssys.engine._component import SEPARATOR, CompiledComponent
from airssys.engine._denial import denying
from airssys.engine._host_calls import HostFunction, on_drop, on_host_call
from airssys.engine._interface import HostInterface, new_resource_id
from airssys.engine._pace import Pace
from airssys.engine._runtime import runtime
from airssys.engine._types import InstanceShape
from airssys.engine.values import FunctionConverter
from airssys.errors import ExportNotFound, InternalError, LinkError

_ON_HOST_CALL: Final = native.pointer_to(on_host_call)
_ON_DROP: Final = native.pointer_to(on_drop)


@dataclass(frozen=True, slots=True)
class Export:
    """One function of a linked component, ready to be bound to instances."""

    name: str
    converter: FunctionConverter
    index: int
    pace: Pace


class LinkedComponent:
    """A component with an answer for each of its imports. Shared by all instances that use the same interfaces.

    Attributes:
        component: what was linked.
        functions: the answers, in the order of their numbers.
    """

    def __init__(
        self,
        component: CompiledComponent,
        linker: Linker,
        functions: tuple[HostFunction, ...],
        resource_id: Callable[[wit.ResourceType], int | None],
    ) -> None:
        self.component = component
        self.functions = functions
        self._linker = linker
        self.linker_pointer = native.pointer_to(linker)
        self._resource_id = resource_id
        self._exports: dict[str, Export] = {}

    def export(self, name: str) -> Export:
        """A function by name.

        Raises:
            ExportNotFound: there is none of that name.
        """
        export = self._exports.get(name)
        if export is None:
            of = self.component.exports.get(name)
            if of is None:
                raise ExportNotFound(
                    f"the component exports no function {name!r}; it exports "
                    f"{', '.join(self.component.exports) or 'no functions at all'}"
                )
            export = self._exports[name] = Export(
                name,
                FunctionConverter(of, self._resource_id),
                self.component.export_index(name),
                runtime().paces.of(self.component.digest, name),
            )
        return export


def link(
    component: CompiledComponent,
    interfaces: Sequence[HostInterface] = (),
    *,
    denied: Callable[[str], bool] = lambda _name: False,
) -> LinkedComponent:
    """Answer every import of a component.

    Args:
        interfaces: what the host offers; an import takes the one with the same name and a compatible version.
        denied: which other interfaces are known but not granted: they are answered with refusals.

    Raises:
        LinkError: with every import that does not fit.
    """
    return _Linking(component, interfaces, denied).link()


def link_whole(
    component: CompiledComponent,
    interfaces: Sequence[HostInterface] = (),
    *,
    denied: Callable[[str], bool] = lambda _name: False,
) -> LinkedComponent:
    """`link`, with every export ready to be called. For a worker thread: a component's types may be large."""
    linked = link(component, interfaces, denied=denied)
    for name in component.exports:
        linked.export(name)
    return linked


class _Linking:
    def __init__(
        self, component: CompiledComponent, interfaces: Sequence[HostInterface], denied: Callable[[str], bool]
    ) -> None:
        self._component = component
        self._interfaces = _by_name(interfaces)
        self._world = [interface for interface in interfaces if interface.is_root]
        self._denied = denied
        self._functions: list[HostFunction] = []
        self._problems: list[str] = []
        self._resource_ids: dict[wit.ResourceType, int] = {}

    def link(self) -> LinkedComponent:
        shape = self._component.shape
        self._problems += [
            f"{name}: a {kind} outside of any interface; nobody can answer that"
            for name, kind in shape.import_others.items()
        ]
        plans = [self._world_plan(shape.import_functions)]
        plans += [plan for name, needed in shape.imports.items() if (plan := self._plan(name, needed)) is not None]
        if self._problems:
            raise LinkError(
                "the component cannot be linked:\n" + "\n".join(f"  - {problem}" for problem in self._problems),
                problems=tuple(self._problems),
            )
        return LinkedComponent(self._component, self._define(plans), tuple(self._functions), self._resource_ids.get)

    # -- what is needed, compared with what is offered

    def _world_plan(self, needed: dict[str, wit.FuncType]) -> _Plan:
        """The functions outside of any interface; the plan has no name."""
        functions = {}
        for name, of in needed.items():
            offered = next((world for world in self._world if world.function_type(name) is not None), None)
            if offered is None:
                self._problems.append(f"{name}: unknown function: {wit.print_function(of)}")
                continue
            answer = self._answer("", name, of, offered)
            if answer is not None:
                functions[name] = self._add("", name, answer, self._converter(name, offered))
        return _Plan("", {}, functions)

    def _plan(self, name: str, needed: InstanceShape) -> _Plan | None:
        offered_name = wit.best_match(name, self._interfaces)
        if offered_name is not None:
            return self._answered(name, needed, self._interfaces[offered_name])
        if self._denied(name):
            return self._refused(name, needed)
        self._problems.append(f"{name}: unknown interface ({', '.join(needed.functions) or 'types only'})")
        return None

    def _answered(self, name: str, needed: InstanceShape, offered: HostInterface) -> _Plan:
        resources = {}
        for resource_name, resource in needed.resources.items():
            number = self._number_of(resource_name, resource, offered)
            if number is None:
                self._problems.append(f"{name}: {offered.name} has no resource {resource_name}")
            else:
                resources[resource_name] = number
        functions = {}
        for function, of in needed.functions.items():
            answer = self._answer(name, function, of, offered)
            if answer is not None:
                functions[function] = self._add(name, function, answer, self._converter(function, offered))
        return _Plan(name, resources, functions)

    def _answer(self, name: str, function: str, of: wit.FuncType, offered: HostInterface) -> Callable[..., Any] | None:
        declared = offered.function_type(function)
        where = f"{name}{SEPARATOR}{function}" if name else function
        if declared is None:
            self._problems.append(f"{where}: {offered.name} has no such function")
        elif not wit.same_function(declared, of, resources=_same_resource):
            self._problems.append(
                f"{where}: the component needs {wit.print_function(of)}, the host has {wit.print_function(declared)}"
            )
        else:
            answer = offered.implementation(function)
            if answer is None:
                self._problems.append(f"{where}: declared by the host, but nobody answers it")
            return answer
        return None

    def _refused(self, name: str, needed: InstanceShape) -> _Plan:
        resources = {}
        for resource_name, resource in needed.resources.items():
            number = self._resource_ids.get(resource)
            if number is None:
                number = self._resource_ids[resource] = new_resource_id()
            resources[resource_name] = number
        functions = {
            function: self._add(
                name, function, denying(name, function, of), FunctionConverter(of, self._resource_ids.get)
            )
            for function, of in needed.functions.items()
        }
        return _Plan(name, resources, functions)

    def _number_of(self, name: str, resource: wit.ResourceType, offered: HostInterface) -> int | None:
        known = self._resource_ids.get(resource)
        if known is not None:
            return known
        declared = offered.interface.resources.get(name)
        if declared is None:
            return None
        owner = self._interfaces.get(declared.interface or offered.name, offered)
        number = owner.resource_id(declared.name)
        if number is not None:
            self._resource_ids[resource] = number
        return number

    def _converter(self, function: str, offered: HostInterface) -> FunctionConverter:
        """By the host's own type, which is the same as the component's, and stays."""

        def number(resource: wit.ResourceType) -> int | None:
            owner = wit.best_match(resource.interface or offered.name, self._interfaces)
            return (offered if owner is None else self._interfaces[owner]).resource_id(resource.name)

        return offered.converter(function, number)

    def _add(self, interface: str, name: str, answer: Callable[..., Any], converter: FunctionConverter) -> int:
        self._functions.append(HostFunction(name=f"{interface}{SEPARATOR}{name}", answer=answer, converter=converter))
        return len(self._functions) - 1

    # -- telling the engine

    def _define(self, plans: Iterable[_Plan]) -> Linker:
        linker = Linker(runtime().engine(consume_fuel=self._component.consumes_fuel))
        with linker.root() as root:
            for plan in plans:
                with contextlib.nullcontext(root) if not plan.name else root.add_instance(plan.name) as instance:
                    for name, number in plan.resources.items():
                        _add_resource(instance, name, number)
                    for name, index in plan.functions.items():
                        _add_function(instance, name, index)
        return linker


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one imported instance is answered: numbers of resource types, indices of functions; no name: the world."""

    name: str
    resources: dict[str, int]
    functions: dict[str, int]


def _by_name(interfaces: Sequence[HostInterface]) -> dict[str, HostInterface]:
    named: dict[str, HostInterface] = {}
    for interface in interfaces:
        if interface.is_root:
            continue
        if interface.name in named:
            raise LinkError(f"two host interfaces are named {interface.name}", hint="pass every interface once")
        named[interface.name] = interface
    return named


def _same_resource(ours: wit.ResourceType, theirs: wit.ResourceType) -> bool:
    """Names agree, and where the component tells the interface, it is the same in a compatible version."""
    if ours.name != theirs.name:
        return False
    if ours.interface is None or theirs.interface is None:
        return True
    return wit.best_match(theirs.interface, [ours.interface]) is not None


def _add_function(instance: LinkerInstance, name: str, index: int) -> None:
    with _Text(name) as (address, size):
        _check(
            native.linker_instance_add_func_async(
                native.pointer_to(instance), address, size, _ON_HOST_CALL, index or None, None
            ),
            name,
        )


def _add_resource(instance: LinkerInstance, name: str, number: int) -> None:
    resource = ResourceType.host(number)
    with _Text(name) as (address, size):
        _check(
            native.linker_instance_add_resource(
                native.pointer_to(instance), address, size, native.pointer_to(resource), _ON_DROP, number, None
            ),
            name,
        )


class _Text:
    """UTF-8 for the length of one native call."""

    def __init__(self, text: str) -> None:
        data = text.encode()
        self._buffer = ctypes.create_string_buffer(data, max(len(data), 1))
        self._size = len(data)

    def __enter__(self) -> tuple[int, int]:
        return ctypes.addressof(self._buffer), self._size

    def __exit__(self, *_error: object) -> None:
        return None


def _check(error: int | None, name: str) -> None:
    if error:
        raise InternalError(f"the engine's linker refused {name}: {native.take_error(error)}")
