"""Names of people and their reasons: short, on one line, and nothing that could steer a terminal."""

from __future__ import annotations

from typing import Final

from airssys.errors import ApprovalInvalid

#: Longest name of whoever decides; ours, and well within what an audit record takes.
MAX_NAME_CHARACTERS: Final = 128
#: Longest reason; ours.
MAX_NOTE_CHARACTERS: Final = 1000


def check_name(by: str) -> str:
    """The name of whoever decides.

    Raises:
        ApprovalInvalid: it is empty, too long or not printable.
    """
    if not by.strip():
        raise ApprovalInvalid("nobody is named who decides")
    return _checked(by, "the name of whoever decides", MAX_NAME_CHARACTERS)


def check_note(note: str) -> str:
    """A reason, which may be empty.

    Raises:
        ApprovalInvalid: it is too long or not printable.
    """
    return _checked(note, "the reason", MAX_NOTE_CHARACTERS)


def check_reason(reason: str) -> str:
    """A reason without which nobody is refused.

    Raises:
        ApprovalInvalid: it is empty, too long or not printable.
    """
    if not reason.strip():
        raise ApprovalInvalid("a rejection needs a reason: whoever asked has to know what to change")
    return check_note(reason)


def _checked(text: str, what: str, most: int) -> str:
    if len(text) > most:
        raise ApprovalInvalid(f"{what} has {len(text)} characters, and may have {most}")
    if not text.isprintable():
        raise ApprovalInvalid(f"{what} has characters that cannot be printed on one line")
    return text
