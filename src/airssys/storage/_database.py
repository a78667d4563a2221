"""One SQLite database: opened with what its promises need, changed by one writer at a time, checked before use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from airssys.errors import StorageFailed

from ._private_files import make_private_folder, open_private_file
from ._schema import APPLICATION_ID, MIGRATIONS, VERSION

#: How long another process's writing is waited for, in milliseconds; SQLite's own shell and most drivers wait 5 s.
_BUSY_TIMEOUT_MS: Final = 5_000

#: The first SQLite with `RETURNING` (2021).
_OLDEST_SQLITE: Final = (3, 35)

#: A value as SQLite has it; which type a column has is known by whoever reads it.
Value: TypeAlias = "str | int | float | None"
Row: TypeAlias = tuple[Any, ...]


class Database:
    """A database file, or one in memory. Any number of threads may share it; a lock lets one in at a time.

    In WAL mode with `synchronous = FULL` SQLite has the log on disk before a commit returns, so what was committed
    survives a power cut (https://sqlite.org/pragma.html#pragma_synchronous).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._is_writing = False

    def open(self) -> None:
        """Open, check and bring up to date what is there, or make it.

        Raises:
            StorageFailed: it is damaged, of a newer version, no database of ours, or cannot be opened.
        """
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            raise StorageFailed(
                f"this Python has SQLite {sqlite3.sqlite_version}, and 3.35 is needed", hint="use a newer Python"
            )
        with self._lock, self._failures():
            if self._path is not None:
                make_private_folder(self._path.parent)
                os.close(open_private_file(self._path, os.O_RDWR | os.O_CREAT))
            self._connection = sqlite3.connect(
                ":memory:" if self._path is None else self._path, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close it; closing twice is harmless."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are made, or none; one inside another is part of it.

        Raises:
            StorageFailed: the changes could not be written; none was made.
        """
        with self._lock:
            if self._is_writing:
                yield
                return
            self.execute("BEGIN IMMEDIATE")
            self._is_writing = True
            try:
                yield
                self.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._is_writing = False

    def execute(self, statement: str, values: Sequence[Value] | Mapping[str, Value] = ()) -> list[Row]:
        """Run one statement and return its rows.

        Raises:
            StorageFailed: it could not be run, or the database is closed.
        """
        with self._lock, self._failures():
            if self._connection is None:
                raise StorageFailed(f"{self._name} is closed")
            return self._connection.execute(statement, values).fetchall()

    def check(self) -> None:
        """Read everything and see that it is whole.

        Raises:
            StorageFailed: it is damaged.
        """
        self._require_whole("PRAGMA integrity_check(1)")

    @property
    def _name(self) -> str:
        return "the database in memory" if self._path is None else str(self._path)

    def _roll_back(self) -> None:
        """Undo what was not committed; SQLite has done so itself after some failures."""
        if self._connection is not None and self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _prepare(self) -> None:
        self.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        self._require_whole("PRAGMA quick_check(1)")
        self._require_ours()
        mode = self.execute("PRAGMA journal_mode = WAL")[0][0]
        if self._path is not None and mode != "wal":
            raise StorageFailed(f"{self._name}: this file system has no shared memory for a write-ahead log ({mode})")
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA foreign_keys = ON")
        self._migrate()

    def _require_whole(self, check: str) -> None:
        found = self.execute(check)[0][0]
        if found != "ok":
            raise StorageFailed(
                f"{self._name} is damaged: {found}", hint="put a backup in its place, or move it away to begin anew"
            )

    def _require_ours(self) -> None:
        if self.execute("PRAGMA application_id")[0][0] == APPLICATION_ID:
            return
        if self.execute("SELECT count(*) FROM sqlite_schema")[0][0]:
            raise StorageFailed(f"{self._name} is a database of another program", hint="choose another state directory")
        self.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _migrate(self) -> None:
        with self.transaction():
            version = self.execute("PRAGMA user_version")[0][0]
            if not isinstance(version, int) or version > VERSION:
                raise StorageFailed(
                    f"{self._name} has version {version}, and this airssys knows {VERSION} at most",
                    hint="run the airssys that made it, or a newer one",
                )
            for statement in [each for migration in MIGRATIONS[version:] for each in migration]:
                self.execute(statement)
            self.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        """Every foreign error becomes ours here."""
        try:
            yield
        except (sqlite3.Error, OverflowError, UnicodeEncodeError, OSError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or error
            raise StorageFailed(f"{self._name} cannot be used: {reason}") from error
