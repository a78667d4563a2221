"""Component-model values to Python and back.

Promise: a WIT type is turned once into a pair of converters; nothing looks at types during a call. `lower` writes C
values into memory that Python owns; `lift` reads C values, never beyond the ceiling of its `Border`, and builds no
Python object per byte.
"""

from ._border import Arena, Border, ResourceTable
from ._convert import FunctionConverter, HostAnswer
from ._lift import compile_lift
from ._lower import compile_lower
from ._python import Case, Err, GuestResource, Ok, Some
from ._records import record_class
from ._scalars import Mismatch

__all__ = [
    "Arena",
    "Border",
    "Case",
    "Err",
    "FunctionConverter",
    "GuestResource",
    "HostAnswer",
    "Mismatch",
    "Ok",
    "ResourceTable",
    "Some",
    "compile_lift",
    "compile_lower",
    "record_class",
]
