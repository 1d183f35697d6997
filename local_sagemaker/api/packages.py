"""The operations on model packages: versions of a group, and packages without a group."""

from local_sagemaker import events
from local_sagemaker.api import listing, package_groups
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.names import last_part
from local_sagemaker.core.store import Record

PACKAGE = package_groups.PACKAGE
_UPDATED_MEMBERS = (
    "ModelApprovalStatus", "ApprovalDescription", "ModelCard", "SourceUri", "InferenceSpecification", "ModelLifeCycle",
)  # fmt: skip


def find(core: Core, name_or_arn: str) -> Record:
    """The record of a model package, by its ARN or, if it has no group, its name.

    Raises ValidationException if the model package does not exist.
    """
    arn = name_or_arn if name_or_arn.startswith("arn:") else core.arn(f"{PACKAGE}/{name_or_arn}")
    return core.store.find(PACKAGE, arn, ValidationException(f"ModelPackage {arn} does not exist."))


def _create(core: Core, request: Request) -> Response:
    group, name = request.get("ModelPackageGroupName"), request.get("ModelPackageName")
    if bool(group) == bool(name):
        raise ValidationException("Give either ModelPackageGroupName or ModelPackageName, one of the two.")
    if group and request.get("Tags"):
        raise ValidationException(
            "Tags cannot be given with ModelPackageGroupName: a version uses the tags of its group. Tag the group."
        )
    with core.store.transaction():
        made = _made_by_the_same_call(core, last_part(group) if group else None, request)
        if made is not None:
            return {"ModelPackageArn": made["ModelPackageArn"]}
        if group:
            path, more = _next_version(core, last_part(group), request)
        else:
            path, more = str(name), {"ModelPackageName": name}
        arn = core.arn(f"{PACKAGE}/{path}")
        record = {
            **request,
            **more,
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CreationTime": now(),
        }
        record.pop("Tags", None)
        if not core.store.insert(PACKAGE, arn, record, parent=more.get("ModelPackageGroupName")):
            raise ValidationException(f"ModelPackage already exists: {arn}")
        tags.put(core.store, arn, request.get("Tags", []))
    events.package_changed(core, record)
    return {"ModelPackageArn": arn}


def _made_by_the_same_call(core: Core, group: str | None, request: Request) -> Record | None:
    """The package that an earlier call with the same ClientToken created: clients retry a call without a response."""
    token = request.get("ClientToken")
    packages = core.store.list(PACKAGE, parent=group) if token else []
    return next((package for package in packages if package.get("ClientToken") == token), None)


def _next_version(core: Core, group: str, request: Request) -> tuple[str, Record]:
    """The path of a group's next version, and the members that only versions of a group have."""
    package_groups.find(core, group)
    counted = core.store.update(
        package_groups.KIND, group, lambda record: record.__setitem__("LastVersion", record["LastVersion"] + 1)
    )
    version = counted["LastVersion"] if counted else 1
    return f"{group}/{version}", {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": version,
        "ModelApprovalStatus": request.get("ModelApprovalStatus", "PendingManualApproval"),
    }


def _describe(core: Core, request: Request) -> Response:
    return find(core, request["ModelPackageName"])


def _list(core: Core, request: Request) -> Response:
    group = request.get("ModelPackageGroupName")
    kind = request.get("ModelPackageType") or ("Versioned" if group else "Unversioned")
    records = core.store.list(PACKAGE, parent=last_part(group) if group else None)
    if group:
        package_groups.find(core, group)
    if kind != "Both":
        records = [record for record in records if ("ModelPackageVersion" in record) == (kind == "Versioned")]
    wanted = request.get("ModelApprovalStatus")
    if wanted:
        records = [record for record in records if record.get("ModelApprovalStatus") == wanted]
    return listing.page(records, request, member="ModelPackageSummaryList", name="ModelPackageName")


def _update(core: Core, request: Request) -> Response:
    arn = find(core, request["ModelPackageArn"])["ModelPackageArn"]

    def change(record: Record) -> None:
        _change_properties(record, request)
        record.update({member: request[member] for member in _UPDATED_MEMBERS if member in request})
        if "AdditionalInferenceSpecificationsToAdd" in request:
            record.setdefault("AdditionalInferenceSpecifications", []).extend(
                request["AdditionalInferenceSpecificationsToAdd"]
            )
        record["LastModifiedTime"] = now()

    changed = core.store.update(PACKAGE, arn, change)
    if changed is not None:
        events.package_changed(core, changed)
    return {"ModelPackageArn": arn}


def _change_properties(record: Record, request: Request) -> None:
    properties = {**record.get("CustomerMetadataProperties", {}), **request.get("CustomerMetadataProperties", {})}
    for key in request.get("CustomerMetadataPropertiesToRemove", []):
        properties.pop(key, None)
    if properties or "CustomerMetadataProperties" in record:
        record["CustomerMetadataProperties"] = properties


def _delete(core: Core, request: Request) -> None:
    arn = find(core, request["ModelPackageName"])["ModelPackageArn"]
    core.store.delete(PACKAGE, arn)
    tags.drop(core.store, arn)


def _batch_describe(core: Core, request: Request) -> Response:
    summaries, errors = {}, {}
    for arn in request["ModelPackageArnList"]:
        record = core.store.get(PACKAGE, arn)
        if record is None:
            errors[arn] = {"ErrorCode": "ValidationException", "ErrorResponse": f"ModelPackage {arn} does not exist."}
        else:
            summaries[arn] = {"ModelPackageDescription": "", **record}
    return {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}


OPERATIONS = {
    "CreateModelPackage": _create,
    "DescribeModelPackage": _describe,
    "ListModelPackages": _list,
    "UpdateModelPackage": _update,
    "DeleteModelPackage": _delete,
    "BatchDescribeModelPackage": _batch_describe,
}
