"""Policy: what an operator allows, the decision about every request, and the gate that turns it into a grant.

Promise: nothing is granted that was not declared *and* approved *and* allowed by the policy; deny beats allow, whatever
the order; nothing said is denied; and the forbidden list holds for everybody. `decide` is pure. `Gate.require` is the
one place with an effect: it records the decision, and without a record there is no grant.

    policy = Policy.load("policy.toml").protecting(state_directory)
    context = SecurityContext(component="invoice", ..., declared=declared, approved=approved, policy=policy)
    gate = Gate(context, log)
    grant = gate.require(Request(Kind.FILESYSTEM, Action.READ, path))   # or CapabilityDenied, with the line that would
"""

from __future__ import annotations

from ._context import Origin, SecurityContext, places_in
from ._decide import Decision, decide
from ._effective import effective
from ._fields import MalformedRight, NotAWildcard
from ._folders import allows_below, move_widens
from ._forbidden import FORBIDDEN, Forbidden
from ._gate import Decisions, Gate, Records
from ._grant import Grant
from ._lines import Line
from ._policy import SHIPPED_RULES, Policy, Standing, default_policy_file
from ._role_problems import RoleCycle, UnknownRole
from ._rules import ANY, Effect, Role, Rule, rights_of
from ._withheld import Withheld, exceptions, withheld

__all__ = [
    "ANY",
    "FORBIDDEN",
    "SHIPPED_RULES",
    "Decision",
    "Decisions",
    "Effect",
    "Forbidden",
    "Gate",
    "Grant",
    "Line",
    "MalformedRight",
    "NotAWildcard",
    "Origin",
    "Policy",
    "Records",
    "Role",
    "RoleCycle",
    "Rule",
    "SecurityContext",
    "Standing",
    "UnknownRole",
    "Withheld",
    "allows_below",
    "decide",
    "default_policy_file",
    "effective",
    "exceptions",
    "move_widens",
    "places_in",
    "rights_of",
    "withheld",
]
