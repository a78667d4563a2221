"""An operator with a trust file, and components on disk: what attackers of trust attack."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from airssys.host import source_of
from airssys.manifest import load_manifest
from airssys.trust import Source, TrustConfig, TrustDecision, TrustStore, sign_source
from tests.guests import wat
from tests.unit.trust.things import NOON, key


@dataclass
class Wall:
    """A clock on the wall that a test sets."""

    now: float = NOON

    def monotonic(self) -> float:
        raise AssertionError("signatures have nothing to do with durations")

    def wall(self) -> float:
        return self.now


def manifest(*, name: str = "adder", version: str = "1.0.0", max_bytes: int = 1 << 20, extends: str = "") -> str:
    first = f'extends = "{extends}"\n' if extends else ""
    return f'{first}[component]\nname = "{name}"\nversion = "{version}"\n[resources.memory]\nmax_bytes = {max_bytes}\n'


def write(folder: Path, *, text: str | None = None, wasm: str | None = None) -> Path:
    """A real component that adds, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Component.toml").write_text(manifest() if text is None else text)
    (folder / "adder.wat").write_text(wat.text("add") if wasm is None else wasm)
    return folder


def load(folder: Path) -> Source:
    """The source of a component as a host makes it from what it loads."""
    made = load_manifest(folder)
    wasm = made.find_wasm()
    return source_of(made, wasm, hashlib.sha256(wasm.read_bytes()).hexdigest())


def sign(folder: Path, *, number: int = 1, at: float = NOON) -> Path:
    """Sign the component in a folder; gives the signature file."""
    return sign_source(load(folder), key(number), clock=Wall(at))


@dataclass
class Operator:
    """Who trusts, by the rules of one file."""

    store: TrustStore

    def judge(self, folder: Path) -> TrustDecision:
        """What the operator's rules say about the component in a folder."""
        return TrustConfig.load(self.store.path).assess(load(folder))
