"""Objects in S3, as links of the page name them: what lies below an address, and one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.aws.s3 import split_uri
from pipelines.errors import BadInput

MOST = 200
"""Objects that a page lists."""
_CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """One object: its address, what follows the listed address, its size in bytes, and when it was written."""

    uri: str
    name: str
    size: int
    written: datetime


@dataclass(frozen=True)
class Listing:
    """The first objects below an address, by name, and whether there are more."""

    files: Sequence[File]
    more: bool


def files_below(s3: Any, uri: str) -> Listing:
    """List the object at an address, or those below it, by one call.

    Raises `BadInput` for another kind of address.
    """
    bucket, prefix = _split(uri)
    answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=MOST)
    keys = {each["Key"]: each for each in answer.get("Contents", []) if _is_below(each["Key"], prefix)}
    folder = prefix.rpartition("/")[0]
    files = [
        File(f"s3://{bucket}/{key}", key.removeprefix(folder).lstrip("/"), each["Size"], each["LastModified"])
        for key, each in keys.items()
    ]
    return Listing(files, bool(answer.get("IsTruncated")))


def content_of(s3: Any, uri: str) -> Iterator[bytes]:
    """Begin to read an object, and return its content in pieces."""
    bucket, key = _split(uri)
    chunks: Iterator[bytes] = s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_CHUNK)
    return chunks


def _is_below(key: str, prefix: str) -> bool:
    return not prefix or key == prefix or key.startswith(f"{prefix.rstrip('/')}/")


def _split(uri: str) -> tuple[str, str]:
    bucket, key = split_uri(uri)
    if not uri.startswith("s3://") or not bucket:
        raise BadInput(f"{uri} is no address in S3.")
    return bucket, key
