"""The model registry: model package groups and their versions."""

from __future__ import annotations

import time

from pipelines.local import events
from pipelines.local.errors import ConflictException, ValidationException
from pipelines.local.names import last_part
from pipelines.local.operations import listing, tags
from pipelines.local.service import Request, Response, Service
from pipelines.local.store import Record

GROUP = "model-package-group"
PACKAGE = "model-package"
POLICY = "model-package-group-policy"
_VERSIONED_PATH_PARTS = 3


def find_group(service: Service, name_or_arn: str) -> Record:
    """The record of a model package group.

    Raises
    ------
    ValidationException
        There is none of that name.
    """
    record = service.store.get(GROUP, last_part(name_or_arn))
    if record is None:
        raise ValidationException(f"ModelPackageGroup {_group_arn(service, last_part(name_or_arn))} does not exist.")
    return record


def ensure_group(service: Service, name: str) -> None:
    """Make a group if there is none, as a RegisterModel step does."""
    _insert_group(service, {"ModelPackageGroupName": name})


def find(service: Service, name_or_arn: str) -> Record:
    """The record of a model package, by its ARN or, if it has no group, its name.

    Raises
    ------
    ValidationException
        There is none.
    """
    arn = name_or_arn if name_or_arn.startswith("arn:") else service.arn(f"{PACKAGE}/{name_or_arn}")
    record = service.store.get(PACKAGE, arn)
    if record is None:
        raise ValidationException(f"ModelPackage {arn} does not exist.")
    return record


def _group_arn(service: Service, name: str) -> str:
    return service.arn(f"{GROUP}/{name}")


def _insert_group(service: Service, request: Request) -> bool:
    name = request["ModelPackageGroupName"]
    arn = _group_arn(service, name)
    record = {
        **request,
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": time.time(),
        "LastVersion": 0,
    }
    record.pop("Tags", None)
    inserted = service.store.insert(GROUP, name, record)
    if inserted:
        tags.put(service, arn, request.get("Tags", []))
    return inserted


def _create_group(service: Service, request: Request) -> Response:
    arn = _group_arn(service, request["ModelPackageGroupName"])
    if not _insert_group(service, request):
        raise ValidationException(f"Model Package Group already exists: {arn}")
    return {"ModelPackageGroupArn": arn}


def _describe_group(service: Service, request: Request) -> Response:
    return find_group(service, request["ModelPackageGroupName"])


def _list_groups(service: Service, request: Request) -> Response:
    return listing.page(
        service.store.list(GROUP), request, member="ModelPackageGroupSummaryList", name="ModelPackageGroupName"
    )


def _delete_group(service: Service, request: Request) -> None:
    group = find_group(service, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    if service.store.list(PACKAGE, parent=name):
        raise ConflictException(
            f"Model Package Group cannot be deleted because it still contains Model Packages: {name}"
        )
    service.store.delete(GROUP, name)
    service.store.delete(POLICY, name)
    tags.drop(service, group["ModelPackageGroupArn"])


def _create(service: Service, request: Request) -> Response:
    group, name = request.get("ModelPackageGroupName"), request.get("ModelPackageName")
    if bool(group) == bool(name):
        raise ValidationException("Give either ModelPackageGroupName or ModelPackageName, one of the two.")
    with service.store.transaction():
        if group:
            path, more = _next_version(service, last_part(group), request)
        else:
            path, more = str(name), {"ModelPackageName": name}
        arn = service.arn(f"{PACKAGE}/{path}")
        record = {
            **request,
            **more,
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CreationTime": time.time(),
        }
        record.pop("Tags", None)
        if not service.store.insert(PACKAGE, arn, record, parent=more.get("ModelPackageGroupName")):
            raise ValidationException(f"ModelPackage already exists: {arn}")
        tags.put(service, arn, request.get("Tags", []))
    events.package_changed(service, record)
    return {"ModelPackageArn": arn}


def _next_version(service: Service, group: str, request: Request) -> tuple[str, Record]:
    """The path of a group's next version, and what versions have that packages without a group do not."""
    find_group(service, group)
    counted = service.store.update(
        GROUP, group, lambda record: record.__setitem__("LastVersion", record["LastVersion"] + 1)
    )
    version = counted["LastVersion"] if counted else 1
    return f"{group}/{version}", {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": version,
        "ModelApprovalStatus": request.get("ModelApprovalStatus", "PendingManualApproval"),
    }


def _describe(service: Service, request: Request) -> Response:
    record = find(service, request["ModelPackageName"])
    # A version's own name is its group's and its number, as the service answers it.
    return {"ModelPackageName": last_part(record["ModelPackageArn"]), **record}


def _list(service: Service, request: Request) -> Response:
    group = request.get("ModelPackageGroupName")
    kind = request.get("ModelPackageType") or ("Versioned" if group else "Unversioned")
    records = service.store.list(PACKAGE, parent=last_part(group) if group else None)
    if group:
        find_group(service, group)
    if kind != "Both":
        records = [record for record in records if ("ModelPackageVersion" in record) == (kind == "Versioned")]
    wanted = request.get("ModelApprovalStatus")
    if wanted:
        records = [record for record in records if record.get("ModelApprovalStatus") == wanted]
    return listing.page(records, request, member="ModelPackageSummaryList", name="ModelPackageName")


def _update(service: Service, request: Request) -> Response:
    arn = find(service, request["ModelPackageArn"])["ModelPackageArn"]

    def change(record: Record) -> None:
        _change_properties(record, request)
        for member in (
            "ModelApprovalStatus",
            "ApprovalDescription",
            "ModelCard",
            "SourceUri",
            "InferenceSpecification",
        ):
            if member in request:
                record[member] = request[member]
        if "AdditionalInferenceSpecificationsToAdd" in request:
            record.setdefault("AdditionalInferenceSpecifications", []).extend(
                request["AdditionalInferenceSpecificationsToAdd"]
            )
        if "ModelLifeCycle" in request:
            record["ModelLifeCycle"] = request["ModelLifeCycle"]
        record["LastModifiedTime"] = time.time()

    changed = service.store.update(PACKAGE, arn, change)
    if changed is not None:
        events.package_changed(service, changed)
    return {"ModelPackageArn": arn}


def _change_properties(record: Record, request: Request) -> None:
    properties = {**record.get("CustomerMetadataProperties", {}), **request.get("CustomerMetadataProperties", {})}
    for key in request.get("CustomerMetadataPropertiesToRemove", []):
        properties.pop(key, None)
    if properties or "CustomerMetadataProperties" in record:
        record["CustomerMetadataProperties"] = properties


def _delete(service: Service, request: Request) -> None:
    arn = find(service, request["ModelPackageName"])["ModelPackageArn"]
    service.store.delete(PACKAGE, arn)
    tags.drop(service, arn)


def _batch_describe(service: Service, request: Request) -> Response:
    summaries, errors = {}, {}
    for arn in request["ModelPackageArnList"]:
        record = service.store.get(PACKAGE, arn)
        if record is None:
            errors[arn] = {"ErrorCode": "ValidationException", "ErrorResponse": f"ModelPackage {arn} does not exist."}
        else:
            summaries[arn] = {"ModelPackageDescription": "", **record}
    return {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}


def _put_policy(service: Service, request: Request) -> Response:
    group = find_group(service, request["ModelPackageGroupName"])
    name = group["ModelPackageGroupName"]
    service.store.delete(POLICY, name)
    service.store.insert(POLICY, name, {"ResourcePolicy": request["ResourcePolicy"]})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


def _get_policy(service: Service, request: Request) -> Response:
    name = find_group(service, request["ModelPackageGroupName"])["ModelPackageGroupName"]
    policy = service.store.get(POLICY, name)
    if policy is None:
        raise ValidationException(f"Cannot find resource policy for: {_group_arn(service, name)}")
    return policy


def _delete_policy(service: Service, request: Request) -> None:
    service.store.delete(POLICY, find_group(service, request["ModelPackageGroupName"])["ModelPackageGroupName"])


OPERATIONS = {
    "CreateModelPackageGroup": _create_group,
    "DescribeModelPackageGroup": _describe_group,
    "ListModelPackageGroups": _list_groups,
    "DeleteModelPackageGroup": _delete_group,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
    "CreateModelPackage": _create,
    "DescribeModelPackage": _describe,
    "ListModelPackages": _list,
    "UpdateModelPackage": _update,
    "DeleteModelPackage": _delete,
    "BatchDescribeModelPackage": _batch_describe,
}
