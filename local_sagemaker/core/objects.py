"""Objects in S3, as the rest of the service uses them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class StoredObject:
    """One object of the store, as a listing names it."""

    bucket: str
    key: str
    size: int


class ObjectStore(Protocol):
    """S3 by URI (``s3://bucket/key``), without HTTP.

    An ``ObjectStoreError`` reports a bucket or an object that does not exist.
    """

    def list(self, prefix_uri: str) -> Iterable[StoredObject]:
        """Objects whose key starts with the prefix, in the order of their keys."""

    def exists(self, uri: str) -> bool:
        """Whether there is an object under exactly this URI."""

    def read(self, uri: str, version: str | None = None) -> bytes:
        """The bytes of one object, by default of its latest version."""

    def write(self, uri: str, content: bytes) -> None:
        """Store one object from memory."""

    def download(self, uri: str, destination: Path) -> None:
        """Write one object to a file, and make the file's folders."""

    def upload(self, source: Path, uri: str) -> None:
        """Store one file; a listing never shows it before it is whole."""
