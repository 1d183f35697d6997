"""Objects of S3 below a prefix, with all their versions."""

from __future__ import annotations

from typing import Any

from pipelines.errors import PipelineError


def folders_of(s3: Any, bucket: str, prefix: str) -> list[str]:
    """Name the folders directly below a prefix, and the prefix's own objects, one key each.

    A folder whose objects are deleted but for their old versions is one, too.
    """
    from botocore.exceptions import ClientError

    names: dict[str, None] = {}
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            for version in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                folder, slash, _ = version["Key"].removeprefix(prefix).partition("/")
                names[prefix + folder + slash] = None
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    return sorted(names)


def delete_below(s3: Any, bucket: str, prefix: str) -> None:
    """Delete every version of every object below a prefix.

    Raises
    ------
    PipelineError
        S3 kept some of them.
    """
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        if not objects:
            continue
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        for refused in answer.get("Errors", [])[:1]:
            raise PipelineError(f"S3 keeps {refused['Key']}: {refused.get('Code')} {refused.get('Message', '')}")
