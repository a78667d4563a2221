"""Trust: how far the origin of a component is vouched for, by rules of the operator that are proven, not believed.

Promise: the decision is a function of evidence and rules, and what cannot be proven does not count. Signatures are
verified, pins are enforced, a trust file that somebody else changed is refused. Trust says who made a component; what
the component may do is decided elsewhere.

    config = TrustConfig.load("trust.toml")
    decision = config.assess(source)        # collect_evidence, then decide_trust
"""

from airssys.trust._collect import collect_evidence, signature_path
from airssys.trust._config import TrustConfig, default_trust_file
from airssys.trust._decide import decide_trust
from airssys.trust._development import DevelopmentMode, development_mode
from airssys.trust._edit import accept_changes, add_rule, remove_rule, revoke_key
from airssys.trust._envelope import Envelope, EnvelopeInvalid, NotSigned, Signature
from airssys.trust._evidence import Checkout, Evidence, Place, Remote, Unproven
from airssys.trust._keys import PrivateKey, PublicKey
from airssys.trust._levels import Reason, TrustDecision, TrustLevel
from airssys.trust._paths import Paths
from airssys.trust._rules import GitRule, LocalRule, Rule, SigningKeyRule
from airssys.trust._signing import create_keys, load_private_key, load_public_key, sign_source
from airssys.trust._source import Source, SourceFile
from airssys.trust._statement import Statement
from airssys.trust._store import TrustStore
from airssys.trust._urls import UrlPattern

__all__ = [
    "Checkout",
    "DevelopmentMode",
    "Envelope",
    "EnvelopeInvalid",
    "Evidence",
    "GitRule",
    "LocalRule",
    "NotSigned",
    "Paths",
    "Place",
    "PrivateKey",
    "PublicKey",
    "Reason",
    "Remote",
    "Rule",
    "Signature",
    "SigningKeyRule",
    "Source",
    "SourceFile",
    "Statement",
    "TrustConfig",
    "TrustDecision",
    "TrustLevel",
    "TrustStore",
    "Unproven",
    "UrlPattern",
    "accept_changes",
    "add_rule",
    "collect_evidence",
    "create_keys",
    "decide_trust",
    "default_trust_file",
    "development_mode",
    "load_private_key",
    "load_public_key",
    "remove_rule",
    "revoke_key",
    "sign_source",
    "signature_path",
]
