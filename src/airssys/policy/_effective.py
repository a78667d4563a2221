"""What a component may do: what it declared, and was approved, and policy allows. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from airssys.capabilities import CapabilitySet

from ._lines import Entry, Lines
from ._policy import Standing


def effective(declared: CapabilitySet, approved: CapabilitySet, standing: Standing) -> CapabilitySet:
    """The rights that all three give; never more than any of them gives.

    Deny rules and the forbidden list cannot be written as rights that are left over (`/srv/**` without `/srv/keys/**`
    is no pattern), so `decide` asks them first at every request; a right that they take away whole is not in here.

    Args:
        declared: by the manifest. A pattern that cancels the sandbox counts only if the policy names it.
        approved: by a person or a rule of trust.
        standing: what the policy says about the component: `policy.of(name)`.
    """
    return effective_lines(without_wildcards(declared, standing), approved, standing).rights


def effective_lines(counted: CapabilitySet, approved: CapabilitySet, standing: Standing) -> Lines:
    """The same of what `without_wildcards` left, each right with the line of the policy: allow rules before roles."""
    return Lines(_entries(counted.intersection(approved), standing))


def without_wildcards(declared: CapabilitySet, standing: Standing) -> CapabilitySet:
    """What was declared, without patterns that cancel the sandbox and that the policy does not name."""
    unnamed = {each for each in declared if each.cancels_the_sandbox and not standing.wildcards.covers(each)}
    return CapabilitySet(each for each in declared if each not in unnamed) if unnamed else declared


def _entries(held: CapabilitySet, standing: Standing) -> Iterator[Entry]:
    taken = (standing.forbidden.rights, standing.denied.rights)
    for rights, line in standing.allowed:
        for right in held.intersection(rights):
            if not any(each.covers(right) for each in taken):
                yield right, line
