"""Where objects of S3 are, and which there are: what every verb needs that reads or writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def split_uri(uri: str) -> tuple[str, str]:
    """Give bucket and key of ``s3://bucket/key``; the key may be a prefix, or empty."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def objects_below(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield what S3 lists of every object below a prefix (``Key``, ``Size``, ...); ``s3`` is a boto3 client."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Contents", [])
