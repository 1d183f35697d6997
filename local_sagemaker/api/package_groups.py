"""The operations on model package groups."""

from local_sagemaker.api import listing
from local_sagemaker.api.service import Service
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ConflictException, ValidationException
from local_sagemaker.core.names import last_part
from local_sagemaker.core.store import Record

KIND = "model-package-group"
PACKAGE = "model-package"
_POLICY = "model-package-group-policy"


def find(core: Core, name_or_arn: str) -> Record:
    """The record of a model package group; raises ValidationException if the name does not exist."""
    name = last_part(name_or_arn)
    return core.store.find(KIND, name, ValidationException(f"ModelPackageGroup {_arn(core, name)} does not exist."))


def _arn(core: Core, name: str) -> str:
    return core.arn(f"{KIND}/{name}")


def _insert(core: Core, request: Request) -> bool:
    name = request["ModelPackageGroupName"]
    arn = _arn(core, name)
    record = {
        **request,
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": now(),
        "LastVersion": 0,
    }
    record.pop("Tags", None)
    inserted = core.store.insert(KIND, name, record)
    if inserted:
        tags.put(core.store, arn, request.get("Tags", []))
    return inserted


def _create(service: Service, request: Request) -> Response:
    arn = _arn(service.core, request["ModelPackageGroupName"])
    if not _insert(service.core, request):
        raise ValidationException(f"Model Package Group already exists: {arn}")
    return {"ModelPackageGroupArn": arn}


def _describe(service: Service, request: Request) -> Response:
    return {"CreatedBy": {}, **find(service.core, request["ModelPackageGroupName"])}


def _list(service: Service, request: Request) -> Response:
    return listing.page(
        service.core.store.list(KIND), request, member="ModelPackageGroupSummaryList", name="ModelPackageGroupName"
    )


def _delete(service: Service, request: Request) -> None:
    group = find(service.core, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    if service.core.store.list(PACKAGE, parent=name):
        raise ConflictException(
            f"Model Package Group cannot be deleted because it still contains Model Packages: {name}"
        )
    service.core.store.delete(KIND, name)
    service.core.store.delete(_POLICY, name)
    tags.drop(service.core.store, group["ModelPackageGroupArn"])


def _put_policy(service: Service, request: Request) -> Response:
    group = find(service.core, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    service.core.store.delete(_POLICY, name)
    service.core.store.insert(_POLICY, name, {"ResourcePolicy": request["ResourcePolicy"]})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


def _get_policy(service: Service, request: Request) -> Response:
    name = find(service.core, request["ModelPackageGroupName"])["ModelPackageGroupName"]
    missing = ValidationException(f"Cannot find resource policy for: {_arn(service.core, name)}")
    return service.core.store.find(_POLICY, name, missing)


def _delete_policy(service: Service, request: Request) -> None:
    service.core.store.delete(_POLICY, find(service.core, request["ModelPackageGroupName"])["ModelPackageGroupName"])


OPERATIONS = {
    "CreateModelPackageGroup": _create,
    "DescribeModelPackageGroup": _describe,
    "ListModelPackageGroups": _list,
    "DeleteModelPackageGroup": _delete,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
