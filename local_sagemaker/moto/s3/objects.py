"""S3 objects and buckets on disk, below moto's S3.

moto handles the requests to S3 and keeps everything in memory. Before the response to a changing request leaves, this
module stores the change: the bytes of an object in a file of their own (renamed into place when it is complete, so that
no listing shows an incomplete object), and its attributes and the name of the file in SQLite. It then replaces moto's
copy of the bytes by that file. The configuration of a bucket is stored as the requests that made it. When the service
opens, moto gets all of this again, without reading any object.

Jobs use the same store directly, as files, without HTTP.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from threading import RLock
from typing import IO, Any

from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.core.names import partition_of
from local_sagemaker.core.objects import StoredObject
from local_sagemaker.core.s3_uris import split_uri
from local_sagemaker.core.store import Store
from local_sagemaker.moto.s3 import large_objects, object_versions
from local_sagemaker.moto.s3.downloads import LARGE
from local_sagemaker.moto.s3.object_files import BLOCK, ObjectFiles


class Objects:
    """The buckets of one account."""

    def __init__(self, store: Store, directory: Path, account_id: str, region: str) -> None:
        from moto.s3.models import s3_backends

        self._store = store
        self._files = ObjectFiles(directory)
        self._region = region
        large_objects.serve()
        self._backend = s3_backends[account_id][partition_of(region)]
        self.lock = RLock()
        """Held during every changing request until the change is stored."""

    # For jobs

    def list(self, prefix_uri: str) -> Iterator[StoredObject]:
        """Objects whose key starts with the prefix, in the order of their keys."""
        bucket, prefix = split_uri(prefix_uri)
        keys = self._bucket(bucket).keys
        for name in sorted(name for name in list(keys) if name.startswith(prefix)):
            latest = keys.get(name)
            if latest is not None and not object_versions.is_delete_marker(latest):
                yield StoredObject(bucket, name, latest.contentsize)

    def exists(self, uri: str) -> bool:
        """Whether there is an object under exactly this URI."""
        bucket, key = split_uri(uri)
        found = self._backend.buckets.get(bucket)
        return found is not None and object_versions.file_of(found.keys.get(key)) is not None

    def read(self, uri: str, version: str | None = None) -> bytes:
        """The bytes of one object, by default of its latest version."""
        return self._file_of(uri, version).read_bytes()

    def download(self, uri: str, destination: Path) -> None:
        """Write one object to a file, and make the file's folders."""
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._file_of(uri), destination)

    def upload(self, source: Path, uri: str) -> None:
        """Store one file; a listing never shows it before it is whole."""
        bucket, key = split_uri(uri)
        self._bucket(bucket)
        with source.open("rb") as file:
            path, etag = self._files.write(iter(lambda: file.read(BLOCK), b""))
        self._put(bucket, key, path, etag)

    def write(self, uri: str, content: bytes) -> None:
        """Store one object from memory."""
        bucket, key = split_uri(uri)
        self._bucket(bucket)
        self._put(bucket, key, *self._files.write([content]))

    def write_if_other(self, uri: str, content: bytes) -> None:
        """Store one object from memory, unless the stored bytes are equal."""
        bucket, key = split_uri(uri)
        stored = self._bucket(bucket).keys.get(key)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if stored is None or stored._etag != digest:
            self.write(uri, content)

    def create_bucket(self, bucket: str) -> None:
        """Create a bucket, unless it exists."""
        with self.lock:
            if bucket not in self._backend.buckets:
                self._backend.create_bucket(bucket, self._region)
                self.remember_bucket_request(bucket, "", {}, b"")

    def large_file(self, bucket: str, key: str, version: str | None) -> Path | None:
        """The file of a large object; None if the object is small or does not exist."""
        if bucket not in self._backend.buckets:
            return None
        wanted = _version_of(self._bucket(bucket), key, version)
        path = object_versions.file_of(wanted)
        return path if path is not None and wanted.contentsize >= LARGE else None

    @contextmanager
    def receive(self, body: IO[bytes]) -> Iterator[None]:
        """Store a body in a file, for the next object or part that this thread stores in moto."""
        body.seek(0)
        path, _ = self._files.write(iter(lambda: body.read(BLOCK), b""))
        with large_objects.in_place_of_body(path):
            yield

    @contextmanager
    def joining(self) -> Iterator[None]:
        """Join the parts of the upload that this thread completes in moto on disk."""
        with large_objects.joined_in(self._files):
            yield

    def composite_checksum(self, bucket: str, key: str, version: str | None) -> str | None:
        """The checksum of the checksums of an object's parts, with the number of parts; None for other objects."""
        found = self._backend.buckets.get(bucket)
        wanted = found and _version_of(found, key, version)
        if not wanted or getattr(wanted, "checksum_type", None) != "COMPOSITE":
            return None
        return f"{wanted.checksum_value}-{wanted.checksum_parts}"

    # Between moto and the disk

    def restore(self, replay: Callable[[str, str, dict[str, str], bytes], None]) -> None:
        """Load everything from the disk into moto.

        ``replay(bucket, subresource, headers, body)`` replays one configuring request to moto's S3.
        """
        with self._store.transaction() as connection:
            requests = connection.execute(
                "SELECT bucket, subresource, headers, body FROM bucket_requests ORDER BY bucket, subresource"
            ).fetchall()
            rows = connection.execute(
                "SELECT bucket, key, file, attributes FROM objects ORDER BY bucket, key, position"
            )
            for bucket, subresource, headers, body in requests:
                if subresource:
                    replay(bucket, subresource, json.loads(headers), body)
                else:
                    made = self._backend.create_bucket(bucket, self._region)
                    made.creation_date = datetime.fromtimestamp(json.loads(headers)["created"], UTC)
            known = set()
            for bucket, key, file, attributes in rows:
                self._restore_version(bucket, key, file, attributes)
                known.add(file)
        self._files.sweep(known)

    def remember_bucket_request(self, bucket: str, subresource: str, headers: dict[str, str], body: bytes) -> None:
        """Store a request that created or configured a bucket (``subresource`` is empty for its creation)."""
        created = self._backend.buckets[bucket].creation_date.timestamp()
        kept = headers if subresource else {"created": created}
        statement = "INSERT OR REPLACE INTO bucket_requests VALUES (?, ?, ?, ?)"
        values = (bucket, subresource, json.dumps(kept), body)
        self._store.write(lambda connection: connection.execute(statement, values))

    def forget_bucket_request(self, bucket: str, subresource: str) -> None:
        """Delete the stored requests for a bucket's ``subresource``; an empty one stands for the bucket itself."""
        statement = "DELETE FROM bucket_requests WHERE bucket = ? AND (subresource = ? OR ? = '')"
        self._store.write(lambda connection: connection.execute(statement, (bucket, subresource, subresource)))

    def record(self, bucket: str, key: str) -> None:
        """Store all versions of one key in moto; if that fails, moto has the versions that are stored."""
        with self.lock:
            found = self._backend.buckets.get(bucket)
            versions = found.keys.getlist(key, []) if found is not None else []
            try:
                rows = [(bucket, key, position, *self._row_of(version)) for position, version in enumerate(versions)]
                dropped = self._store.write(lambda connection: _replace_rows(connection, bucket, key, rows))
            except OSError:
                if versions:
                    self._restore_key(bucket, key)
                raise
            # After the commit: a process that dies in between leaves unused files, which sweep() deletes, and no record
            # without its file.
            self._files.drop(dropped)

    # Internals

    def _bucket(self, bucket: str) -> Any:
        if bucket not in self._backend.buckets:
            raise ObjectStoreError(f"The bucket {bucket} does not exist.")
        return self._backend.buckets[bucket]

    def _file_of(self, uri: str, version: str | None = None) -> Path:
        bucket, key = split_uri(uri)
        path = object_versions.file_of(_version_of(self._bucket(bucket), key, version))
        if path is None:
            raise ObjectStoreError(f"There is no {f'version {version} of the ' if version else ''}object {uri}.")
        return path

    def _put(self, bucket: str, key: str, path: Path, etag: str) -> None:
        with self.lock:
            stored = self._backend.put_object(bucket, key, b"", etag=etag, disable_notification=True)
            stored.contentsize = path.stat().st_size
            object_versions.keep_bytes_in(stored, path)
            self.record(bucket, key)

    def _row_of(self, version: Any) -> tuple[str | None, str]:
        """The name of a version's file, which is written if there is none, and its attributes."""
        if object_versions.is_delete_marker(version):
            return None, json.dumps(object_versions.attributes_of(version, {}))
        path = object_versions.file_of(version)
        if path is None:
            with version.lock:
                value = version._value_buffer
                value.seek(0)
                path, digest = self._files.write(iter(lambda: value.read(BLOCK), b""))
                version._etag = version._etag or digest
        object_versions.keep_bytes_in(version, path)
        tags = self._backend.tagger.get_tag_dict_for_resource(version.arn)
        return path.name, json.dumps(object_versions.attributes_of(version, tags))

    def _restore_key(self, bucket: str, key: str) -> None:
        dict.pop(self._backend.buckets[bucket].keys, key, None)  # moto's own pop() would close the files
        query = "SELECT file, attributes FROM objects WHERE bucket = ? AND key = ? ORDER BY position"
        with self._store.transaction() as connection:
            for file, attributes in connection.execute(query, (bucket, key)).fetchall():
                self._restore_version(bucket, key, file, attributes)

    def _restore_version(self, bucket: str, key: str, file: str | None, stored: str) -> None:
        attributes = json.loads(stored)
        path = None if file is None else self._files.path(file)
        version = object_versions.restored(
            bucket, key, path, attributes, account_id=self._backend.account_id, region=self._region
        )
        keys = self._backend.buckets[bucket].keys
        keys.setlist(key, [*keys.getlist(key, []), version])
        if attributes.get("tags"):
            self._backend.put_object_tagging(version, attributes["tags"])


def _replace_rows(connection: Connection, bucket: str, key: str, rows: list[tuple[Any, ...]]) -> set[str]:
    """Store all versions of a key anew, because the deletion of one changes the positions of the others.

    Returns the files that none of them has any more.
    """
    before = connection.execute("SELECT file FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
    dropped = {name for (name,) in before if name} - {row[3] for row in rows}
    connection.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
    connection.executemany("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", rows)
    return dropped


def _version_of(bucket: Any, key: str, version: str | None) -> Any:
    """One version of an object in moto's bucket, by default the latest; None if it does not exist."""
    versions = bucket.keys.getlist(key, [])
    wanted = versions[-1:] if version is None else [each for each in versions if each.version_id == version]
    return wanted[0] if wanted else None
