"""S3's objects and buckets, kept on disk under moto's S3.

moto answers S3's requests and keeps everything in memory. Here, before the answer to a request that changed something
leaves the house, what it changed is written down: an object's bytes to a file of its own (renamed into place when it
is whole, so nothing half-written is ever listed), its attributes and the file's name to SQLite, and moto's copy of the
bytes is replaced by that file. A bucket's configuration is kept as the requests that made it. When the service opens,
moto is told all of it again, without reading a single object.

Jobs use the same store directly, as files, without HTTP.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

from pipelines.local.downloads import LARGE
from pipelines.local.errors import ObjectStoreError
from pipelines.local.jobs.contract import StoredObject
from pipelines.local.names import partition_of
from pipelines.local.store import Store
from pipelines.local.values import FileValue

_BLOCK = 1024 * 1024
# What of moto's key goes to disk and comes back as it is.
_PLAIN_ATTRIBUTES = (
    "_etag",
    "_storage_class",
    "_version_id",
    "_is_versioned",
    "contentsize",
    "encryption",
    "kms_key_id",
    "bucket_key_enabled",
    "lock_mode",
    "lock_legal_status",
    "lock_until",
    "checksum_algorithm",
    "checksum_value",
    "checksum_type",
    "checksum_parts",
    "website_redirect_location",
)


def split_uri(uri: str) -> tuple[str, str]:
    """``s3://bucket/key`` as bucket and key; the key may be empty.

    Raises
    ------
    ObjectStoreError
        It is not an S3 URI.
    """
    parts = urlsplit(uri, allow_fragments=False)
    if parts.scheme != "s3" or not parts.netloc:
        raise ObjectStoreError(f"{uri!r} is not an S3 URI; write s3://bucket/key.")
    return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")


class Objects:
    """The buckets of one account."""

    def __init__(self, store: Store, directory: Path, account_id: str, region: str) -> None:
        from moto.s3.models import s3_backends

        self._store = store
        self._directory = directory
        self._region = region
        self._backend = s3_backends[account_id][partition_of(region)]
        self.lock = RLock()
        """Held over every request that changes something, until it is written down."""
        directory.mkdir(parents=True, exist_ok=True)

    # What jobs use.

    def list(self, prefix_uri: str) -> Iterator[StoredObject]:
        """Objects whose key starts with the prefix, in the order of their keys."""
        bucket, prefix = split_uri(prefix_uri)
        keys = self._bucket(bucket).keys
        for name in sorted(name for name in list(keys) if name.startswith(prefix)):
            latest = keys.get(name)
            if hasattr(latest, "contentsize"):  # not a delete marker
                yield StoredObject(bucket, name, latest.contentsize)

    def exists(self, uri: str) -> bool:
        """Whether there is an object under exactly this URI."""
        bucket, key = split_uri(uri)
        return bucket in self._backend.buckets and hasattr(self._backend.buckets[bucket].keys.get(key), "contentsize")

    def read(self, uri: str) -> bytes:
        """The bytes of one object."""
        return self._file_of(uri).read_bytes()

    def download(self, uri: str, destination: Path) -> None:
        """Write one object to a file; its folders are made."""
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._file_of(uri), destination)

    def upload(self, source: Path, uri: str) -> None:
        """Store one file; it is listed when it is whole, not before."""
        bucket, key = split_uri(uri)
        self._bucket(bucket)
        with source.open("rb") as file:
            path, etag = self._write(iter(lambda: file.read(_BLOCK), b""))
        self._put(bucket, key, path, etag)

    def write(self, uri: str, content: bytes) -> None:
        """Store one object from memory."""
        bucket, key = split_uri(uri)
        self._bucket(bucket)
        self._put(bucket, key, *self._write(iter([content])))

    def write_if_other(self, uri: str, content: bytes) -> None:
        """The same, unless these very bytes are stored there already."""
        bucket, key = split_uri(uri)
        stored = self._bucket(bucket).keys.get(key)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if stored is None or stored._etag != digest:
            self.write(uri, content)

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket, unless it is there."""
        with self.lock:
            if bucket not in self._backend.buckets:
                self._backend.create_bucket(bucket, self._region)
                self.remember_bucket_request(bucket, "", {}, b"")

    def large_file(self, bucket: str, key: str, version: str | None) -> Path | None:
        """The file of an object that is too large to be held in memory; None for any other, and where there is none."""
        found = self._backend.buckets.get(bucket)
        versions = found.keys.getlist(key, []) if found is not None else []
        wanted = versions[-1:] if version is None else [each for each in versions if each.version_id == version]
        value = getattr(wanted[0], "_value_buffer", None) if wanted else None
        return value.path if isinstance(value, FileValue) and wanted[0].contentsize >= LARGE else None

    # What keeps moto and the disk the same.

    def restore(self, replay: Callable[[str, str, dict[str, str], bytes], None]) -> None:
        """Tell moto everything that the disk knows.

        Parameters
        ----------
        replay
            ``replay(bucket, subresource, headers, body)`` makes one configuring request to moto's S3.
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
            known = {self._restore_version(*row) for row in rows}
        self._sweep({name for name in known if name})

    def remember_bucket_request(self, bucket: str, subresource: str, headers: dict[str, str], body: bytes) -> None:
        """Keep a request that made or configured a bucket (``subresource`` is empty for its creation)."""
        kept = headers if subresource else {"created": datetime.now(UTC).timestamp()}
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO bucket_requests VALUES (?, ?, ?, ?)",
                (bucket, subresource, json.dumps(kept), body),
            )

    def forget_bucket_request(self, bucket: str, subresource: str) -> None:
        """Drop what configured a bucket; with an empty ``subresource``, the bucket and all of its configuration."""
        with self._store.transaction() as connection:
            connection.execute(
                "DELETE FROM bucket_requests WHERE bucket = ? AND (subresource = ? OR ? = '')",
                (bucket, subresource, subresource),
            )

    def write_down(self, bucket: str, key: str) -> None:
        """Bring the disk up to date with all versions of one key in moto."""
        with self.lock:
            found = self._backend.buckets.get(bucket)
            versions = list(found.keys.getlist(key, [])) if found is not None else []
            rows = [
                (bucket, key, position, self._file_for(version), json.dumps(self._attributes_of(version)))
                for position, version in enumerate(versions)
            ]
            with self._store.transaction() as connection:
                before = connection.execute("SELECT file FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
                dropped = {name for (name,) in before if name} - {row[3] for row in rows}
                connection.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
                connection.executemany("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", rows)
            for name in dropped:
                self._path(name).unlink(missing_ok=True)

    # Inside.

    def _bucket(self, bucket: str) -> Any:
        if bucket not in self._backend.buckets:
            raise ObjectStoreError(f"The bucket {bucket} does not exist.")
        return self._backend.buckets[bucket]

    def _file_of(self, uri: str) -> Path:
        bucket, key = split_uri(uri)
        found = self._bucket(bucket).keys.get(key)
        value = getattr(found, "_value_buffer", None)
        if not isinstance(value, FileValue):
            raise ObjectStoreError(f"There is no object {uri}.")
        return value.path

    def _path(self, name: str) -> Path:
        return self._directory / name[:2] / name

    def _write(self, blocks: Iterator[bytes]) -> tuple[Path, str]:
        """A whole new file with these bytes, and their MD5, which is S3's ETag."""
        path = self._path(uuid.uuid4().hex)
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial")
        digest = hashlib.md5(usedforsecurity=False)
        with partial.open("wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        partial.rename(path)
        return path, digest.hexdigest()

    def _put(self, bucket: str, key: str, path: Path, etag: str) -> None:
        with self.lock:
            stored = self._backend.put_object(bucket, key, b"", etag=etag, disable_notification=True)
            stored.contentsize = path.stat().st_size
            _keep_bytes_in(stored, path)
            self.write_down(bucket, key)

    def _file_for(self, version: Any) -> str | None:
        """The name of the file that holds a version's bytes, written now if it is not there yet."""
        if not hasattr(version, "contentsize"):
            return None  # a delete marker
        value = version._value_buffer
        if isinstance(value, FileValue):
            return value.path.name
        with version.lock:
            value.seek(0)
            path, digest = self._write(iter(lambda: value.read(_BLOCK), b""))
            version._etag = version._etag or digest
            _keep_bytes_in(version, path)
        if version.multipart is not None:  # its parts are second copies of the bytes
            version.multipart.dispose()
            version.multipart = None
        return path.name

    def _attributes_of(self, version: Any) -> dict[str, Any]:
        attributes = {name: getattr(version, name, None) for name in _PLAIN_ATTRIBUTES}
        attributes["last_modified"] = version.last_modified.replace(tzinfo=UTC).timestamp()
        if hasattr(version, "contentsize"):
            attributes["metadata"] = dict(version.metadata)
            attributes["tags"] = self._backend.tagger.get_tag_dict_for_resource(version.arn)
        else:
            attributes["_version_id"] = version.version_id
        return attributes

    def _restore_version(self, bucket: str, key: str, file: str | None, stored: str) -> str | None:
        from moto.s3.models import FakeDeleteMarker, FakeKey

        attributes = json.loads(stored)
        version: Any = FakeKey(key, b"", self._backend.account_id, self._region, bucket_name=bucket)
        tags, metadata = attributes.pop("tags", {}), attributes.pop("metadata", {})
        modified = datetime.fromtimestamp(attributes.pop("last_modified"), UTC).replace(tzinfo=None)
        if file is None:
            marker = FakeDeleteMarker(version)
            marker._version_id = attributes["_version_id"]
            version.dispose()
            version = marker
        else:
            vars(version).update(attributes)
            _keep_bytes_in(version, self._path(file))
            version._metadata.update(metadata)
            if tags:
                self._backend.put_object_tagging(version, tags)
        version.last_modified = modified
        keys = self._backend.buckets[bucket].keys
        keys.setlist(key, [*keys.getlist(key, []), version])
        return file

    def _sweep(self, known: set[str]) -> None:
        """Remove files that no row names: a write that the end of the process cut short."""
        for path in self._directory.glob("*/*"):
            if path.name not in known:
                path.unlink()


def _keep_bytes_in(version: Any, path: Path) -> None:
    """Let moto find a version's bytes in a file, in place of its own copy."""
    before = version._value_buffer
    version._value_buffer = FileValue(path)
    before.close()
