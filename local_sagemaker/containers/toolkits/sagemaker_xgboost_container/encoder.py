"""Decoders from payloads to matrices."""

import json
from typing import Any

from local_sagemaker.containers.xgboost import payloads
from local_sagemaker.containers.xgboost.payloads import decode, libsvm_to_dmatrix, recordio_protobuf_to_dmatrix

__all__ = ["csv_to_dmatrix", "decode", "json_to_jsonlines", "libsvm_to_dmatrix", "recordio_protobuf_to_dmatrix"]


def csv_to_dmatrix(input: str | bytes, dtype: Any = None) -> Any:  # noqa: A002, ARG001 - the container's signature
    """Decode rows of CSV without a label."""
    return payloads.csv_to_dmatrix(input)


def json_to_jsonlines(json_data: str | dict[str, Any]) -> bytes:
    """Write the values under the only key of a JSON object, one per line.

    Raises ValueError if the object has more than one key.
    """
    found = json.loads(json_data) if isinstance(json_data, str) else json_data
    if len(found) != 1:
        raise ValueError("JSON response is not compatible for conversion to jsonlines.")
    return "".join(json.dumps(each) + "\n" for values in found.values() for each in values).encode()
