"""Encoders and decoders of arrays: by content type, and by function name."""

from typing import Any

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.inference_toolkit.codecs import CSV, JSON, NPY, decode_strictly, encode_strictly
from local_sagemaker.containers.recordio.records import write_matrix as array_to_recordio_protobuf

__all__ = [
    "array_to_csv", "array_to_json", "array_to_npy", "array_to_recordio_protobuf", "csv_to_numpy", "decode", "encode",
    "json_to_numpy", "npy_to_numpy",
]  # fmt: skip

decode = decode_strictly
encode = encode_strictly


def array_to_json(array_like: Any) -> str | bytes:
    """Encode anything like an array as JSON."""
    return encode(array_like, JSON)


def array_to_csv(array_like: Any) -> str | bytes:
    """Encode anything like an array as CSV."""
    return encode(array_like, CSV)


def array_to_npy(array_like: Any) -> str | bytes:
    """Encode anything like an array as NPY."""
    return encode(array_like, NPY)


def json_to_numpy(string_like: str, dtype: Any = None) -> Any:
    """Decode JSON to an array."""
    array = decode(string_like, JSON)
    return array if dtype is None else array.astype(dtype)


def csv_to_numpy(string_like: str, dtype: Any = None) -> Any:
    """Decode CSV to an array. Raises ClientError if a cell cannot be converted to ``dtype``."""
    array = decode(string_like, CSV)
    try:
        return array if dtype is None else array.astype(dtype)
    except ValueError as error:
        raise ClientError(f"Error while writing numpy array: {error}. dtype is: {dtype}") from error


def npy_to_numpy(npy_array: bytes) -> Any:
    """Decode NPY to an array."""
    return decode(npy_array, NPY)
