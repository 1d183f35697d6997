"""The environment of processes: what the SDK finds where it must ask nobody, and where AWS clients are sent."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.settings import Settings

logger = logging.getLogger(__name__)

ONLINE_SDK = {"SAGEMAKER_VALIDATE_ROLE": "false"}
"""Validating the role would call IAM while the definition is being built."""


def offline_sdk(region: str, jumpstart_folder: Path) -> dict[str, str]:
    """Everything the SDK asks its environment for, so that it asks nobody else."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "AWS_JUMPSTART_MANIFEST_LOCAL_ROOT_DIR_OVERRIDE": str(jumpstart_folder),
        "AWS_JUMPSTART_SPECS_LOCAL_ROOT_DIR_OVERRIDE": str(jumpstart_folder),
    }


@contextlib.contextmanager
def pinned_jumpstart(region: str) -> Iterator[Path]:
    """Lay out the pinned specs as files, for as long as the context lasts."""
    from local_sagemaker.jumpstart.specs import metadata_objects

    with tempfile.TemporaryDirectory(prefix="jumpstart-") as folder:
        for key, content in metadata_objects(region).items():
            path = Path(folder) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder)


def warn_of_unconfirmed_models(settings: Settings) -> None:
    """Name the pinned entries in use that no public source confirms."""
    from local_sagemaker.jumpstart.specs import unconfirmed_models

    used = {f"{algorithm}-{task}-model" for algorithm in settings.algorithms for task in settings.tasks}
    unconfirmed = sorted(used & unconfirmed_models())
    if unconfirmed:
        logger.warning(
            "No public source confirms the pinned addresses of %s; on AWS they are looked up in AWS's own bucket.",
            " and ".join(unconfirmed),
        )


@contextlib.contextmanager
def environment_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Point every AWS client of this process at the service, and forget it afterwards."""
    before = {name: os.environ.get(name) for name in (*values, "AWS_PROFILE", "AWS_SESSION_TOKEN")}
    os.environ.update(values)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_SESSION_TOKEN", None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
