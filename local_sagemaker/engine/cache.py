"""Step caching: a step reuses an earlier result of the same step with the same key.

The key contains the arguments that the developer guide lists for each type of step (``ApiStep.cache_keys``), with every
expression resolved. It contains no outputs, resources or roles, and not the content of S3 objects.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from local_sagemaker.core.clock import now
from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.core.store import Record, Store
from local_sagemaker.definition.durations import duration
from local_sagemaker.definition.paths import follow, parse
from local_sagemaker.definition.step_types import ApiStep

KIND = "step-result"
_MOST_DIFFERENCES = 3


def key_of(kind: ApiStep, request: Mapping[str, Any]) -> dict[str, Any]:
    """The cache key of a step: the arguments that must be equal, by path."""
    key = {}
    for path in kind.cache_keys:
        with suppress(ExpressionError):  # an optional argument may be absent
            key[path] = follow(request, parse(path))
    return key


def remember(store: Store, pipeline: str, step: str, key: Mapping[str, Any], result: Record) -> None:
    """Keep the result of a step that succeeded."""
    # With the time of the end, because a retried execution can run a step twice.
    name = f"{pipeline}/{step}/{result['PipelineExecutionArn']}/{result['EndTime']}"
    store.insert(KIND, name, {**result, "Key": dict(key)}, parent=f"{pipeline}/{step}")


def forget(store: Store, pipeline: str, steps: Iterator[str]) -> None:
    """Delete the results of a pipeline that is deleted."""
    for step in steps:
        for record in store.list(KIND, parent=f"{pipeline}/{step}"):
            store.delete(KIND, f"{pipeline}/{step}/{record['PipelineExecutionArn']}/{record['EndTime']}")


def look_up(
    store: Store, pipeline: str, step: str, key: Mapping[str, Any], expire_after: str | None
) -> tuple[Record | None, str]:
    """The latest result with this key that has not expired, and a message about the search.

    The message about a miss names the fields that differ from the latest result.
    """
    results = store.list(KIND, parent=f"{pipeline}/{step}")
    oldest = now() - duration(expire_after).total_seconds() if expire_after else 0.0
    for result in reversed(results):
        if result["Key"] == key and result["EndTime"] >= oldest:
            return result, f"cache hit: the result of {result['PipelineExecutionArn']} is used"
    if not results:
        return None, "cache miss: the step has no earlier result"
    if any(result["Key"] == key for result in results):
        return None, f"cache miss: the earlier result has expired (ExpireAfter {expire_after})"
    found = list(differences(results[-1]["Key"], key))
    more = f"; and {len(found) - _MOST_DIFFERENCES} more" if len(found) > _MOST_DIFFERENCES else ""
    return None, f"cache miss: {'; '.join(found[:_MOST_DIFFERENCES])}{more}"


def differences(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """The differences between two documents, each as ``path was X, is Y``."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from differences(before.get(name), after.get(name), f"{at}.{name}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, f"{at}[{index}]")
    elif before != after:
        yield f"{at} was {before!r}, is {after!r}"
