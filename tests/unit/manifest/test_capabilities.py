"""`[capabilities]`: decoded, merged, explained, and refused where it is malformed or boundless."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from airssys.capabilities import ACTIONS, SYNTAX, Capability, CapabilitySet, Kind, Request
from airssys.errors import ManifestError
from airssys.manifest import (
    DuplicatePattern,
    MalformedPattern,
    MalformedText,
    Manifest,
    ManifestInvalid,
    OperatorDefaults,
    ResourceLimits,
    WildcardRefused,
    explain,
    load_manifest,
    load_operator,
)
from airssys.manifest._capabilities import (
    MAX_PATTERN_CHARACTERS,
    MAX_PATTERNS,
    MAX_RATIONALE_CHARACTERS,
    PATTERNS,
)

HEAD = '[component]\nname = "demo"\nversion = "1.0.0"\n[resources.memory]\nmax_bytes = 1048576\n'
ALL = """\
[capabilities]
filesystem.read  = ["/srv/in/**/*.xml", "/etc/app/rules.toml"]
filesystem.write = ["/srv/out/*"]
network.connect  = ["rates.example.org:443", "*.mirror.example.org:443"]
storage.read     = ["invoices", "shared-rates"]
storage.write    = ["invoices"]
messaging.send      = ["ledger-writer"]
messaging.receive   = ["*"]
messaging.publish   = ["invoices.*"]
messaging.subscribe = ["rates.#"]
environment.read    = ["LANG", "TZ"]

[capabilities.rationale]
network = "daily exchange rates"
"""

SRV = {"filesystem.read": ["/srv/*"]}
PATH = "an absolute path; a segment may hold *, ? and [abc], or be **"
WHY_WILDCARD = "a component that may reach all of it is held by nothing, and nobody could tell what it is meant to do"
CASES = {
    "a pattern that is malformed in a way that can be repaired": (
        'filesystem.read = ["/srv/in/*", "srv/out/"]\n',
        "malformed-pattern",
        f"""\
Component.toml:7: capabilities.filesystem.read has a malformed pattern, which is not absolute
  found:    "srv/out/"
  why:      it would be another place for everybody who reads it
  expected: {PATH}
  write:    filesystem.read = ["/srv/in/*", "/srv/out/**"]""",
    ),
    "a pattern that nobody can repair": (
        'environment.read = ["A*B"]\n',
        "malformed-pattern",
        """\
Component.toml:7: capabilities.environment.read has a malformed pattern, which has a * before its end
  found:    "A*B"
  why:      a name is written out, or ends with _* after a prefix
  expected: the name of a variable, or PREFIX_*
  write:    environment.read = ["LANG"]""",
    ),
    "a URL is no endpoint": (
        'network.connect = ["https://example.org/api"]\n',
        "malformed-pattern",
        """\
Component.toml:7: capabilities.network.connect has a malformed pattern, which is a URL
  found:    "https://example.org/api"
  why:      what is reached is a host and a port, whatever the path
  expected: host:port; a name, *.name, an address or a block, and a port, a range or *
  write:    network.connect = ["example.org:443"]""",
    ),
    "alternatives are patterns of their own": (
        'filesystem.read = ["/srv/{in,out}/*"]\n',
        "malformed-pattern",
        f"""\
Component.toml:7: capabilities.filesystem.read has a malformed pattern, which has a {{
  found:    "/srv/{{in,out}}/*"
  why:      alternatives are patterns of their own; a brace itself is [{{] or [}}]
  expected: {PATH}
  write:    filesystem.read = ["/srv/in/*", "/srv/out/*"]""",
    ),
    "a pattern that would garble a terminal": (
        'storage.read = ["\\u001b[2J"]\n',
        "malformed-pattern",
        """\
Component.toml:7: capabilities.storage.read has a malformed pattern, which has the word '\\x1b[2J'
  found:    "\\u001B[2J"
  why:      words are made of ASCII letters, digits, - and _, so that none looks like another one
  expected: words with dots between them, of which * is any one, and # at the end the rest
  write:    storage.read = ["invoices"]""",
    ),
    "the same pattern twice": (
        'storage.read = ["invoices", "rates", "invoices"]\n',
        "duplicate-pattern",
        """\
Component.toml:7: capabilities.storage.read has the same pattern twice
  found:    "invoices"
  why:      one of the two was probably meant to be another one
  write:    storage.read = ["invoices", "rates"]""",
    ),
    "the same pattern in two spellings": (
        'messaging.subscribe = ["rates.#", "rates.**"]\n',
        "duplicate-pattern",
        """\
Component.toml:7: capabilities.messaging.subscribe has another pattern that means the same as "rates.#"
  found:    "rates.**"
  why:      one of the two was probably meant to be another one
  write:    messaging.subscribe = ["rates.#"]""",
    ),
    "an empty list": (
        "filesystem.read = []\n",
        "empty-list",
        """\
Component.toml:7: capabilities.filesystem.read is empty
  found:    []
  why:      what is absent is denied, so that an empty list says nothing
  write:    filesystem.read = ["/srv/in/**/*.xml"]""",
    ),
    "two stars alone": (
        'filesystem.read = ["**"]\n',
        "wildcard-refused",
        f"""\
Component.toml:7: capabilities.filesystem.read has a wildcard that cancels the sandbox
  found:    "**"
  why:      {WHY_WILDCARD}
  expected: {PATH}
  write:    filesystem.read = ["/srv/in/**/*.xml"]""",
    ),
    "a string is not a list": (
        'filesystem.read = "/srv/in/*"\n',
        "wrong-type",
        """\
Component.toml:7: capabilities.filesystem.read must be a list of strings, not a string
  found:    "/srv/in/*"
  expected: a list of strings
  write:    filesystem.read = ["/srv/in/*"]""",
    ),
    "a number is not a pattern": (
        'network.connect = ["a.org:443", 443]\n',
        "wrong-type",
        """\
Component.toml:7: capabilities.network.connect must be a list of strings, not an integer
  found:    443
  expected: a list of strings
  write:    network.connect = ["rates.example.org:443"]""",
    ),
    "a list where a table of actions is": (
        'filesystem = ["/srv/in/*"]\n',
        "wrong-type",
        """\
Component.toml:7: capabilities.filesystem must be a table, not a list
  found:    a list
  expected: a table
  write:    [capabilities.filesystem]""",
    ),
    "an unknown kind": (
        'filesytem.read = ["/srv/in/*"]\n',
        "unknown-key",
        """\
Component.toml:7: capabilities.filesytem is not a known key; did you mean filesystem?
  found:    filesytem
  expected: one of filesystem, network, storage, messaging, environment, rationale
  write:    [capabilities.filesystem]""",
    ),
    "an unknown action": (
        'network.conect = ["a.org:443"]\n',
        "unknown-key",
        """\
Component.toml:7: capabilities.network.conect is not a known key; did you mean connect?
  found:    conect
  expected: connect""",
    ),
    "an action that another one includes": (
        'filesystem.delete = ["/srv/out/*"]\n',
        "included-action",
        """\
Component.toml:7: capabilities.filesystem.delete is no action of its own: write includes it
  found:    a list
  expected: filesystem.write
  write:    filesystem.write = ["/srv/out/*"]""",
    ),
    "control of processes": (
        'process.spawn = ["/bin/sh"]\n',
        "process-control",
        """\
Component.toml:7: capabilities.process asks for control of processes, which no component can have: \
they would be outside of the sandbox
  found:    a table""",
    ),
    "execution of files": (
        'filesystem.execute = ["/bin/sh"]\n',
        "process-control",
        """\
Component.toml:7: capabilities.filesystem.execute asks for control of processes, which no component can have: \
they would be outside of the sandbox
  found:    a list""",
    ),
    "a rationale of several lines": (
        'rationale.network = "rates\\n\\n\\nand more"\n',
        "malformed-text",
        """\
Component.toml:7: capabilities.rationale.network has several lines
  found:    "rates\\u000A\\u000A\\u000Aand more"
  expected: one line of at most 280 characters
  write:    network = "what it is needed for\"""",
    ),
    "a rationale for a kind that does not exist": (
        'rationale.netwrk = "rates"\n',
        "unknown-key",
        """\
Component.toml:7: capabilities.rationale.netwrk is not a known key; did you mean network?
  found:    netwrk
  expected: one of filesystem, network, storage, messaging, environment
  write:    network = "rates\"""",
    ),
}


@pytest.fixture
def accept(write):
    """Write `Component.toml` and load it, with options."""
    return lambda text, **options: load_manifest(write(text), **options)


@pytest.fixture
def refuse_section(accept):
    def refused(section: str, **options: object) -> ManifestError:
        with pytest.raises(ManifestError) as caught:
            accept(HEAD + "[capabilities]\n" + section, **options)
        return caught.value

    return refused


def test_everything_that_is_asked_for_is_decoded(accept):
    manifest = accept(HEAD + ALL)

    assert manifest.capabilities == CapabilitySet.of(
        {
            "filesystem.read": ["/srv/in/**/*.xml", "/etc/app/rules.toml"],
            "filesystem.write": ["/srv/out/*"],
            "network.connect": ["rates.example.org:443", "*.mirror.example.org:443"],
            "storage.read": ["invoices", "shared-rates"],
            "storage.write": ["invoices"],
            "messaging.send": ["ledger-writer"],
            "messaging.receive": ["*"],
            "messaging.publish": ["invoices.*"],
            "messaging.subscribe": ["rates.#"],
            "environment.read": ["LANG", "TZ"],
        }
    )
    assert manifest.rationale == {Kind.NETWORK: "daily exchange rates"}


@pytest.mark.parametrize("section", ["", "[capabilities]\n", "[capabilities.rationale]\n", "[capabilities.storage]\n"])
def test_what_is_absent_is_denied(load, section):
    manifest = load(HEAD + section)

    assert manifest.capabilities == CapabilitySet()
    assert manifest.capabilities.allows(Request.parse("environment read LANG")) is None
    assert manifest.rationale == {}


def test_the_ways_to_write_a_table_of_toml_mean_the_same(accept):
    dotted = accept(HEAD + '[capabilities]\nfilesystem.read = ["/srv/*"]\n')
    nested = accept(HEAD + '[capabilities.filesystem]\nread = ["/srv/*"]\n')
    inline = accept('capabilities = { filesystem = { read = ["/srv/*"] } }\n' + HEAD)

    assert dotted.capabilities == nested.capabilities == inline.capabilities == CapabilitySet.of(SRV)


@pytest.mark.parametrize("case", CASES)
def test_the_message_word_by_word(refuse_section, case):
    section, code, message = CASES[case]

    error = refuse_section(section)

    assert str(error) == message
    assert error.code == code
    assert error.hint


def test_every_problem_of_every_pattern_is_told_with_the_others(refuse_section):
    error = refuse_section(
        """\
filesystem.read = ["srv", "/srv/..", "/ok/*", 7]
filesystem.write = ["/"]
network.connect = []
proces.spawn = []

[component.extra]
"""
    )

    assert isinstance(error, ManifestInvalid)
    assert [(problem.line, problem.code, problem.found) for problem in error.problems] == [
        (7, "malformed-pattern", '"srv"'),
        (7, "malformed-pattern", '"/srv/.."'),
        (7, "wrong-type", "7"),
        (8, "wildcard-refused", '"/"'),
        (9, "empty-list", "[]"),
        (10, "unknown-key", "proces"),
        (12, "unknown-key", "extra"),
    ]


def test_a_problem_of_a_pattern_carries_its_parts_for_machines(refuse_section):
    error = refuse_section('network.connect = ["a.org"]\n')

    assert isinstance(error, MalformedPattern)
    assert (error.key, error.found, error.file, error.line) == (
        "capabilities.network.connect",
        '"a.org"',
        "Component.toml",
        7,
    )
    assert error.why == "a right to one service of a host is no right to the others"
    assert error.write == 'network.connect = ["a.org:443"]'


@pytest.mark.parametrize(
    "line",
    [
        *[
            f'filesystem.{action} = ["{text}"]'
            for action in ("read", "write")
            for text in ("**", "/", "/**", "*", "/*")
        ],
        *[f'network.connect = ["{text}"]' for text in ("*:*", "*", "*:443", "0.0.0.0/0:443", "[::/0]:*", "*.org:443")],
        *[f'storage.{action} = ["{text}"]' for action in ("read", "write") for text in ("*", "**", "#")],
        *[
            f'messaging.{action} = ["{text}"]'
            for action in ("send", "publish", "subscribe")
            for text in ("*", "**", "#")
        ],
        'environment.read = ["*"]',
    ],
)
def test_a_wildcard_that_cancels_the_sandbox_is_refused_unless_the_operator_allows_it_by_name(
    accept, refuse_section, line
):
    key, _, pattern = line.partition(" = ")
    kind, action = key.split(".")
    allowed = Capability.parse(kind, action, pattern.strip('"[]') if "::" not in pattern else "[::/0]:*")

    assert isinstance(refuse_section(line + "\n"), WildcardRefused)

    operator = OperatorDefaults(wildcards=frozenset({allowed}))
    assert accept(f"{HEAD}[capabilities]\n{line}\n", operator=operator).capabilities == CapabilitySet([allowed])


def test_a_wildcard_that_is_allowed_by_name_allows_no_other_one(refuse_section):
    operator = OperatorDefaults(wildcards=frozenset({Capability.parse("filesystem", "read", "/**")}))

    for line in ('filesystem.write = ["/**"]', 'filesystem.read = ["/*"]', 'storage.read = ["#"]'):
        assert isinstance(refuse_section(line + "\n", operator=operator), WildcardRefused)


def test_a_wildcard_that_was_replaced_does_not_matter(write):
    write(HEAD + '[capabilities]\nfilesystem.read = ["/**"]\n', "base/Component.toml")
    write('extends = "../base"\n[capabilities]\nfilesystem.read = ["/srv/*"]\n', "demo/Component.toml")

    manifest = load_manifest("demo")

    assert manifest.capabilities == CapabilitySet.of({"filesystem.read": ["/srv/*"]})


def test_who_may_send_to_a_component_may_be_anybody(accept):
    assert accept(HEAD + '[capabilities]\nmessaging.receive = ["*"]\n').capabilities


def test_lists_replace_and_tables_merge(write):
    base = '[capabilities]\nfilesystem.read = ["/a", "/b"]\nstorage.read = ["x"]\nrationale.storage = "base"\n'
    mine = '[capabilities]\nfilesystem.read = ["/c"]\nrationale.filesystem = "mine"\n'
    write(HEAD + base, "base/Component.toml")
    write('extends = "../base"\n' + mine, "demo/Component.toml")

    manifest = load_manifest("demo")

    assert manifest.capabilities.table == {"filesystem.read": ("/c",), "storage.read": ("x",)}
    assert manifest.rationale == {Kind.FILESYSTEM: "mine", Kind.STORAGE: "base"}


def test_what_is_asked_for_is_explained_with_its_lines(write):
    base = '[capabilities]\nstorage.read = ["x"]\nrationale.storage = "base"\n'
    mine = '[capabilities]\nfilesystem.read = ["/srv/**/*", "/srv/in/*", "/etc/x"]\n'
    write(HEAD + base, "base/Component.toml")
    write('extends = "../base"\n' + mine, "demo/Component.toml")

    rows = explain(load_manifest("demo"))

    assert [(row.key, row.value, row.source) for row in rows if row.key.startswith("capabilities.")] == [
        ("capabilities.filesystem.read", ("/etc/x", "/srv/*/**"), "demo/Component.toml:3"),
        ("capabilities.storage.read", ("x",), "base/Component.toml:7"),
        ("capabilities.rationale.storage", "base", "base/Component.toml:8"),
    ]


def test_an_operators_file_asks_for_nothing(write):
    with pytest.raises(ManifestError) as caught:
        load_operator(write('[defaults.capabilities]\nstorage.read = ["x"]\n', "host.toml"))

    assert caught.value.code == "unknown-key"


def test_the_longest_list_and_the_longest_pattern_are_read(accept):
    patterns = [f"/srv/{number}" for number in range(MAX_PATTERNS - 1)] + ["/" + "a" * (MAX_PATTERN_CHARACTERS - 1)]

    assert len(accept(f"{HEAD}[capabilities]\nfilesystem.read = {patterns}\n").capabilities) == MAX_PATTERNS


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [
        ([f"/srv/{number}" for number in range(MAX_PATTERNS + 1)], "too-many-patterns", "has 257 patterns"),
        (["/" + "a" * MAX_PATTERN_CHARACTERS], "pattern-too-long", "has a pattern of 513 characters"),
    ],
)
def test_what_nobody_would_read_is_refused(refuse_section, value, code, said):
    error = refuse_section(f"filesystem.read = {value}\n")

    assert error.code == code
    assert said in str(error)
    assert len(str(error)) < 1000


def test_a_rationale_does_not_push_the_rights_off_the_screen(accept, refuse_section):
    longest = "x" * MAX_RATIONALE_CHARACTERS

    assert accept(f'{HEAD}[capabilities.rationale]\nstorage = "{longest}"\n').rationale == {Kind.STORAGE: longest}
    assert isinstance(refuse_section(f'rationale.storage = "{longest}x"\n'), MalformedText)


def test_a_manifest_made_in_python_asks_as_well():
    rights = CapabilitySet.of({"storage.read": ["invoices"]})
    limits = ResourceLimits.builder().max_memory_bytes(1_048_576).build()
    made: dict[str, Any] = {"name": "demo", "version": "1.0.0", "wasm": "demo.wasm", "limits": limits}
    made["capabilities"] = rights

    manifest = Manifest.create(**made, rationale={Kind.STORAGE: "why not"})

    assert (manifest.capabilities, manifest.rationale) == (rights, {Kind.STORAGE: "why not"})
    assert copy.deepcopy(manifest) == manifest
    assert hash(manifest) == hash(copy.deepcopy(manifest))
    with pytest.raises(MalformedText):
        Manifest.create(**made, rationale={Kind.STORAGE: "two\nlines"})


@pytest.mark.parametrize("kind", Kind)
def test_the_example_of_every_message_is_valid(kind):
    for action in ACTIONS[kind]:
        example = PATTERNS[kind, action].key.example
        assert not Capability.parse(kind, action, example.strip('"[]')).cancels_the_sandbox
    assert SYNTAX[kind].expected


def test_a_duplicate_in_a_long_list_proposes_no_line_that_nobody_could_read(refuse_section):
    patterns = [f"/srv/some/folder/number/{number}" for number in range(40)]

    error = refuse_section(f"filesystem.read = {[*patterns, patterns[0]]}\n")

    assert isinstance(error, DuplicatePattern)
    assert error.write == 'filesystem.read = ["/srv/in/**/*.xml"]'
