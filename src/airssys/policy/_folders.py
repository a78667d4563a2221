"""What rights say about a whole folder: whether anything below it is allowed, and whether moving something gives more.

Pure. Paths are absolute and resolved, as in requests.
"""

from __future__ import annotations

from typing import Final

from airssys.capabilities import Action, Capability, Kind, PathPattern, Request

from ._context import SecurityContext
from ._decide import decide

_ACTIONS: Final = (Action.READ, Action.WRITE)


def allows_below(context: SecurityContext, action: Action, folder: str) -> bool:
    """Whether some right in force could admit the folder itself or something below it, now or after files appear.

    True is not certain: several deny rules together may still take away everything that the right gives.
    """
    below = _below(action, folder)
    if below is None or any(refused.covers(below) for refused in context.standing.refused.rights):
        return False
    return any(right.meet(below) for right in context.effective)


def move_widens(context: SecurityContext, old: str, new: str, *, folder: bool) -> bool:
    """Whether something that has the path `old` now would be open to an action under the path `new` that it is not open
    to now. False is certain: so whoever moves, or links, what it may write gains no right by it.

    Args:
        folder: it is a folder, so all that is below it, now or later, moves with it.
    """
    return any(_widens(context, action, old, new, folder=folder) for action in _ACTIONS)


def _widens(context: SecurityContext, action: Action, old: str, new: str, *, folder: bool) -> bool:
    if _is_allowed(context, action, new) and not _is_allowed(context, action, old):
        return True
    if not folder or not allows_below(context, action, new):
        return False
    below = _below(action, old)
    if below is None or not context.effective.covers(below) or not _is_allowed(context, action, old):
        return True
    return any(each.meet(below) and not _moves_along(each) for each in context.standing.refused.rights)


def _is_allowed(context: SecurityContext, action: Action, path: str) -> bool:
    return decide(Request(Kind.FILESYSTEM, action, path), context).allowed


def _moves_along(refused: Capability) -> bool:
    """Whether what the pattern refuses below a folder that it does not refuse itself, it refuses below every other
    folder, too: it is about one name, wherever that is: `/**/*.key`, `/**/.ssh/**`."""
    match refused.pattern:
        case PathPattern(chain=(None, name) | (None, name, None)):
            return name is not None
    return False


def _below(action: Action, folder: str) -> Capability | None:
    """The right to a folder and everything below it; None where no pattern can name it."""
    exact = Request(Kind.FILESYSTEM, action, folder).narrowest()
    if exact is None:
        return None
    return Capability.parse(Kind.FILESYSTEM, action, exact.pattern.text.rstrip("/") + "/**")
