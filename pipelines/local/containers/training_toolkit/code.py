"""Fetching the user's code to ``/opt/ml/code``."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path

from pipelines.local.archives import extract
from pipelines.local.containers.errors import ClientError


def fetch_code(source: str, folder: Path) -> None:
    """Bring the user's code to its folder, unless something is there already.

    Parameters
    ----------
    source
        An S3 URI of an archive, a folder, an archive, or a single file.

    Raises
    ------
    ClientError
        There is nothing at the source, or the archive is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) or source == str(folder):
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(source)
        if source.startswith("s3://"):
            path = _download(source, Path(scratch) / "sourcedir.tar.gz")
        if path.is_dir():
            shutil.copytree(path, folder, dirs_exist_ok=True)
        elif path.is_file() and tarfile.is_tarfile(path):
            _extract(path, folder)
        elif path.is_file():
            shutil.copy2(path, folder)
        else:
            raise ClientError(f"There is no code at {source}, which sagemaker_submit_directory names.")


def _extract(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive) as tar:
            extract(tar, folder)
    except tarfile.TarError as error:
        raise ClientError(f"The code archive {archive} cannot be unpacked: {error}") from error


def _download(uri: str, destination: Path) -> Path:
    import boto3
    from botocore.exceptions import BotoCoreError
    from botocore.exceptions import ClientError as S3Error

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        boto3.client("s3").download_file(bucket, key, str(destination))
    except (BotoCoreError, S3Error) as error:
        raise ClientError(f"The code archive {uri} cannot be downloaded: {error}") from error
    return destination
