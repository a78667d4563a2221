"""Configuration of a repository: read as git-config(1) says, or not at all."""

from __future__ import annotations

import pytest

from airssys.trust.git import GitUnreadable
from airssys.trust.git._config import read_config


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", ()),
        ("# a\n; b\n\n  # c\n", ()),
        ("[core]\n\tbare = false\n", (("core", "", "bare", "false"),)),
        ("[Core]\nBare=FALSE\n", (("core", "", "bare", "FALSE"),)),
        ("[core] bare = false # why\n", (("core", "", "bare", "false"),)),
        ("[core]\nbare\n", (("core", "", "bare", ""),)),
        ("[core]\nbare # yes\n", (("core", "", "bare", ""),)),
        ("[core]\r\nbare = false\r\n", (("core", "", "bare", "false"),)),
        ('[remote "Ori gin"]\nurl = x\n', (("remote", "Ori gin", "url", "x"),)),
        (r'[remote "a\"b\\c"]' + "\nurl = x\n", (("remote", 'a"b\\c', "url", "x"),)),
        ("[a]\nk = one two   \n", (("a", "", "k", "one two"),)),
        ('[a]\nk = "one  "  ; x\n', (("a", "", "k", "one  "),)),
        ('[a]\nk = one" # "two\n', (("a", "", "k", "one # two"),)),
        (r"[a]" + "\n" + r"k = a\tb\n\"\\" + "\n", (("a", "", "k", 'a\tb\n"\\'),)),
        ("[a]\nk = 1\nk = 2\n[b]\n[a]\nk = 3\n", (("a", "", "k", "1"), ("a", "", "k", "2"), ("a", "", "k", "3"))),
        ("[a]\nk-2 = x=y\n", (("a", "", "k-2", "x=y"),)),
    ],
)
def test_what_git_reads(text, entries):
    assert read_config(text) == entries


@pytest.mark.parametrize(
    "text",
    [
        "k = 1\n",
        "[a\nk = 1\n",
        "[a]]\n",
        '[a "b]\nk = 1\n',
        "[remote.origin]\nurl = x\n",
        "[a]\nk 1\n",
        "[a]\n1k = 1\n",
        "[a]\nk_k = 1\n",
        '[a]\nk = "1\n',
        "[a]\nk = 1\\\n2\n",
        "[a]\nk = \\x\n",
        "\ufeff[a]\nk = 1\n",
        "<html>",
    ],
)
def test_what_is_not_understood_is_not_guessed(text):
    with pytest.raises(GitUnreadable):
        read_config(text)
