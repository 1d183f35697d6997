"""The records of the service, in one SQLite file.

A record is a JSON document with a kind (``training-job``), a name that is unique among its kind, and optionally a
parent (the execution of a step). A change is in this file before the response of its call leaves the service. WAL mode
survives the death of the process at any moment. It does not survive a power failure, because commits are not synced to
the disk.
"""

import errno
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from local_sagemaker.core import disk
from local_sagemaker.core.errors import ApiError, StateDirectoryError

Record = dict[str, Any]
_Result = TypeVar("_Result")
_LOG = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    body TEXT NOT NULL,
    UNIQUE (kind, name)
);
CREATE INDEX IF NOT EXISTS records_by_parent ON records (kind, parent);
CREATE TABLE IF NOT EXISTS bucket_requests (
    bucket TEXT NOT NULL,
    subresource TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (bucket, subresource)
);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    file TEXT,
    attributes TEXT NOT NULL,
    PRIMARY KEY (bucket, key, position)
) WITHOUT ROWID;
"""


class Store:
    """One connection, shared by all threads.

    Raises StateDirectoryError if the file is not such a database, or is not writable.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        self._directory = path.parent
        self._in_memory: sqlite3.Connection | None = None
        self._stays_in_memory = False
        try:
            # Without Python's own transactions (isolation_level=None): it would begin them late, at the first write.
            self._on_disk = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            self._on_disk.execute("PRAGMA journal_mode=WAL")
            # In WAL mode this syncs at checkpoints only, so that a commit does not wait for the disk.
            self._on_disk.execute("PRAGMA synchronous=NORMAL")
            self._on_disk.executescript(_SCHEMA)
        except sqlite3.Error as error:
            if reason := disk.problem(_as_disk_error(error), self._directory):
                raise StateDirectoryError(reason) from error
            raise StateDirectoryError(
                f"The records {path} cannot be opened: {error}. Repair the file, or use another state directory."
            ) from error

    def close(self) -> None:
        """Close the file and merge the write-ahead log into it."""
        with self._lock:
            if self._in_memory is not None:
                self._return_to_disk()
            for connection in filter(None, (self._in_memory, self._on_disk)):
                connection.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._in_memory or self._on_disk

    def _choose(self) -> None:
        """Continue in memory while the disk is full, so that running work can end; return when there is space."""
        if self._stays_in_memory:
            return
        full = disk.is_full(self._directory)
        if full and self._in_memory is None:
            self._leave_disk(disk.sentence(self._directory))
        elif not full and self._in_memory is not None:
            self._return_to_disk()

    def _leave_disk(self, reason: str) -> None:
        _LOG.warning("%s Until then records are kept in memory only.", reason)
        in_memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._on_disk.backup(in_memory)
        self._in_memory = in_memory

    def _return_to_disk(self) -> None:
        assert self._in_memory is not None
        try:
            self._in_memory.backup(self._on_disk)
        except sqlite3.Error as error:
            _LOG.warning("The records cannot be written yet: %s", error)
            return
        self._in_memory.close()
        self._in_memory = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction; transactions may be nested.

        Raises OSError if the disk fails; then nothing is changed, and the next transaction runs in memory.
        """
        with self._lock:
            # SQLite has no nested transactions: an inner one joins the outer, which alone commits or rolls back.
            if self._connection.in_transaction:
                yield self._connection
                return
            try:
                self._choose()
                # IMMEDIATE takes the write lock now. A transaction that reads first could otherwise fail at its first
                # write.
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                self._roll_back()
                failure = _as_disk_error(error)
                if failure is error:
                    raise
                if self._in_memory is None:
                    self._leave_disk(str(disk.problem(failure, self._directory)))
                raise failure from error

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # SQLite rolls back itself after some errors
            self._connection.execute("ROLLBACK")

    def write(self, change: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run a change in a transaction, and once more, in memory, if the disk fails; returns its result."""
        with self._lock:
            is_inner = self._connection.in_transaction
            try:
                with self.transaction() as connection:
                    return change(connection)
            except OSError:
                if is_inner or self._in_memory is None:
                    raise
            self._stays_in_memory = True
            try:
                with self.transaction() as connection:
                    return change(connection)
            finally:
                self._stays_in_memory = False

    def insert(self, kind: str, name: str, record: Record, *, parent: str | None = None) -> bool:
        """Add a record; returns False, and changes nothing, if the name exists."""
        statement = "INSERT OR IGNORE INTO records (kind, name, parent, body) VALUES (?, ?, ?, ?)"
        values = (kind, name, parent, json.dumps(record))
        return self.write(lambda connection: connection.execute(statement, values)).rowcount == 1

    def get(self, kind: str, name: str) -> Record | None:
        """One record, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM records WHERE kind = ? AND name = ?", (kind, name)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def find(self, kind: str, name: str, missing: ApiError) -> Record:
        """One record; raises ``missing`` if it does not exist."""
        record = self.get(kind, name)
        if record is None:
            raise missing
        return record

    def update(self, kind: str, name: str, change: Callable[[Record], None]) -> Record | None:
        """Read, change and write one record atomically; returns None if it does not exist."""

        def write(connection: sqlite3.Connection) -> Record | None:
            record = self.get(kind, name)
            if record is not None:
                change(record)
                connection.execute(
                    "UPDATE records SET body = ? WHERE kind = ? AND name = ?", (json.dumps(record), kind, name)
                )
            return record

        return self.write(write)

    def delete(self, kind: str, name: str) -> bool:
        """Delete one record; returns whether it existed."""
        statement = "DELETE FROM records WHERE kind = ? AND name = ?"
        return self.write(lambda connection: connection.execute(statement, (kind, name))).rowcount == 1

    def list(self, kind: str, *, parent: str | None = None) -> list[Record]:
        """All records of a kind (and a parent), in the order in which they were added."""
        query, values = "SELECT body FROM records WHERE kind = ?", [kind]
        if parent is not None:
            query, values = query + " AND parent = ?", [kind, parent]
        with self._lock:
            rows = self._connection.execute(query + " ORDER BY sequence", values).fetchall()
        return [json.loads(body) for (body,) in rows]


_DISK_ERRORS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_CANTOPEN: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
}


def _as_disk_error(error: BaseException) -> BaseException:
    """SQLite's error of a disk as one of the operating system; any other error itself."""
    number = _DISK_ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)  # the upper bits are details
    return error if number is None else OSError(number, os.strerror(number))
