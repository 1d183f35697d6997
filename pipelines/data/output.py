"""The output of a command: checked to be writable before the work, written whole or not at all after it."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import split_uri
from pipelines.data.whole_files import written_whole
from pipelines.errors import BadInput, PipelineError


def require_writable(output: str, s3: Any) -> None:
    """Refuse a folder or an ``s3://`` prefix that cannot be written to; nothing is created there yet.

    Raises `BadInput` with the reason.
    """
    if output.startswith("s3://"):
        _require_bucket(output, s3)
        return
    folder = Path(output).absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there):
            pass
    except OSError as error:
        raise BadInput(
            f"--output is {output}, where nothing can be written ({there}: {error.strerror}); name another folder."
        ) from error


def keep(files: Mapping[str, Path], output: str, s3: Any) -> dict[str, str]:
    """Copy files to the output (into a folder all or none, to S3 one after the other), and return where each is.

    Raises `PipelineError` if they cannot be written.
    """
    if output.startswith("s3://"):
        return {kind: _upload(path, output, s3) for kind, path in files.items()}
    folder = Path(output)
    kept = {kind: folder / path.name for kind, path in files.items()}
    try:
        with written_whole(*kept.values()) as partial:
            for path, copy in zip(files.values(), partial, strict=True):
                shutil.copyfile(path, copy)
    except OSError as error:
        raise PipelineError(f"The result cannot be written to {output}: {error}; it is lost.") from error
    return {kind: str(path) for kind, path in kept.items()}


def _require_bucket(output: str, s3: Any) -> None:
    from botocore.exceptions import ClientError, ParamValidationError

    bucket = split_uri(output)[0]
    try:
        s3.head_bucket(Bucket=bucket)
    except ParamValidationError as error:
        raise BadInput(f"--output is {output}, but '{bucket}' is not a bucket name.") from error
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":  # without permission for the query, writing may still be allowed
            raise BadInput(f"--output is {output}, but there is no bucket {bucket}.") from error


def _upload(path: Path, output: str, s3: Any) -> str:
    bucket, prefix = split_uri(output)
    key = f"{prefix.rstrip('/')}/{path.name}".lstrip("/")
    s3.upload_file(str(path), bucket, key)
    return f"s3://{bucket}/{key}"
