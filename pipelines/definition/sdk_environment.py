"""Environment variables of the processes in which the SageMaker SDK runs."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.settings.table import INSTALLED
from pipelines.target.connection import Connection

ONLINE_SDK = {"SAGEMAKER_VALIDATE_ROLE": "false"}
"""Validating the role would call IAM while the definition is being built."""


NO_ACCOUNT = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true"}
"""Variables for an SDK that must send nothing: it looks for an account even then."""


@contextlib.contextmanager
def sdk_environment(connection: Connection, jumpstart: Mapping[str, bytes]) -> Iterator[dict[str, str]]:
    """Environment variables with which the SDK sends no request, or, on AWS, reads JumpStart's bucket only.

    The process must run this package, and not one of the same name in the working folder, such as a seed project's.
    For the local target they name a temporary folder with the metadata of JumpStart's models, which is deleted when the
    context ends.
    """
    region = {"AWS_REGION": connection.region, "AWS_DEFAULT_REGION": connection.region}
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, (str(INSTALLED), os.environ.get("PYTHONPATH"))))}
    if connection.name == "aws":
        yield {**ONLINE_SDK, **region, **paths}
        return
    with tempfile.TemporaryDirectory(prefix="jumpstart-") as folder:
        _write_files(Path(folder), jumpstart)
        yield {
            **ONLINE_SDK,
            **region,
            **paths,
            "AWS_JUMPSTART_MANIFEST_LOCAL_ROOT_DIR_OVERRIDE": folder,
            "AWS_JUMPSTART_SPECS_LOCAL_ROOT_DIR_OVERRIDE": folder,
        }


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for key, content in files.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
