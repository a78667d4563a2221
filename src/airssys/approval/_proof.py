"""What proves who made a component, as a text that is the same for all versions of one maker."""

from __future__ import annotations

from collections.abc import Sequence

from airssys.trust import GitRule, LocalRule, Rule, SigningKeyRule, TrustDecision, TrustLevel


def proof_of(decision: TrustDecision, rules: Sequence[Rule]) -> str | None:
    """The proof of a decision of trust, for `Ask.proof`; None when nothing is proven about the maker. Pure.

    It says what the rule relies on and not what the rule is called: a rule that is written anew under an old name
    proves something else. A commit that is pinned proves its own content, and nothing about later versions.

    Args:
        decision: about the component.
        rules: those by which it was decided: `TrustConfig.rules`.
    """
    if decision.level is not TrustLevel.TRUSTED:
        return None
    match next((rule for rule in rules if rule.name == decision.rule), None):
        case SigningKeyRule(key=key):
            return f"signing key {key.fingerprint}"
        case GitRule(url=url, checkouts=checkouts) if checkouts is not None:
            return f"git {url.text} in {checkouts.text}"
        case LocalRule(path=path):
            return f"local {path.text}"
    return None
