"""Tags of every resource."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from local_sagemaker.api import listing
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.service import Request, Response, Service

KIND = "tags"
MOST_TAGS = 50
_RESERVED = "aws:"


def check(request: Request) -> None:
    """Look at the tags of a request before anything of it is done.

    Raises
    ------
    ValidationException
        One has a name that is AWS's alone.
    """
    if any(tag["Key"].lower().startswith(_RESERVED) for tag in request.get("Tags") or []):
        raise ValidationException(f"{_RESERVED} prefixed tag key names are not allowed for external use.")


def put(service: Service, arn: str, given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Add tags to a resource, or change their values; answers all it has now."""
    kept = {tag["Key"]: tag["Value"] for tag in of(service, arn)} | {tag["Key"]: tag["Value"] for tag in given}
    if len(kept) > MOST_TAGS:
        raise ValidationException(f"A resource takes at most {MOST_TAGS} tags; {arn} would have {len(kept)}.")
    all_tags = [{"Key": key, "Value": value} for key, value in kept.items()]
    _write(service, arn, all_tags)
    return all_tags


def follow_moto(service: Service, operation: str, request: Request, answer: bytes) -> None:
    """Keep the tags of what moto has made, beside those of everything else, and forget those of what it has deleted."""
    verb, kind = operation[:6], operation[6:]
    arn = json.loads(answer or b"{}").get(f"{kind}Arn")
    if arn and verb == "Create":
        put(service, arn, request.get("Tags", []))
    elif arn and verb == "Delete":
        drop(service, arn)


def of(service: Service, arn: str) -> list[dict[str, str]]:
    """The tags of a resource."""
    record = service.store.get(KIND, arn)
    return record["Tags"] if record else []


def drop(service: Service, arn: str) -> None:
    """Forget the tags of a resource that is deleted."""
    service.store.delete(KIND, arn)


def _write(service: Service, arn: str, all_tags: list[dict[str, str]]) -> None:
    service.store.delete(KIND, arn)
    if all_tags:
        service.store.insert(KIND, arn, {"Tags": all_tags})


# Of each type of resource with records of its own: whether they are found by their whole ARN, and not by their name.
_RECORDS = {
    "endpoint": False,
    "endpoint-config": False,
    "hyper-parameter-tuning-job": False,
    "model": False,
    "model-package": True,
    "model-package-group": False,
    "pipeline": False,
    "processing-job": False,
    "training-job": False,
    "transform-job": False,
}


def _require(service: Service, arn: str) -> None:
    """Check that a resource is there.

    Raises
    ------
    ValidationException
        It is not.
    """
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind in _RECORDS:
        found = service.store.get(kind, arn if _RECORDS[kind] else name) is not None
    else:
        found = service.experiments.has(kind, name)
    if not found:
        raise ValidationException(f"Could not find the resource {arn}.")


def _add_tags(service: Service, request: Request) -> Response:
    _require(service, request["ResourceArn"])
    return {"Tags": put(service, request["ResourceArn"], request["Tags"])}


def _list_tags(service: Service, request: Request) -> Response:
    return listing.slice_of(of(service, request["ResourceArn"]), request, member="Tags", default=MOST_TAGS)


def _delete_tags(service: Service, request: Request) -> Response:
    arn, gone = request["ResourceArn"], set(request["TagKeys"])
    _write(service, arn, [tag for tag in of(service, arn) if tag["Key"] not in gone])
    return {}


OPERATIONS = {"AddTags": _add_tags, "ListTags": _list_tags, "DeleteTags": _delete_tags}
