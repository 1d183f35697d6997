"""What is put into S3 for a job, and taken away after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.aws.s3 import split_uri


@contextmanager
def cleared(s3: Any, place: str) -> Iterator[None]:
    """Delete what was put below a place in S3 for the job, however it ends."""
    bucket, prefix = split_uri(place)
    try:
        yield
    finally:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/"):
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", [])]
            if keys:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
