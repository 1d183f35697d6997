"""The champion: the newest approved version of a task's model package group, with the files that it left in S3."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.account import Unknown, client, request


@dataclass(frozen=True)
class Version:
    """A version of a model package group that this pipeline registered."""

    arn: str
    number: int
    model_data: str
    evaluation: str
    """The folder with its schema, its records and its predictions."""
    code: str
    """The folder with the code that made its features."""


def newest_approved(group: str, own_bucket: str | None) -> Version | None:
    """Find the newest approved version of a group; None if it has none.

    Raises `Unknown` if the registry cannot be read, or the version lies outside of the pipeline's own bucket: its code
    and its model would run here.
    """
    sagemaker = client("sagemaker")
    newest = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1}
    wanted = {"ModelPackageGroupName": group, "ModelApprovalStatus": "Approved", **newest}
    try:
        found = request(partial(sagemaker.list_model_packages, **wanted))["ModelPackageSummaryList"]
    except Unknown as error:
        if "does not exist" in str(error):  # no version was ever registered
            return None
        raise
    if not found:
        return None
    arn = found[0]["ModelPackageArn"]
    version = _version(request(partial(sagemaker.describe_model_package, ModelPackageName=arn)))
    for uri in (version.model_data, version.code, version.evaluation):
        if own_bucket is not None and not uri.startswith(f"s3://{own_bucket}/"):
            raise Unknown(f"{uri} is not in the pipeline's bucket {own_bucket}.")
    return version


def _version(described: dict[str, Any]) -> Version:
    metadata = described.get("CustomerMetadataProperties", {})
    missing = [key for key in ("evaluation", "preprocessing_code") if key not in metadata]
    if missing:
        raise Unknown(f"{described['ModelPackageArn']} has no property {missing[0]}.")
    return Version(
        arn=described["ModelPackageArn"],
        number=described["ModelPackageVersion"],
        model_data=described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"],
        evaluation=metadata["evaluation"].rstrip("/"),
        code=metadata["preprocessing_code"].rstrip("/"),
    )


class Gone(Unknown):
    """There is no object at an address any more."""


def download(uri: str, folder: Path) -> list[Path]:
    """Download an object, or all objects below a prefix, into a folder; return the files by name.

    Raises `Gone` if there is none, or `Unknown` if S3 refuses.
    """
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    s3 = client("s3")
    files = []
    for key in _keys(s3, bucket, prefix):
        path = PurePosixPath(key.removeprefix(prefix).lstrip("/") or PurePosixPath(key).name)
        if ".." in path.parts:
            raise Unknown(f"{uri} has {path}, which is outside of it.")
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        request(partial(s3.download_file, bucket, key, str(file)))
        files.append(file)
    if not files:
        raise Gone(f"{uri} does not exist any more.")
    return sorted(files)


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    """List the object of this key, or else those below it as a folder; ``data`` is no prefix of ``data2`` then."""
    asked: dict[str, str] = {}
    while True:
        listed = request(partial(s3.list_objects_v2, Bucket=bucket, Prefix=prefix, **asked))
        for entry in listed.get("Contents", []):
            key = str(entry["Key"])
            if (key == prefix or key.startswith(prefix.rstrip("/") + "/")) and not key.endswith("/"):
                yield key
        if not listed.get("IsTruncated"):
            return
        asked = {"ContinuationToken": listed["NextContinuationToken"]}
