"""Errors of the system in WASI's words."""

from __future__ import annotations

import errno

import pytest

from airssys.engine import Err
from airssys.engine.wit import EnumType
from airssys.errors import QuotaExceeded
from airssys.interfaces.wasi._answers import answering
from airssys.interfaces.wasi._codes import _CODES, Refusal, code_of
from airssys.interfaces.wasi._declarations import declared


def labels():
    kind = declared()["wasi:filesystem/types"].types["error-code"]
    assert isinstance(kind, EnumType)
    return kind.cases


def test_every_code_is_one_of_wasi():
    assert set(_CODES.values()) <= set(labels())


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, "no-entry"),
        (errno.EACCES, "access"),
        (errno.EPERM, "not-permitted"),
        (errno.ENOSPC, "insufficient-space"),
        (errno.EDQUOT, "quota"),
        (errno.EMFILE, "quota"),
        (errno.ENFILE, "quota"),
        (errno.EWOULDBLOCK, "would-block"),
        (errno.EOPNOTSUPP, "unsupported"),
        (errno.ELOOP, "loop"),
        (errno.EXDEV, "cross-device"),
        (errno.ECONNRESET, "io"),
        (999_999, "io"),
    ],
)
def test_an_error_has_its_code_and_one_that_wasi_does_not_know_is_io(number, code):
    assert code_of(OSError(number, "/srv/secret")) == code


def test_an_error_without_a_number_is_io():
    assert code_of(OSError("something")) == "io"


async def fails(error):
    raise error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refusal("busy"), "busy"),
        (OSError(errno.EBUSY, ""), "busy"),
        (QuotaExceeded("no", kind="storage", used=1, limit=1, requested=1, resets_in=None), "quota"),
    ],
)
def test_a_refusal_becomes_the_error_of_a_result(error, code):
    with pytest.raises(StopIteration) as ended:
        answering(fails)(error).send(None)

    assert ended.value.value == Err(code)


def test_a_bug_stays_a_bug():
    with pytest.raises(ZeroDivisionError):
        answering(fails)(ZeroDivisionError()).send(None)
