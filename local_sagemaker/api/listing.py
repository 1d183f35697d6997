"""Filters, order and pages of all List operations."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from local_sagemaker.core.core import Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record

PAGE = 10


def page(
    records: Iterable[Record],
    request: Request,
    *,
    member: str,
    name: str = "",
    status: str = "",
    sort_keys: Mapping[str, str] | None = None,
    default: int = PAGE,
) -> Response:
    """One page of a listing.

    ``records`` are all records, oldest first. The request has filters (``NameContains``, ``StatusEquals``,
    ``CreationTimeAfter``, ...), ``SortBy``, ``SortOrder`` (default: newest first), ``MaxResults`` and ``NextToken``.
    ``member`` is the member of the response that contains the page; ``name`` and ``status`` are those of a record.
    ``sort_keys`` has additional values of ``SortBy``, each with its member of the record, and ``default`` is that of
    ``MaxResults``.
    """
    kept = [record for record in records if _matches(record, request, name, status)]
    keys = {"Name": name, "CreationTime": "CreationTime", "Status": status, **(sort_keys or {})}
    sort_by = request.get("SortBy") or "CreationTime"
    if keys.get(sort_by) and sort_by != "CreationTime":
        kept.sort(key=lambda record: record.get(keys[sort_by]) or "")
    if request.get("SortOrder", "Descending") == "Descending":
        kept.reverse()
    return slice_of(kept, request, member=member, default=default)


def slice_of(items: list[Any], request: Request, *, member: str, default: int = PAGE) -> Response:
    """The page of a list that ``NextToken`` and ``MaxResults`` select, and the token of the next page."""
    start = _read_token(request.get("NextToken"))
    end = start + int(request.get("MaxResults") or default)
    answer: Response = {member: items[start:end]}
    if end < len(items):
        answer["NextToken"] = base64.urlsafe_b64encode(f"from {end}".encode()).decode()
    return answer


def _read_token(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
    except (ValueError, binascii.Error) as error:
        raise ValidationException("The NextToken is not one that this operation gave.") from error


def _matches(record: Record, request: Request, name: str, status: str) -> bool:
    created, modified = record.get("CreationTime", 0), record.get("LastModifiedTime", 0)
    return (
        request.get("NameContains", "").lower() in str(record.get(name, "")).lower()
        and request.get("StatusEquals") in (None, record.get(status))
        and _after(created, request, "CreationTimeAfter", "CreatedAfter")
        and _before(created, request, "CreationTimeBefore", "CreatedBefore")
        and _after(modified, request, "LastModifiedTimeAfter")
        and _before(modified, request, "LastModifiedTimeBefore")
    )


def _after(moment: float, request: Request, *members: str) -> bool:
    return all(moment >= request[member] for member in members if request.get(member) is not None)


def _before(moment: float, request: Request, *members: str) -> bool:
    return all(moment <= request[member] for member in members if request.get(member) is not None)
