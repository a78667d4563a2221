"""Development mode: components of unknown origin run without approval, on a developer's own machine."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from airssys.errors import DevelopmentRefused

#: Says what a machine is for.
ENVIRONMENT_VARIABLE: Final = "AIRSSYS_ENV"
#: Values of it that rule development mode out, in any case and with any space around.
PRODUCTION: Final = frozenset({"production", "prod"})

WARNING: Final = (
    "DEVELOPMENT MODE: components of unknown origin run without anybody's approval. "
    "Never use it where a component could do harm; the forbidden list stays in force."
)

_log: Final = logging.getLogger("airssys.trust")


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentMode:
    """Whether unknown origins run without approval. Off unless `development_mode` was asked to switch it on.

    It changes the level of components that no rule matches, and nothing else: limits, quotas, policy and the forbidden
    list do not look at it.
    """

    is_on: bool = False

    def announce(self) -> None:
        """Say so, loudly, when it is on; called on every start of a host."""
        if self.is_on:
            _log.warning(WARNING)


def development_mode(wanted: bool, *, environment: Mapping[str, str]) -> DevelopmentMode:
    """Switch development mode on, where it may be.

    Args:
        wanted: what the operator asked for.
        environment: the variables of the process: `os.environ`.

    Raises:
        DevelopmentRefused: it is wanted, and this machine says that it is in production.
    """
    purpose = environment.get(ENVIRONMENT_VARIABLE, "").strip().casefold()
    if wanted and purpose in PRODUCTION:
        raise DevelopmentRefused(f"development mode is refused: {ENVIRONMENT_VARIABLE} is {purpose}")
    return DevelopmentMode(is_on=wanted)
