"""A reader of Git checkouts, for repositories that somebody may have prepared to mislead or to harm it.

Promise: it runs no program and follows no instruction of the repository (the `git` command does both); it reads a
bounded amount, whatever the files claim; every object's id is computed from its content; and what it does not
understand is `GitUnreadable`, never a guess. It reads commits and trees, and compares files by their ids.
"""

from airssys.trust.git._checkout import GitCheckout, GitRemote, checkout_root, open_checkout
from airssys.trust.git._ids import GitUnreadable

__all__ = ["GitCheckout", "GitRemote", "GitUnreadable", "checkout_root", "open_checkout"]
