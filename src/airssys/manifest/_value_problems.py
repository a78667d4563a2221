"""Problems of a single key: not known, missing, of the wrong type, out of range, malformed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from ._key import Key
from ._problem import Problem
from ._shown import dotted, is_shown_in_full, shown, type_name


class ValueProblem(Problem):
    """The value of a known key cannot be used."""

    code = "value-problem"
    hint = "change the value as shown"

    def __init__(self, key: Key, value: object, said: str, *, expected: str, write: str | None = None) -> None:
        super().__init__(
            f"{key.path} {said}",
            key=key.path,
            found=shown(value),
            expected=expected,
            write=key.line if write is None else write,
        )


class WrongType(ValueProblem):
    """The value has another type than the key. A boolean is not an integer, and a text is not a number."""

    code = "wrong-type"
    hint = "write a value of the expected type; TOML booleans, integers, floats and strings are four different things"

    def __init__(self, key: Key, value: object, expected: str, *, write: str | None = None) -> None:
        super().__init__(key, value, f"must be {expected}, not {type_name(value)}", expected=expected, write=write)


class BadSize(ValueProblem):
    """A text that should be a size is no whole number with a unit."""

    code = "bad-size"
    hint = 'write a whole number of bytes, or a text such as "1MiB"'


class BadUnit(ValueProblem):
    """A size has a unit that does not exist. Case matters: 1MiB is 1048576 bytes, 1MB is 1000000."""

    code = "bad-unit"
    hint = "use KiB, MiB or GiB for powers of two; kB, MB or GB for powers of ten"


class NegativeNumber(ValueProblem):
    """A number is below zero where only an amount makes sense."""

    code = "negative-number"
    hint = "write a number that is not negative"


class OutOfRange(ValueProblem):
    """A number is outside the range of its key."""

    code = "out-of-range"
    hint = "write a number inside the expected range"


class UnknownChoice(ValueProblem):
    """The value is none of the words that the key knows."""

    code = "unknown-choice"
    hint = "write one of the expected words"

    def __init__(self, key: Key, value: str, choices: Sequence[str]) -> None:
        nearest = difflib.get_close_matches(value.lower()[:80], choices, n=1)
        write = key.line_with(f'"{nearest[0]}"') if nearest else key.line
        known = ", ".join(choices)
        super().__init__(key, value, f"must be one of {known}", expected=f"one of {known}", write=write)


class MalformedName(ValueProblem):
    """A component's name breaks the rules of names."""

    code = "malformed-name"
    hint = "use 3 to 64 lowercase letters, digits and single hyphens, beginning with a letter"


class MalformedVersion(ValueProblem):
    """A component's version is no semantic version."""

    code = "malformed-version"
    hint = "use three numbers as in 1.0.0, optionally followed by -prerelease and +build; see https://semver.org"


class MalformedPath(ValueProblem):
    """A path inside a manifest leads somewhere that it must not, or has the wrong ending."""

    code = "malformed-path"
    hint = "use a relative path with forward slashes"


class MalformedText(ValueProblem):
    """A text is empty or holds characters that would garble a terminal."""

    code = "malformed-text"
    hint = "write a text without control characters, or leave the key out"


class UnknownKey(Problem):
    """A key that does not exist here. Unknown keys are errors: a limit with a typing mistake must not be ignored.

    Attributes:
        suggestion: the nearest known name; `None` when none is near.
    """

    code = "unknown-key"
    hint = "correct the name, or remove the key"

    def __init__(self, parts: Sequence[str], value: object, known: Iterable[str]) -> None:
        names = tuple(known)
        nearest = difflib.get_close_matches(parts[-1].lower()[:80], names, n=1)
        self.suggestion = nearest[0] if nearest else None
        suggested = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        super().__init__(
            f"{dotted(parts)} is not a known key{suggested}",
            key=dotted(parts),
            found=dotted(parts[-1:]),
            expected=f"one of {', '.join(names)}" if len(names) > 1 else "".join(names),
            write=_renamed([*parts[:-1], self.suggestion], value) if self.suggestion else "",
        )


class MissingKey(Problem):
    """A key or section that every manifest needs is not there."""

    code = "missing-key"
    hint = "add the lines shown"

    def __init__(self, path: str, *, write: str) -> None:
        super().__init__(f"{path} is missing", key=path, write=write)


class NotSupportedYet(Problem):
    """A section of the format that this version does not enforce. It is rejected: ignoring it would be a lie."""

    code = "not-supported-yet"
    hint = "remove the section; a later version will enforce it"

    def __init__(self, key: str) -> None:
        super().__init__(f"[{key}] is not supported yet by this version; remove the section", key=key)


class UnknownProfile(Problem):
    """The operator's file has no profile of that name."""

    code = "unknown-profile"
    hint = "name a profile of host.toml, or add [profiles.NAME] there"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        nearest = difflib.get_close_matches(name[:80], known, n=1)
        suggested = f"; did you mean {dotted(nearest)}?" if nearest else ""
        names = ", ".join(dotted([each]) for each in known)
        super().__init__(
            f"there is no profile {shown(name)}{suggested}",
            key=dotted(("profiles", name)),
            found=shown(name),
            expected=f"one of {names}" if known else "no profile: none is defined",
        )


def _renamed(parts: Sequence[str], value: object) -> str:
    if isinstance(value, dict):
        return f"[{dotted(parts)}]"
    return f"{parts[-1]} = {shown(value)}" if is_shown_in_full(value) else ""
