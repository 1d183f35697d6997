"""Tags of every resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.local.errors import ValidationException
from pipelines.local.operations import listing
from pipelines.local.service import Request, Response, Service

KIND = "tags"
MOST_TAGS = 50


def put(service: Service, arn: str, given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Add tags to a resource, or change their values; answers all it has now."""
    kept = {tag["Key"]: tag["Value"] for tag in of(service, arn)} | {tag["Key"]: tag["Value"] for tag in given}
    if len(kept) > MOST_TAGS:
        raise ValidationException(f"A resource takes at most {MOST_TAGS} tags; {arn} would have {len(kept)}.")
    all_tags = [{"Key": key, "Value": value} for key, value in kept.items()]
    _write(service, arn, all_tags)
    return all_tags


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


def _add_tags(service: Service, request: Request) -> Response:
    return {"Tags": put(service, request["ResourceArn"], request["Tags"])}


def _list_tags(service: Service, request: Request) -> Response:
    return listing.slice_of(of(service, request["ResourceArn"]), request, member="Tags", default=MOST_TAGS)


def _delete_tags(service: Service, request: Request) -> Response:
    arn, gone = request["ResourceArn"], set(request["TagKeys"])
    _write(service, arn, [tag for tag in of(service, arn) if tag["Key"] not in gone])
    return {}


OPERATIONS = {"AddTags": _add_tags, "ListTags": _list_tags, "DeleteTags": _delete_tags}
