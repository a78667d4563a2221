"""Host functions for guests: what a component may call beyond what its embedding program passes to it.

One package for each family of interfaces; `wasi` is WASI 0.2. What they have in common: every call is decided by the
component's gate, charged to its quotas and recorded, and a call that waits suspends the guest.
"""
