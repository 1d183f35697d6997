"""Payloads and arrays: by content type, and each way by its own name."""

from __future__ import annotations

from typing import Any

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.inference_toolkit.codecs import CSV, JSON, NPY, decode_strictly, encode_strictly
from local_sagemaker.containers.recordio.records import write_matrix as array_to_recordio_protobuf

__all__ = [
    "array_to_csv",
    "array_to_json",
    "array_to_npy",
    "array_to_recordio_protobuf",
    "csv_to_numpy",
    "decode",
    "encode",
    "json_to_numpy",
    "npy_to_numpy",
]

decode = decode_strictly
encode = encode_strictly


def array_to_json(array_like: Any) -> str | bytes:
    """JSON of anything that is like an array."""
    return encode(array_like, JSON)


def array_to_csv(array_like: Any) -> str | bytes:
    """CSV of anything that is like an array."""
    return encode(array_like, CSV)


def array_to_npy(array_like: Any) -> str | bytes:
    """NPY of anything that is like an array."""
    return encode(array_like, NPY)


def json_to_numpy(string_like: str, dtype: Any = None) -> Any:
    """An array of JSON."""
    array = decode(string_like, JSON)
    return array if dtype is None else array.astype(dtype)


def csv_to_numpy(string_like: str, dtype: Any = None) -> Any:
    """An array of CSV.

    Raises
    ------
    ClientError
        A cell is nothing of that type.
    """
    array = decode(string_like, CSV)
    try:
        return array if dtype is None else array.astype(dtype)
    except ValueError as error:
        raise ClientError(f"Error while writing numpy array: {error}. dtype is: {dtype}") from error


def npy_to_numpy(npy_array: bytes) -> Any:
    """An array of NPY."""
    return decode(npy_array, NPY)
