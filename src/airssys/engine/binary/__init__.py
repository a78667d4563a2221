"""What a WebAssembly binary would create when it is instantiated, known without compiling it."""

from airssys.engine.binary._analyse import analyse
from airssys.engine.binary._facts import BinaryFacts, BinaryKind, MalformedBinary, MemoryFacts, TableFacts

__all__ = ["BinaryFacts", "BinaryKind", "MalformedBinary", "MemoryFacts", "TableFacts", "analyse"]
