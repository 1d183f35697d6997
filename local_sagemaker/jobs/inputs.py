"""Download of a request's S3 inputs to the folders of a container."""

import errno
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from local_sagemaker.core.errors import ObjectStoreError, PathError
from local_sagemaker.core.objects import ObjectStore
from local_sagemaker.core.paths import below
from local_sagemaker.core.s3_uris import split_uri
from local_sagemaker.jobs.errors import DataError, StoppedError, UnsupportedError


@dataclass(frozen=True)
class Source:
    """The objects of an ``S3DataSource`` or ``S3Input``.

    ``uri`` is a prefix, one object, or a manifest, by ``data_type``. ``sharded``: each host gets a share of the
    objects (``ShardedByS3Key``) instead of all.
    """

    uri: str
    data_type: str = "S3Prefix"
    sharded: bool = False


@dataclass(frozen=True)
class InputObject:
    """One object and its path below the input's folder."""

    uri: str
    path: str


@dataclass
class Volume:
    """The disk of an instance while objects are downloaded to it; ``room`` is its free space in bytes."""

    room: int
    stop: Event

    def require_running(self) -> None:
        """Raise StoppedError if the job must stop."""
        if self.stop.is_set():
            raise StoppedError

    def fill(self, size: int) -> None:
        """Use space. Raises DataError if there is too little."""
        self.room -= size
        if self.room < 0:
            raise DataError("Data download failed:Insufficient disk space")


def find(source: Source, store: ObjectStore) -> list[InputObject]:
    """The objects of a source, in the order of their keys.

    Raises DataError if there are no objects, or the manifest is not readable; UnsupportedError if the data type is not
    supported.
    """
    finders = {"ManifestFile": _objects_of_manifest, "S3Prefix": _objects_with_prefix}
    if source.data_type not in finders:
        raise UnsupportedError(
            f"The S3DataType {source.data_type} of {source.uri} is not supported by the local SageMaker."
        )
    try:
        objects = finders[source.data_type](source.uri, store)
    except ObjectStoreError as error:
        raise DataError(f"Data download failed:{error}") from error
    if not objects:
        raise DataError(
            f'Data download failed:No S3 objects found under S3 URL "{source.uri}" given in input data source. '
            "Please ensure that the bucket exists and that objects exist under that S3 prefix."
        )
    return objects


def distribute(
    source: Source, objects: list[InputObject], folders: list[Path], store: ObjectStore, volumes: Sequence[Volume]
) -> None:
    """Download the objects of a source to a folder of each host: all, or every n-th if the source is sharded."""
    for host, (folder, volume) in enumerate(zip(folders, volumes, strict=True)):
        download(objects[host :: len(folders)] if source.sharded else objects, folder, store, volume)


def download(objects: list[InputObject], folder: Path, store: ObjectStore, volume: Volume) -> None:
    """Download objects to their paths below a folder.

    Raises DataError if a key is no path in the folder, an object has been deleted, or the volume is full; StoppedError
    between two objects if the job must stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for each in objects:
        volume.require_running()
        try:
            path = below(folder, each.path)
            store.download(each.uri, path)
            volume.fill(path.stat().st_size)
        except PathError as error:
            raise DataError(
                f"Data download failed:The key of {each.uri} leads out of its folder; rename the object."
            ) from error
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise DataError(
                f"Data download failed:{each.uri} cannot be a file beside the other objects, because one of the keys "
                "is the folder of another; rename one."
            ) from error
        except ObjectStoreError as error:
            raise DataError(f"Data download failed:{error}") from error
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise DataError(f"Data download failed:The key of {each.uri} is too long for a file name.") from error


def _objects_with_prefix(uri: str, store: ObjectStore) -> list[InputObject]:
    prefix = split_uri(uri)[1]
    return [
        InputObject(f"s3://{each.bucket}/{each.key}", _path_below(prefix, each.key))
        for each in store.list(uri)
        if not each.key.endswith("/")
    ]


def _path_below(prefix: str, key: str) -> str:
    """The path of an object: relative to the prefix if that is a folder, otherwise to the folder of the prefix."""
    if key.startswith(prefix.rstrip("/") + "/") and key != prefix:
        return key[len(prefix.rstrip("/")) + 1 :]
    return key[prefix.rfind("/") + 1 :]


def _objects_of_manifest(uri: str, store: ObjectStore) -> list[InputObject]:
    try:
        manifest: list[Any] = json.loads(store.read(uri))
        prefix = manifest[0]["prefix"]
        names = manifest[1:]
        if not all(isinstance(text, str) for text in (prefix, *names)):
            raise TypeError("the prefix or a name is not a string")
        split_uri(prefix)
    except (ValueError, LookupError, TypeError) as error:
        raise DataError(
            f'Data download failed:The manifest {uri} is not a JSON list of {{"prefix": "s3://..."}} and names '
            f"relative to it ({error})."
        ) from error
    return [InputObject(prefix + name, name.lstrip("/")) for name in names]
