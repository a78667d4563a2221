"""Settings of every test: the same inputs in every run, so that a red test is red again."""

from __future__ import annotations

from hypothesis import settings

# `--hypothesis-profile=explore` looks further than the fixed inputs of every run.
settings.register_profile("same-inputs", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("same-inputs")
