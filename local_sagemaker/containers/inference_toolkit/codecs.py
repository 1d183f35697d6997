"""The toolkits' default encoders and decoders: JSON, CSV, NPY, and NPZ for sparse matrices."""

import csv
import io
import json
from typing import Any

import numpy as np

from local_sagemaker.containers.errors import ClientError, UnsupportedFormatError

JSON, CSV, NPY, NPZ = "application/json", "text/csv", "application/x-npy", "application/x-npz"
TEXT_TYPES = (JSON, CSV)
"""The content types that reach the user's functions as text instead of bytes."""


def decode(payload: str | bytes, content_type: str | None) -> Any:
    """Decode a payload to an array as the inference toolkit does: a CSV cell that is no number is missing.

    Raises UnsupportedFormatError if the content type is not one of the four.
    """
    if content_type == CSV:
        return np.genfromtxt(io.StringIO(_text(payload)), dtype=None, delimiter=",")
    if content_type == NPZ:
        from scipy import sparse

        return sparse.load_npz(io.BytesIO(_bytes(payload)))
    return _decode_json_or_npy(payload, content_type)


def decode_strictly(payload: str | bytes, content_type: str | None) -> np.ndarray[Any, Any]:
    """Decode a payload to an array as the workers of scikit-learn do: CSV that is not all numbers stays text.

    Raises UnsupportedFormatError if the content type is not JSON, CSV or NPY; ClientError if the payload is not
    CSV, or its rows differ in width.
    """
    if content_type != CSV:
        return _decode_json_or_npy(payload, content_type)
    try:
        cells = np.array(list(csv.reader(io.StringIO(_text(payload)), strict=True))).squeeze()
    except Exception as error:
        raise ClientError(f"Error while decoding csv: {error}") from error
    try:
        return cells.astype(np.float64)
    except ValueError:
        return cells


def _decode_json_or_npy(payload: str | bytes, content_type: str | None) -> np.ndarray[Any, Any]:
    if content_type == JSON:
        return np.array(json.loads(payload))
    if content_type == NPY:
        return np.asarray(np.load(io.BytesIO(_bytes(payload)), allow_pickle=True))
    raise UnsupportedFormatError(content_type)


def encode(values: Any, accept: str) -> str | bytes:
    """Encode an array, or anything like one: JSON and CSV are text, NPY is bytes.

    Raises UnsupportedFormatError if the accept type is not JSON, CSV or NPY.
    """
    if accept == JSON:
        return json.dumps(values, default=_plain)
    if accept == CSV:
        stream = io.StringIO()
        np.savetxt(stream, values, delimiter=",", fmt="%s")
        return stream.getvalue()
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, values)
        return buffer.getvalue()
    raise UnsupportedFormatError(accept)


def encode_strictly(values: Any, accept: str) -> str | bytes:
    """Encode an array as the workers of scikit-learn do: in CSV, cells are quoted if necessary.

    Raises UnsupportedFormatError if the accept type is not JSON, CSV or NPY.
    """
    if accept != CSV:
        return encode(values, accept)
    array = np.array(values)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(array.reshape(-1, 1) if array.ndim == 1 else array)
    return stream.getvalue()


def encode_acceptably(values: Any, accept: str) -> tuple[str | bytes, str]:
    """Encode an array in the first supported type of an Accept header; return the payload and that type.

    Raises UnsupportedFormatError if none of the types is supported.
    """
    for each in accept.replace(" ", "").split(","):
        if each in (JSON, CSV, NPY):
            return encode(values, each), each
    raise UnsupportedFormatError(accept)


def _text(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else payload.decode("utf-8")


def _bytes(payload: str | bytes) -> bytes:
    return payload.encode("latin-1") if isinstance(payload, str) else payload


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
