"""Matrices of payloads."""

from __future__ import annotations

import json
from typing import Any

from pipelines.local.containers.xgboost.payloads import parse


def decode(obj: str | bytes, content_type: str) -> Any:
    """The matrix of a payload of a content type."""
    return parse(obj.encode() if isinstance(obj, str) else obj, content_type)


def csv_to_dmatrix(input: str | bytes, dtype: Any = None) -> Any:  # noqa: A002, ARG001 - so the container's own
    """The matrix of rows of CSV without a label."""
    return decode(input, "text/csv")


def libsvm_to_dmatrix(string_like: str | bytes) -> Any:
    """The matrix of rows of LIBSVM."""
    return decode(string_like, "text/libsvm")


def recordio_protobuf_to_dmatrix(string_like: bytes) -> Any:
    """The matrix of framed records."""
    return decode(string_like, "application/x-recordio-protobuf")


def json_to_jsonlines(json_data: str | dict[str, Any]) -> bytes:
    """The values under the one key of a JSON object, a line each.

    Raises
    ------
    ValueError
        It has more than one key.
    """
    found = json.loads(json_data) if isinstance(json_data, str) else json_data
    if len(found) != 1:
        raise ValueError("JSON response is not compatible for conversion to jsonlines.")
    return "".join(json.dumps(each) + "\n" for values in found.values() for each in values).encode()
