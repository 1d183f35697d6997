"""One version of an object in moto's S3, as what is written down of it, and made of that again.

This is the one place that knows how moto keeps an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local_sagemaker.moto.s3.content import FileValue

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


def is_delete_marker(version: Any) -> bool:
    """Whether a version only says that the object was deleted."""
    return not hasattr(version, "contentsize")


def file_of(version: Any) -> Path | None:
    """The file that holds the bytes of a version; None where there is none (yet)."""
    value = getattr(version, "_value_buffer", None)
    return value.path if isinstance(value, FileValue) else None


def keep_bytes_in(version: Any, path: Path) -> None:
    """Let moto find a version's bytes in a file, in place of its own copies."""
    before = version._value_buffer
    version._value_buffer = FileValue(path)
    before.close()
    if version.multipart is not None:  # its parts are second copies of the bytes
        version.multipart.dispose()
        version.multipart = None


def attributes_of(version: Any, tags: Mapping[str, str]) -> dict[str, Any]:
    """What is written down of a version."""
    modified = version.last_modified.replace(tzinfo=UTC).timestamp()
    if is_delete_marker(version):
        return {"last_modified": modified, "_version_id": version.version_id}
    plain = {name: getattr(version, name) for name in _PLAIN_ATTRIBUTES}
    return {**plain, "last_modified": modified, "metadata": dict(version.metadata), "tags": dict(tags)}


def restored(
    bucket: str, key: str, path: Path | None, attributes: Mapping[str, Any], *, account_id: str, region: str
) -> Any:
    """The version of which these attributes were written down; without a file, a delete marker."""
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
