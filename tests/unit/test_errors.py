"""The tree of errors: every class can be told apart by machines and helps people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import airssys.actors
import airssys.errors
import airssys.manifest
from airssys.errors import (
    ActorError,
    AirssysError,
    ArgumentTypeError,
    ArgumentValueError,
    GuestError,
    GuestReturnedError,
    HostError,
    InternalError,
    LimitRejected,
    LinkError,
    ManifestError,
    OperatorError,
    Refused,
)

GROUPS = (AirssysError, OperatorError, Refused, GuestError, ActorError, HostError)


def tree(error: type[AirssysError]) -> Iterator[type[AirssysError]]:
    yield error
    for child in error.__subclasses__():
        yield from tree(child)


ALL = sorted(
    {error for error in tree(AirssysError) if error.__module__.startswith("airssys.")}, key=lambda each: each.__name__
)


def test_codes_are_unique():
    codes = [error.code for error in ALL]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error", ALL)
def test_every_class_has_a_code_of_its_own_in_kebab_case(error):
    assert "code" in vars(error)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", error.code)


@pytest.mark.parametrize("error", [error for error in ALL if error not in GROUPS])
def test_every_class_that_is_no_group_says_what_to_do_next(error):
    assert error.hint
    assert not error.hint.endswith(".")


@pytest.mark.parametrize("error", ALL)
def test_every_class_is_documented(error):
    assert (error.__doc__ or "").strip()


@pytest.mark.parametrize("error", [error for error in ALL if error is not AirssysError])
def test_every_class_belongs_to_one_party_at_fault(error):
    parties = [group for group in (*GROUPS[1:], InternalError) if issubclass(error, group)]

    assert len(parties) == 1


def test_a_hint_can_be_given_for_one_case_without_changing_the_class():
    error = ManifestError("broken", hint="mend it")

    assert (str(error), error.message, error.hint) == ("broken", "broken", "mend it")
    assert ManifestError("broken").hint == ManifestError.hint != "mend it"


def test_wrong_arguments_are_also_what_python_calls_them():
    assert issubclass(ArgumentTypeError, TypeError)
    assert issubclass(ArgumentValueError, ValueError)
    assert issubclass(LimitRejected, ValueError)


def test_errors_carry_what_they_are_about():
    assert LinkError("no", problems=("a", "b")).problems == ("a", "b")
    assert GuestReturnedError({"code": 5}).value == {"code": 5}
    assert str(GuestReturnedError("no")) == "the guest returned an error: 'no'"


def test_the_module_of_errors_gives_no_error_without_its_base():
    named = [each for each in vars(airssys.errors).values() if isinstance(each, type) and issubclass(each, Exception)]

    assert named
    assert all(issubclass(each, AirssysError) for each in named)
