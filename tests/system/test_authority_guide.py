"""`docs/guides/authority.md` says what is true: its program prints what the page shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_program_of_the_page_prints_what_it_shows():
    page = (ROOT / "docs" / "guides" / "authority.md").read_text(encoding="utf-8")
    ((program, shown),) = re.findall(r"^```python\n(.*?)^```\n.*?^```text\n(.*?)^```", page, re.M | re.S)

    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.stdout, ended.stderr) == (shown, "")
