"""Measures what airssys costs, always against a peer that does the same in the same run.

    make bench                          # everything; writes docs/benchmarks.md
    python -m benchmarks --quick        # everything, roughly
    python -m benchmarks --only calls   # one group, by name

Promise: a number that is compared with a target is a ratio of two measurements that took turns on the same machine
within the same seconds, and the page says how each was taken. A target that is missed is reported, never hidden, and
never an error: what a benchmark finds depends on the machine, so nothing here is a test.
"""
