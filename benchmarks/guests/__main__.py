"""Builds kernels.wasm from its C source, with the build that `airssys init --lang c` gives to a new project.

python -m benchmarks.guests
"""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent.parent / "src" / "airssys" / "cli" / "templates" / "c" / "build.py.template"


def main() -> None:
    build = _template()
    build.COMPILE += ("-O2",)  # what one compiles with who cares for speed; the last -O counts
    folder = HERE / "kernels"
    target = folder / "kernels.wasm"
    target.write_bytes(build.join(build.compile_c(folder / "kernels.c"), folder / "wiring.wat"))
    print(f"built {target.relative_to(HERE.parent.parent)}, {target.stat().st_size} bytes")


def _template() -> Any:
    loader = SourceFileLoader("template", str(TEMPLATE))
    spec = spec_from_loader(loader.name, loader)
    if spec is None:
        raise ImportError(f"{TEMPLATE} is no Python file")
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
