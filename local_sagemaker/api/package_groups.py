"""The operations on model package groups."""

from local_sagemaker.api import listing
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


def _create(core: Core, request: Request) -> Response:
    arn = _arn(core, request["ModelPackageGroupName"])
    if not _insert(core, request):
        raise ValidationException(f"Model Package Group already exists: {arn}")
    return {"ModelPackageGroupArn": arn}


def _describe(core: Core, request: Request) -> Response:
    return {"CreatedBy": {}, **find(core, request["ModelPackageGroupName"])}


def _list(core: Core, request: Request) -> Response:
    return listing.page(
        core.store.list(KIND), request, member="ModelPackageGroupSummaryList", name="ModelPackageGroupName"
    )


def _delete(core: Core, request: Request) -> None:
    group = find(core, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    if core.store.list(PACKAGE, parent=name):
        raise ConflictException(
            f"Model Package Group cannot be deleted because it still contains Model Packages: {name}"
        )
    core.store.delete(KIND, name)
    core.store.delete(_POLICY, name)
    tags.drop(core.store, group["ModelPackageGroupArn"])


def _put_policy(core: Core, request: Request) -> Response:
    group = find(core, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    core.store.delete(_POLICY, name)
    core.store.insert(_POLICY, name, {"ResourcePolicy": request["ResourcePolicy"]})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


def _get_policy(core: Core, request: Request) -> Response:
    name = find(core, request["ModelPackageGroupName"])["ModelPackageGroupName"]
    missing = ValidationException(f"Cannot find resource policy for: {_arn(core, name)}")
    return core.store.find(_POLICY, name, missing)


def _delete_policy(core: Core, request: Request) -> None:
    core.store.delete(_POLICY, find(core, request["ModelPackageGroupName"])["ModelPackageGroupName"])


OPERATIONS = {
    "CreateModelPackageGroup": _create,
    "DescribeModelPackageGroup": _describe,
    "ListModelPackageGroups": _list,
    "DeleteModelPackageGroup": _delete,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
