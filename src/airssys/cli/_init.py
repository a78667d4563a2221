"""`airssys init`: a component project that builds and runs."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final

import semver
import typer
from rich.text import Text

from airssys.cli._console import printable, show, show_json
from airssys.cli._errors import UsageError
from airssys.cli._options import PROGRAM, JsonFlag
from airssys.manifest import ComponentSection, MalformedName

#: Stands for the project's name, in texts and in names of files.
_PLACEHOLDER: Final = "{{name}}"
#: Ends the name of a template that would be taken for something else under its own name; goes away.
_TEMPLATE_SUFFIX: Final = ".template"


class Language(StrEnum):
    """What a new project is written in; each is a folder of templates."""

    WAT = "wat"
    C = "c"


#: What makes a component of a new project, before it can be run.
_BUILD: Final = {Language.WAT: (), Language.C: ("pip install ziglang", "python build.py")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What was made: the folder, its files, and the commands that come next."""

    name: str
    language: Language
    folder: Path
    files: tuple[str, ...]
    next: tuple[str, ...]


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the component, and of the new folder.")],
    language: Annotated[Language, typer.Option("--lang", help="What to write it in.")] = Language.WAT,
    as_json: JsonFlag = False,
) -> int:
    """Make a component project that builds and runs, in a new folder."""
    _check_name(name)
    try:
        project = _made(name, language, Path.cwd())
    except OSError as error:
        raise UsageError(
            f"cannot make the folder {name}: {error.strerror or error}", hint="go to a folder where you may write"
        ) from None
    if as_json:
        show_json(
            {
                "name": project.name,
                "language": project.language.value,
                "folder": str(project.folder),
                "files": project.files,
                "next": project.next,
            }
        )
    else:
        show(_lines(project))
    return 0


def _check_name(name: str) -> None:
    try:
        ComponentSection(name=name, version=semver.Version(0, 1, 0))
    except MalformedName as problem:
        proposed = tomllib.loads(problem.write)["name"]
        raise UsageError(
            f"{problem.found} cannot be the name of a component",
            hint=f"{problem.hint}; as in `{PROGRAM} init {proposed}`",
        ) from None


def _made(name: str, language: Language, parent: Path) -> Project:
    """Write the files in a hidden folder first, so that the project appears whole or not at all."""
    folder = parent / name
    if os.path.lexists(folder):
        raise UsageError(f"{folder} exists already", hint="choose another name, or remove it first")
    texts = {_filled_in(file.name, name): _filled_in(file.read_text("utf-8"), name) for file in _templates(language)}
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=parent) as scratch:
        draft = Path(scratch) / name
        draft.mkdir()
        for file, text in texts.items():
            (draft / file.removesuffix(_TEMPLATE_SUFFIX)).write_text(text, "utf-8")
        draft.rename(folder)
    return Project(
        name=name,
        language=language,
        folder=folder,
        files=tuple(sorted(file.removesuffix(_TEMPLATE_SUFFIX) for file in texts)),
        next=(f"cd {name}", *_BUILD[language], "airssys run . greet World"),
    )


def _templates(language: Language) -> Iterator[Traversable]:
    return (files("airssys.cli") / "templates" / language.value).iterdir()


def _filled_in(text: str, name: str) -> str:
    return text.replace(_PLACEHOLDER, name)


def _lines(project: Project) -> Iterator[Text]:
    yield Text("made ").append(printable(str(project.folder)), style="bold").append(f": {', '.join(project.files)}")
    yield Text("next:")
    yield from (Text(f"  {command}", style="cyan") for command in project.next)
