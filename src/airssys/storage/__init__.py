"""Storage: the host's own database, and private files. The only room that opens databases.

Promise: what a call has returned from is on disk and survives a killed process and a lost power supply; what was
interrupted was not done at all; and of two who change the same record one wins and the other is told.

    with Store(folder / "airssys.db") as store:         # Store(None) keeps everything in memory
        record = store.approvals.add(binding, state="pending", at=clock.wall())
        store.approvals.transition(record, to="approved", at=clock.wall(), by="maria")   # or RecordChanged

Everything here blocks for as long as the disk takes: call it from a thread, `await asyncio.to_thread(...)`.
"""

from __future__ import annotations

from ._approvals import ApprovalBinding, ApprovalRecord, ApprovalRecords, ApprovalStep
from ._places import audit_folder_in, database_in, default_state_folder
from ._private_files import make_private_folder, open_private_file, replace_file, sync_folder
from ._quota_usage import QuotaUsageRecords
from ._store import Store

__all__ = [
    "ApprovalBinding",
    "ApprovalRecord",
    "ApprovalRecords",
    "ApprovalStep",
    "QuotaUsageRecords",
    "Store",
    "audit_folder_in",
    "database_in",
    "default_state_folder",
    "make_private_folder",
    "open_private_file",
    "replace_file",
    "sync_folder",
]
