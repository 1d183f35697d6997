"""The user's code: fetching it to ``/opt/ml/code``, and AWS's toolkits that it may import."""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from local_sagemaker.containers.process.messages import VOLUME_VARIABLE
from local_sagemaker.core.archives import extract

TOOLKITS = Path(__file__).resolve().parents[1] / "toolkits"
"""The folder with AWS's toolkits under their own names; goes on the import path of the user's code."""


def fetch_code(source: str, folder: Path) -> None:
    """Copy or extract the user's code to its folder, unless the folder has files already.

    ``source`` is an S3 URI of an archive, a folder, an archive (``.tar.gz``), or a single file. Raises OSError,
    tarfile.TarError or botocore.exceptions.ClientError, as the toolkits do, if the source does not exist or the archive
    is damaged or larger than the volume of the instance.
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
        elif source.startswith("s3://") or tarfile.is_tarfile(path):
            extract(path, folder, int(os.environ[VOLUME_VARIABLE]), "r:gz")
        else:
            shutil.copy2(path, folder)


def _download(uri: str, destination: Path) -> Path:
    import boto3

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    boto3.client("s3").download_file(bucket, key, str(destination))
    return destination
