"""Download of a model's artifact for its container."""

import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_sagemaker.core import disk
from local_sagemaker.core.archives import TooLargeError, extract
from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.core.objects import ObjectStore
from local_sagemaker.jobs import inputs
from local_sagemaker.jobs.errors import DataError


def fetch_model(definition: Mapping[str, Any], directory: Path, store: ObjectStore, volume: inputs.Volume) -> None:
    """Download and extract a container's artifact to ``/opt/ml/model``.

    ``definition`` is a ContainerDefinition, and ``directory`` the container's folder, whose ``ml`` becomes ``/opt/ml``.
    Raises DataError if the artifact does not exist, is not a ``.tar.gz`` file, or is larger than the volume.
    """
    folder = directory / "ml" / "model"
    folder.mkdir(parents=True, exist_ok=True)
    source = definition.get("ModelDataSource", {}).get("S3DataSource")
    if source is not None and source.get("CompressionType") == "None":
        objects = inputs.find(inputs.Source(source["S3Uri"]), store)
        inputs.download(objects, folder, store, volume)
        return
    uri = source["S3Uri"] if source is not None else definition.get("ModelDataUrl")
    if uri is not None:
        _unpack(uri, folder, store, volume.room)


def _unpack(uri: str, folder: Path, store: ObjectStore, room: int) -> None:
    archive = folder.parent.parent / "model.tar.gz"
    try:
        store.download(uri, archive)
        extract(archive, folder, room)
    except TooLargeError as error:
        raise DataError(
            f"The model data archive is too large. Please reduce the size of the model data archive or move to an "
            f"instance type with more memory. ({uri} contains more than the volume of the instance, "
            f"{room / 1024**3:.3g} GB.)"
        ) from error
    except (OSError, tarfile.TarError, ObjectStoreError) as error:
        if disk.is_problem(error):
            raise
        raise DataError(
            f"Failed to download or unpack the model data {uri}: {error}. It has to be a .tar.gz archive."
        ) from error
    finally:
        archive.unlink(missing_ok=True)
