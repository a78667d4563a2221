"""What may stand in a record: names, short sentences and names of resources; no value that a guest chose freely.

Every function is total, and gives JSON. A text that has not the shape of its field is not recorded: only how long it
was. So a variable's value, a header or a message cannot enter a record, not even by mistake.
"""

from __future__ import annotations

import re
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quote
from typing import Final

from airssys.capabilities import Kind, Request

#: Longest resource that is recorded: the longest path of Linux (PATH_MAX, limits.h).
MAX_RESOURCE_CHARACTERS: Final = 4096

#: Longest rule or person that is recorded; ours.
MAX_SENTENCE_CHARACTERS: Final = 256

#: Names of components and instances, digests, ids of grants, codes of errors: ours, so their length is ours too.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+#-]{0,127}", re.ASCII)

#: Sentences that are remembered as JSON; a host has far fewer rules.
_REMEMBERED: Final = 4096


def name(text: str | None) -> str:
    """A name, or null."""
    if text is None:
        return "null"
    return f'"{text}"' if _NAME.fullmatch(text) else _withheld(text)  # no character of a name needs an escape


@lru_cache(_REMEMBERED)
def sentence(text: str) -> str:
    """A short text of the operator's or of ours, such as the rule that decided."""
    return _quote(text) if len(text) <= MAX_SENTENCE_CHARACTERS and text.isprintable() else _withheld(text)


def request(asked: Request) -> str:
    """What was asked for. Paths are recorded even when they are not normal: they are what an attack looks like."""
    resource = asked.resource
    if len(resource) > MAX_RESOURCE_CHARACTERS or (asked.normal is None and asked.kind is not Kind.FILESYSTEM):
        shown = _withheld(resource)
    else:
        shown = _quote(resource)
    return f'{{"kind":"{asked.kind}","action":"{asked.action}","resource":{shown}}}'


def _withheld(text: str) -> str:
    return f'"(malformed: {len(text)} characters)"'
