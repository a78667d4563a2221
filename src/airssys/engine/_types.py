"""From the binding's view of a component's types to ours, bounded: a guest may have huge types, we do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from wasmtime import Engine
from wasmtime import component as binding
from wasmtime.component import _types as binding_types

from airssys.engine import wit
from airssys.errors import CompileError

#: Most parts that all signatures of one component may have together. wasm-tools' validator allows a million per type;
#: WASI 0.2 whole has about 2,000. A record's Python class costs 30 us a field to make, so this bounds it to 0.6 s.
_MAX_PARTS: Final = 20_000
#: Most resource types that one component may name; WASI 0.2 whole has about 30.
_MAX_RESOURCES: Final = 1_000

_PRIMITIVES: Final[dict[type[Any], wit.Primitive]] = {
    binding_types.Bool: wit.Primitive.BOOL,
    binding_types.S8: wit.Primitive.S8,
    binding_types.U8: wit.Primitive.U8,
    binding_types.S16: wit.Primitive.S16,
    binding_types.U16: wit.Primitive.U16,
    binding_types.S32: wit.Primitive.S32,
    binding_types.U32: wit.Primitive.U32,
    binding_types.S64: wit.Primitive.S64,
    binding_types.U64: wit.Primitive.U64,
    binding_types.F32: wit.Primitive.F32,
    binding_types.F64: wit.Primitive.F64,
    binding_types.Char: wit.Primitive.CHAR,
    binding_types.String: wit.Primitive.STRING,
}


@dataclass(frozen=True, slots=True)
class InstanceShape:
    """What one imported or exported instance has.

    Attributes:
        functions: by name.
        resources: exported name -> the type, named after where it first appeared.
    """

    functions: dict[str, wit.FuncType]
    resources: dict[str, wit.ResourceType]


@dataclass(frozen=True, slots=True)
class ComponentShape:
    """The typed outside of a component.

    Attributes:
        imports: instances that it needs, by name.
        import_functions: functions that it needs outside of any instance.
        import_others: kind of everything else it needs, which no host of ours answers.
        exports: instances that it offers, by name.
        export_functions: functions that it offers outside of any instance.
    """

    imports: dict[str, InstanceShape]
    import_functions: dict[str, wit.FuncType]
    import_others: dict[str, str]
    exports: dict[str, InstanceShape]
    export_functions: dict[str, wit.FuncType]


def shape_of(component: binding.Component, engine: Engine) -> ComponentShape:
    """Read the types of a compiled component.

    Raises:
        CompileError: its types are larger than the bounds of this file.
    """
    return _Reader(engine).component(component.type)


class _Reader:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._parts = 0
        self._resources: list[tuple[Any, wit.ResourceType]] = []
        self._known: dict[tuple[Any, ...], wit.ValueType] = {}

    def component(self, component: Any) -> ComponentShape:
        imports: dict[str, InstanceShape] = {}
        import_functions: dict[str, wit.FuncType] = {}
        others: dict[str, str] = {}
        for name, extern in component.imports(self._engine).items():
            match extern.ty:
                case binding_types.ComponentInstanceType() as instance:
                    imports[name] = self._instance(name, instance)
                case binding_types.FuncType() as function:
                    import_functions[name] = self._function(function)
                case binding.ResourceType() as resource:
                    self._define(resource, name, None)
                    others[name] = "resource type"
                case other:
                    others[name] = type(other).__name__
        exports: dict[str, InstanceShape] = {}
        export_functions: dict[str, wit.FuncType] = {}
        for name, extern in component.exports(self._engine).items():
            match extern.ty:
                case binding_types.ComponentInstanceType() as instance:
                    exports[name] = self._instance(name, instance)
                case binding_types.FuncType() as function:
                    export_functions[name] = self._function(function)
                case binding.ResourceType() as resource:
                    self._define(resource, name, None)
        return ComponentShape(imports, import_functions, others, exports, export_functions)

    def _instance(self, owner: str, instance: Any) -> InstanceShape:
        externs = {name: extern.ty for name, extern in instance.exports(self._engine).items()}
        resources = {
            name: self._define(of, name, owner) for name, of in externs.items() if isinstance(of, binding.ResourceType)
        }
        functions = {name: self._function(of) for name, of in externs.items() if isinstance(of, binding_types.FuncType)}
        return InstanceShape(functions, resources)

    def _define(self, resource: Any, name: str, owner: str | None) -> wit.ResourceType:
        """The name of a resource type: where it appeared first, which is where it is defined."""
        for known, named in self._resources:
            if known == resource:
                return named
        if len(self._resources) >= _MAX_RESOURCES:
            raise CompileError(f"the component names more than {_MAX_RESOURCES} resource types")
        named = wit.ResourceType(name, owner)
        self._resources.append((resource, named))
        return named

    def _function(self, function: Any) -> wit.FuncType:
        params = tuple((name, self._type(of, 0)) for name, of in function.params)
        return wit.FuncType(params, self._maybe(function.result, 0))

    def _maybe(self, of: Any, depth: int) -> wit.ValueType | None:
        return None if of is None else self._type(of, depth)

    def _type(self, of: Any, depth: int) -> wit.ValueType:
        self._parts += 1
        if self._parts > _MAX_PARTS or depth > wit.MAX_TYPE_DEPTH:
            raise CompileError(
                f"the component's types are too large: more than {_MAX_PARTS} parts or deeper than {wit.MAX_TYPE_DEPTH}"
            )
        primitive = _PRIMITIVES.get(type(of))
        return primitive if primitive is not None else self._compound(of, depth + 1)

    def _compound(self, of: Any, depth: int) -> wit.ValueType:
        compound = _COMPOUNDS.get(type(of))
        if compound is None:
            raise CompileError(
                f"the component uses a type that is not supported: {type(of).__name__.removesuffix('Type').lower()}"
            )
        made = compound(self, of, depth)
        return self._known.setdefault(_identity(made), made)  # equal types become one object

    def _record(self, of: Any, depth: int) -> wit.ValueType:
        return wit.RecordType(None, tuple((name, self._type(field, depth)) for name, field in of.fields))

    def _variant(self, of: Any, depth: int) -> wit.ValueType:
        return wit.VariantType(None, tuple((name, self._maybe(payload, depth)) for name, payload in of.cases))

    def _tuple(self, of: Any, depth: int) -> wit.ValueType:
        return wit.TupleType(tuple(self._type(element, depth) for element in of.elements))

    def _handle(self, of: Any) -> wit.ResourceType:
        return self._define(of.ty, "resource", None)


def _identity(of: wit.ValueType) -> tuple[Any, ...]:
    """Equal for equal types whose parts are one object each already; takes no longer than the type is wide."""
    return (type(of), *(_part_identity(getattr(of, name)) for name in of.__slots__))  # type: ignore[union-attr]


def _part_identity(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(map(_part_identity, part))
    return part if part is None or isinstance(part, str | wit.ResourceType) else id(part)


_COMPOUNDS: Final[dict[type[Any], Callable[[_Reader, Any, int], wit.ValueType]]] = {
    binding_types.ListType: lambda read, of, depth: wit.ListType(read._type(of.element, depth)),
    binding_types.OptionType: lambda read, of, depth: wit.OptionType(read._type(of.payload, depth)),
    binding_types.ResultType: lambda read, of, depth: wit.ResultType(
        read._maybe(of.ok, depth), read._maybe(of.err, depth)
    ),
    binding_types.TupleType: lambda read, of, depth: read._tuple(of, depth),
    binding_types.RecordType: lambda read, of, depth: read._record(of, depth),
    binding_types.VariantType: lambda read, of, depth: read._variant(of, depth),
    binding_types.EnumType: lambda _read, of, _depth: wit.EnumType(None, tuple(of.names)),
    binding_types.FlagsType: lambda _read, of, _depth: wit.FlagsType(None, tuple(of.names)),
    binding_types.OwnType: lambda read, of, _depth: wit.Own(read._handle(of)),
    binding_types.BorrowType: lambda read, of, _depth: wit.Borrow(read._handle(of)),
}
