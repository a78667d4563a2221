"""`examples/actors`: the pipeline with a flaky stage loses nothing, and says so."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.system.conftest import EXAMPLES


def test_a_flaky_stage_is_restarted_and_no_order_is_lost():
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / "actors" / "pipeline.py"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    first, *restarts, _, _, _, pricing, _, last = done.stdout.splitlines()
    assert first.startswith("A pipeline with a flaky stage: 20 orders")
    assert len(restarts) == 4
    assert all(re.search(r"hung up; its supervisor starts it again in \d+ ms", line) for line in restarts)
    assert pricing == "   ├─ pricing (running, restarted 4 times)"
    assert last == "20 of 20 orders are in the ledger, worth 630 in all; none was lost."
