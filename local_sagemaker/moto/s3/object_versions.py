"""Conversion between a version of an object in moto's S3 and its record on disk.

Only this module depends on moto's classes of S3 objects.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# The attributes of moto's key that are stored and restored unchanged.
_PLAIN_ATTRIBUTES = (
    "_etag", "_storage_class", "_version_id", "_is_versioned", "contentsize", "encryption", "kms_key_id",
    "bucket_key_enabled", "lock_mode", "lock_legal_status", "lock_until", "checksum_algorithm", "checksum_value",
    "checksum_type", "checksum_parts", "website_redirect_location",
)  # fmt: skip


class FileValue:
    """The part of the interface of binary files that moto uses for an object's bytes.

    It holds no file descriptor, so thousands of objects use no descriptors and no memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = 0

    def seek(self, position: int, whence: int = 0) -> int:
        """Move to a position from the start (0), from here (1) or from the end (2)."""
        base = (0, self._position, self.path.stat().st_size if whence == 2 else 0)[whence]
        self._position = base + position
        return self._position

    def tell(self) -> int:
        """The current position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes, by default all."""
        with self.path.open("rb") as file:
            file.seek(self._position)
            block = file.read(size)
        self._position += len(block)
        return block

    def close(self) -> None:
        """Do nothing, because no file is open."""

    def __iter__(self) -> Any:
        with self.path.open("rb") as file:
            yield from file


def is_delete_marker(version: Any) -> bool:
    """Whether a version is a delete marker."""
    return not hasattr(version, "contentsize")


def file_of(version: Any) -> Path | None:
    """The file with the bytes of a version; None if it has none yet."""
    value = getattr(version, "_value_buffer", None)
    return value.path if isinstance(value, FileValue) else None


def keep_bytes_in(version: Any, path: Path) -> None:
    """Replace moto's copies of a version's bytes by a file."""
    before = version._value_buffer
    version._value_buffer = FileValue(path)
    before.close()
    if version.multipart is not None:  # its parts are another copy of the bytes
        version.multipart.dispose()
        version.multipart = None


def attributes_of(version: Any, tags: Mapping[str, str]) -> dict[str, Any]:
    """The attributes in the record of a version."""
    modified = version.last_modified.replace(tzinfo=UTC).timestamp()
    if is_delete_marker(version):
        return {"last_modified": modified, "_version_id": version.version_id}
    plain = {name: getattr(version, name) for name in _PLAIN_ATTRIBUTES}
    return {**plain, "last_modified": modified, "metadata": dict(version.metadata), "tags": dict(tags)}


def restored(
    bucket: str, key: str, path: Path | None, attributes: Mapping[str, Any], *, account_id: str, region: str
) -> Any:
    """The version with these attributes; a delete marker if it has no file."""
    from moto.s3.models import FakeDeleteMarker, FakeKey

    version: Any = FakeKey(key, b"", account_id, region, bucket_name=bucket)
    if path is None:
        marker = FakeDeleteMarker(version)
        marker._version_id = attributes["_version_id"]
        version.dispose()
        version = marker
    else:
        vars(version).update({name: attributes[name] for name in _PLAIN_ATTRIBUTES})
        version._metadata.update(attributes["metadata"])
        keep_bytes_in(version, path)
    version.last_modified = datetime.fromtimestamp(attributes["last_modified"], UTC).replace(tzinfo=None)
    return version
