"""The records of the service, in one SQLite file.

A record is a JSON document with a kind (``training-job``), a name that is unique among its kind, and optionally a
parent (the execution of a step). A change is in this file before the response of its call leaves the service. WAL mode
survives the death of the process at any moment. It does not survive a power failure, because commits are not synced to
the disk.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from local_sagemaker.core import disk
from local_sagemaker.core.errors import ApiError, StateDirectoryError

Record = dict[str, Any]
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
        try:
            # Without Python's own transactions (isolation_level=None): it would begin them late, at the first write.
            self._on_disk = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
            self._on_disk.execute("PRAGMA journal_mode=WAL")
            # In WAL mode this syncs at checkpoints only, so that a commit does not wait for the disk.
            self._on_disk.execute("PRAGMA synchronous=NORMAL")
            self._on_disk.executescript(_SCHEMA)
        except sqlite3.Error as error:
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
        full = disk.is_full(self._directory)
        if full and self._in_memory is None:
            _LOG.warning("%s Until then records are kept in memory only.", disk.sentence(self._directory))
            self._in_memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            self._on_disk.backup(self._in_memory)
        elif not full and self._in_memory is not None:
            self._return_to_disk()

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
        """A transaction; transactions may be nested."""
        with self._lock:
            # SQLite has no nested transactions: an inner one joins the outer, which alone commits or rolls back.
            if self._connection.in_transaction:
                yield self._connection
                return
            # IMMEDIATE takes the write lock now. A transaction that reads first could otherwise fail at its first
            # write.
            self._choose()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def insert(self, kind: str, name: str, record: Record, *, parent: str | None = None) -> bool:
        """Add a record; returns False, and changes nothing, if the name exists."""
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO records (kind, name, parent, body) VALUES (?, ?, ?, ?)",
                (kind, name, parent, json.dumps(record)),
            )
            return cursor.rowcount == 1

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
        with self.transaction() as connection:
            record = self.get(kind, name)
            if record is not None:
                change(record)
                connection.execute(
                    "UPDATE records SET body = ? WHERE kind = ? AND name = ?", (json.dumps(record), kind, name)
                )
            return record

    def delete(self, kind: str, name: str) -> bool:
        """Delete one record; returns whether it existed."""
        with self.transaction() as connection:
            cursor = connection.execute("DELETE FROM records WHERE kind = ? AND name = ?", (kind, name))
            return cursor.rowcount == 1

    def list(self, kind: str, *, parent: str | None = None) -> list[Record]:
        """All records of a kind (and a parent), in the order in which they were added."""
        query, values = "SELECT body FROM records WHERE kind = ?", [kind]
        if parent is not None:
            query, values = query + " AND parent = ?", [kind, parent]
        with self._lock:
            rows = self._connection.execute(query + " ORDER BY sequence", values).fetchall()
        return [json.loads(body) for (body,) in rows]
