"""The lists of models and endpoints that are open in a browser: each poll asks whether they have changed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from pipelines.aws.responses import or_none

ENDPOINTS, MODELS = "endpoints", "models:"
"""What a page watches: all endpoints, or the versions of the group whose name follows."""
PAGE = 100
"""The most items that one call lists."""
NEWEST_FIRST = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": PAGE}
MISSING = ("ValidationException", "ResourceNotFound")


class Lists:
    """Watched lists, by key; each poll makes one call for each."""

    def __init__(self) -> None:
        self._watchers: Counter[str] = Counter()
        self._known: dict[str, Any] = {}
        self._lock = Lock()

    @contextmanager
    def watch(self, key: str) -> Iterator[None]:
        """Have every poll query a list."""
        with self._lock:
            self._watchers[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._watchers[key] -= 1

    def refresh(self, sagemaker: Any) -> bool:
        """Query the watched lists, and return whether one has changed since it was queried last."""
        with self._lock:
            watched = [key for key, watchers in self._watchers.items() if watchers]
        found = {key: endpoints(sagemaker) if key == ENDPOINTS else _of_group(sagemaker, key) for key in watched}
        changed = any(key in self._known and self._known[key] != value for key, value in found.items())
        self._known = found
        return changed


def endpoints(sagemaker: Any) -> list[dict[str, Any]]:
    """List the newest endpoints of the account."""
    found: list[dict[str, Any]] = sagemaker.list_endpoints(**NEWEST_FIRST)["Endpoints"]
    return found


def versions(sagemaker: Any, group: str) -> list[dict[str, Any]]:
    """List the newest versions of a group; none if there is no such group."""
    answer = or_none(sagemaker.list_model_packages, MISSING, ModelPackageGroupName=group, **NEWEST_FIRST) or {}
    found: list[dict[str, Any]] = answer.get("ModelPackageSummaryList", [])
    return found


def _of_group(sagemaker: Any, key: str) -> list[dict[str, Any]]:
    return versions(sagemaker, key.removeprefix(MODELS))
