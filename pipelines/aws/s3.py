"""Objects of S3: addresses, lists and deletion below a prefix; ``s3`` is a boto3 client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.aws.responses import listed
from pipelines.errors import PipelineError


def split_uri(uri: str) -> tuple[str, str]:
    """Split ``s3://bucket/key`` into bucket and key; the key may be a prefix, or empty."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_object(s3: Any, uri: str) -> bytes:
    """Read an object."""
    bucket, key = split_uri(uri)
    content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def objects_below(s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield every object below a prefix as S3 lists it (``Key``, ``Size``, ...)."""
    return listed(s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)


def objects_of_table(s3: Any, uri: str) -> list[dict[str, Any]]:
    """List the objects of a table: the one at an address, or those below it.

    Left out is what the preprocessing ignores, too: hidden objects, and what tools leave there, such as ``_SUCCESS``.
    """
    bucket, prefix = split_uri(uri)
    found = [each for each in objects_below(s3, bucket, prefix) if each["Key"][-1] != "/"]
    below = [(each, each["Key"].removeprefix(prefix).split("/")) for each in found]
    visible = [each for each, parts in below if not any(part.startswith((".", "_")) for part in parts)]
    return [each for each in found if each["Key"] == prefix] or visible


def folders_below(s3: Any, bucket: str, prefix: str) -> list[str]:
    """Name the folders directly below a prefix, and the prefix's own objects, by their keys.

    A folder of which only old versions are left is one, too.
    """
    from botocore.exceptions import ClientError

    names: dict[str, None] = {}
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            for version in _versions(page):
                folder, slash, _ = version["Key"].removeprefix(prefix).partition("/")
                names[prefix + folder + slash] = None
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return sorted(names)


def delete_versions_below(s3: Any, bucket: str, prefix: str = "") -> None:
    """Delete every version of every object below a prefix.

    Raises `PipelineError` if S3 kept some of them.
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        _delete(s3, bucket, [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in _versions(page)])


@contextmanager
def temporary_prefix(s3: Any, uri: str) -> Iterator[None]:
    """Delete the objects below an address when the block ends, however it ends."""
    bucket, prefix = split_uri(uri)
    try:
        yield
    finally:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/"):
            _delete(s3, bucket, [{"Key": each["Key"]} for each in page.get("Contents", [])])


def _versions(page: dict[str, Any]) -> list[dict[str, Any]]:
    return [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def _delete(s3: Any, bucket: str, objects: list[dict[str, str]]) -> None:
    """Delete the objects of one page, of which S3 lists no more than one request may delete."""
    if not objects:
        return
    response = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for refused in response.get("Errors", [])[:1]:
        raise PipelineError(f"S3 keeps {refused['Key']}: {refused.get('Code')} {refused.get('Message', '')}")
