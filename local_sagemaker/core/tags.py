"""The records of tags, by the ARN of the resource."""

from collections.abc import Iterable, Mapping

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Store

MOST_TAGS = 50
_KIND = "tags"
_RESERVED = "aws:"


def check(given: Iterable[Mapping[str, str]]) -> None:
    """Check the tags of a request; raises ValidationException if a key starts with AWS's own prefix."""
    if any(tag["Key"].lower().startswith(_RESERVED) for tag in given):
        raise ValidationException(f"{_RESERVED} prefixed tag key names are not allowed for external use.")


def put(store: Store, arn: str, given: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Add tags to a resource, or change their values; returns all of its tags.

    Raises ValidationException if the resource would have more than ``MOST_TAGS`` tags.
    """
    kept = {tag["Key"]: tag["Value"] for tag in of(store, arn)} | {tag["Key"]: tag["Value"] for tag in given}
    if len(kept) > MOST_TAGS:
        raise ValidationException(f"A resource takes at most {MOST_TAGS} tags; {arn} would have {len(kept)}.")
    all_tags = [{"Key": key, "Value": value} for key, value in kept.items()]
    _write(store, arn, all_tags)
    return all_tags


def of(store: Store, arn: str) -> list[dict[str, str]]:
    """The tags of a resource."""
    record = store.get(_KIND, arn)
    return record["Tags"] if record else []


def remove(store: Store, arn: str, keys: Iterable[str]) -> None:
    """Delete some tags of a resource."""
    gone = set(keys)
    _write(store, arn, [tag for tag in of(store, arn) if tag["Key"] not in gone])


def drop(store: Store, arn: str) -> None:
    """Delete all tags of a resource that is deleted."""
    store.delete(_KIND, arn)


def _write(store: Store, arn: str, all_tags: list[dict[str, str]]) -> None:
    store.delete(_KIND, arn)
    if all_tags:
        store.insert(_KIND, arn, {"Tags": all_tags})
