"""Model package groups of the registry."""

from __future__ import annotations

from local_sagemaker.api import listing, tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.errors import ConflictException, ValidationException
from local_sagemaker.core.names import last_part
from local_sagemaker.core.service import Request, Response, Service
from local_sagemaker.core.store import Record

KIND = "model-package-group"
PACKAGE = "model-package"
_POLICY = "model-package-group-policy"


def find(service: Service, name_or_arn: str) -> Record:
    """The record of a model package group.

    Raises
    ------
    ValidationException
        There is none of that name.
    """
    record = service.store.get(KIND, last_part(name_or_arn))
    if record is None:
        raise ValidationException(f"ModelPackageGroup {_arn(service, last_part(name_or_arn))} does not exist.")
    return record


def ensure(service: Service, name: str) -> None:
    """Make a group if there is none, as a RegisterModel step does."""
    _insert(service, {"ModelPackageGroupName": name})


def _arn(service: Service, name: str) -> str:
    return service.arn(f"{KIND}/{name}")


def _insert(service: Service, request: Request) -> bool:
    name = request["ModelPackageGroupName"]
    arn = _arn(service, name)
    record = {
        **request,
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": now(),
        "LastVersion": 0,
    }
    record.pop("Tags", None)
    inserted = service.store.insert(KIND, name, record)
    if inserted:
        tags.put(service, arn, request.get("Tags", []))
    return inserted


def _create(service: Service, request: Request) -> Response:
    arn = _arn(service, request["ModelPackageGroupName"])
    if not _insert(service, request):
        raise ValidationException(f"Model Package Group already exists: {arn}")
    return {"ModelPackageGroupArn": arn}


def _describe(service: Service, request: Request) -> Response:
    return {"CreatedBy": {}, **find(service, request["ModelPackageGroupName"])}


def _list(service: Service, request: Request) -> Response:
    return listing.page(
        service.store.list(KIND), request, member="ModelPackageGroupSummaryList", name="ModelPackageGroupName"
    )


def _delete(service: Service, request: Request) -> None:
    group = find(service, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    if service.store.list(PACKAGE, parent=name):
        raise ConflictException(
            f"Model Package Group cannot be deleted because it still contains Model Packages: {name}"
        )
    service.store.delete(KIND, name)
    service.store.delete(_POLICY, name)
    tags.drop(service, group["ModelPackageGroupArn"])


def _put_policy(service: Service, request: Request) -> Response:
    group = find(service, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    service.store.delete(_POLICY, name)
    service.store.insert(_POLICY, name, {"ResourcePolicy": request["ResourcePolicy"]})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


def _get_policy(service: Service, request: Request) -> Response:
    name = find(service, request["ModelPackageGroupName"])["ModelPackageGroupName"]
    policy = service.store.get(_POLICY, name)
    if policy is None:
        raise ValidationException(f"Cannot find resource policy for: {_arn(service, name)}")
    return policy


def _delete_policy(service: Service, request: Request) -> None:
    service.store.delete(_POLICY, find(service, request["ModelPackageGroupName"])["ModelPackageGroupName"])


OPERATIONS = {
    "CreateModelPackageGroup": _create,
    "DescribeModelPackageGroup": _describe,
    "ListModelPackageGroups": _list,
    "DeleteModelPackageGroup": _delete,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
