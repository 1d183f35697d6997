"""The operations on models, which transform jobs and endpoints serve."""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.api import listing, packages
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ObjectStoreError, ValidationException
from local_sagemaker.core.store import Record

KIND = "model"


def _create(core: Core, request: Request) -> Response:
    name = request["ModelName"]
    arn = core.arn(f"model/{name}")
    for container in _containers(request):
        _check_container(core, container)
    record = {**request, "ModelArn": arn, "CreationTime": now()}
    record.pop("Tags", None)
    if not core.store.insert(KIND, name, record):
        raise ValidationException(f'Cannot create already existing model "{arn}".')
    tags.put(core.store, arn, request.get("Tags", []))
    return {"ModelArn": arn}


def _containers(request: Request) -> list[Mapping[str, Any]]:
    primary, several = request.get("PrimaryContainer"), request.get("Containers")
    if bool(primary) == bool(several):
        raise ValidationException("Give either PrimaryContainer or Containers, one of the two.")
    return [primary] if primary else list(several or [])


def _check_container(core: Core, container: Mapping[str, Any]) -> None:
    if container.get("ModelPackageName"):
        packages.find(core, container["ModelPackageName"])
        return
    if not container.get("Image"):
        raise ValidationException("Both Image and ModelPackageName are missing in a container of the model.")
    data = container.get("ModelDataUrl")
    if data and not _is_stored(core, data):  # an archive, never the prefix of one
        raise ValidationException(f"Could not find model data at {data}.")


def _is_stored(core: Core, uri: str) -> bool:
    try:
        return core.objects.exists(uri)
    except ObjectStoreError:
        return False


def find(core: Core, name: str) -> Record:
    """The record of a model; raises ValidationException if the name does not exist."""
    return core.store.find(KIND, name, ValidationException(f'Could not find model "{core.arn(f"model/{name}")}".'))


def for_containers(core: Core, name: str) -> Record:
    """A model with each model package in it replaced by the containers that the package describes.

    A single container is the ``PrimaryContainer``; several form an inference pipeline, the ``Containers``.
    """
    record = find(core, name)
    primary, several = record.pop("PrimaryContainer", None), record.pop("Containers", [])
    given = [primary] if primary else several
    containers = [part for container in given for part in _unpacked(core, container)]
    if len(containers) == 1:
        return {**record, "PrimaryContainer": containers[0]}
    return {**record, "Containers": containers}


def _unpacked(core: Core, container: dict[str, Any]) -> list[dict[str, Any]]:
    package = container.get("ModelPackageName")
    if not package:
        return [container]
    unpacked = []
    for described in packages.find(core, package)["InferenceSpecification"]["Containers"]:
        # The model's variables are added to the package's; every other member of the model replaces the package's.
        environment = {**described.get("Environment", {}), **container.get("Environment", {})}
        unpacked.append({**described, **container, **({"Environment": environment} if environment else {})})
    return unpacked


def _describe(core: Core, request: Request) -> Response:
    record = find(core, request["ModelName"])
    for member in ("PrimaryContainer", "Containers"):
        if member in record:
            given = record[member]
            record[member] = (
                [_with_defaults(each) for each in given] if isinstance(given, list) else _with_defaults(given)
            )
    return {"EnableNetworkIsolation": False, **record}


def _with_defaults(container: dict[str, Any]) -> dict[str, Any]:
    """A container with the members that its request left out, as in recordings of SageMaker; none for a package."""
    if "Image" not in container:
        return container
    described = {"Mode": "SingleModel", "Environment": {}, **container}
    if "ModelDataUrl" in container:
        archive = {"S3Uri": container["ModelDataUrl"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
        described.setdefault("ModelDataSource", {"S3DataSource": archive})
    return described


def _list(core: Core, request: Request) -> Response:
    return listing.page(core.store.list(KIND), request, member="Models", name="ModelName")


def _delete(core: Core, request: Request) -> None:
    find(core, request["ModelName"])
    core.store.delete(KIND, request["ModelName"])
    tags.drop(core.store, core.arn(f"model/{request['ModelName']}"))


OPERATIONS = {"CreateModel": _create, "DescribeModel": _describe, "ListModels": _list, "DeleteModel": _delete}
