"""Manifests as hypothesis makes them: what they declare, and the TOML that declares it in one of many ways."""

from __future__ import annotations

import string
from collections.abc import Mapping

from hypothesis import strategies as st

from airssys.quotas import QUOTA_MAX
from airssys.units import KIB, MIB

#: What a manifest declares, by key path, as `explain` gives it back.
Declared = dict[str, object]

names = st.from_regex(r"[a-z](-?[a-z0-9]){2,31}", fullmatch=True)

_numbers = st.integers(0, 10**9).map(str)
_identifiers = st.from_regex(r"[0-9]*[a-zA-Z-][0-9a-zA-Z-]{0,5}|0|[1-9][0-9]{0,5}", fullmatch=True)
versions = st.builds(
    lambda numbers, pre, build: (
        ".".join(numbers) + ("-" + ".".join(pre) if pre else "") + ("+" + ".".join(build) if build else "")
    ),
    st.tuples(_numbers, _numbers, _numbers),
    st.lists(_identifiers, max_size=3),
    st.lists(_identifiers, max_size=3),
)

texts = st.text(
    st.one_of(st.sampled_from("\"'\\#=[]{}.\n\t "), st.characters(exclude_categories=["C", "Z"])),
    min_size=1,
    max_size=40,
).filter(lambda text: bool(text.strip()))

paths = st.lists(
    st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=8), min_size=1, max_size=3
).map(lambda parts: "/".join(parts) + ".wasm")

declared: st.SearchStrategy[Declared] = st.fixed_dictionaries(
    {
        "component.name": names,
        "component.version": versions,
        "resources.memory.max_bytes": st.integers(512 * KIB, 4 * MIB),
    },
    optional={
        "component.description": texts,
        "component.authors": st.lists(texts, min_size=1, max_size=3).map(tuple),
        "component.license": texts,
        "component.repository": texts,
        "component.wasm": paths,
        "resources.cpu.timeout_seconds": st.floats(1, 300) | st.integers(1, 300),
        "resources.cpu.max_fuel": st.integers(1_000, 100_000_000_000),
        "resources.cpu.priority": st.sampled_from(["low", "normal", "high"]),
        "quotas.storage": st.integers(0, QUOTA_MAX),
        "quotas.messages_per_second": st.integers(0, QUOTA_MAX),
        "quotas.network_per_second": st.integers(0, QUOTA_MAX),
        "quotas.cpu_ms_per_second": st.integers(0, 1_000),
    },
)


@st.composite
def written(draw: st.DrawFn, values: Mapping[str, object]) -> str:
    """One of the ways to write these values: sections and keys in any order, dotted, inline, with noise between."""
    noise = st.sampled_from(["", "\n", '# name = [ "\n', "\n\n  # [component]\n"])
    sections: dict[str, list[str]] = {}
    for path in draw(st.permutations(list(values))):
        section, _, name = path.rpartition(".")
        indent = draw(st.sampled_from(["", "  ", "\t"]))
        space = draw(st.sampled_from([" = ", "=", "  =\t"]))
        line = f"{indent}{name}{space}{toml(values[path], spread=draw(st.booleans()))}\n"
        sections.setdefault(section, []).append(draw(noise) + line)
    parts = []
    for section in draw(st.permutations(list(sections))):
        parts.append(draw(noise) + f"[{section}]" + draw(st.sampled_from(["", "  # name", "\t"])) + "\n")
        parts.extend(sections[section])
    return "".join(parts)


def toml(value: object, *, spread: bool = False) -> str:
    """Write a value as TOML; `spread` over several lines where TOML allows it."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        return f'"""\n{escaped}"""' if spread and "\n" in value else '"' + escaped.replace("\n", "\\n") + '"'
    if isinstance(value, tuple):
        end = ",\n  # ]\n" if spread else ", "
        return "[" + end.join(toml(item) for item in value) + ("\n]" if spread else "]")
    return repr(value)
