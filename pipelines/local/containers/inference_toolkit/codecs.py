"""The toolkit's own ways between payloads and arrays: JSON, CSV and NPY."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
TEXT_TYPES = (JSON, CSV)
"""What reaches the user's functions as text instead of bytes."""


class UnsupportedFormatError(ValueError):
    """A content type that only code of the user's own could handle."""

    def __init__(self, content_type: str | None) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "Please implement input_fn to to deserialize the request data or an output_fn to\n"
            "serialize the response. For more information, see the SageMaker Python SDK README."
        )


def decode(payload: str | bytes, content_type: str | None) -> np.ndarray[Any, Any]:
    """An array of a payload.

    Raises
    ------
    UnsupportedFormatError
        The content type is none of the three.
    """
    if content_type == JSON:
        return np.array(json.loads(payload))
    if content_type == CSV:
        return np.genfromtxt(io.StringIO(_text(payload)), dtype=None, delimiter=",")
    if content_type == NPY:
        return np.asarray(np.load(io.BytesIO(payload if isinstance(payload, bytes) else payload.encode("latin-1"))))
    raise UnsupportedFormatError(content_type)


def encode(values: Any, accept: str) -> bytes:
    """A payload of an array, or of anything that is like one.

    Raises
    ------
    UnsupportedFormatError
        The accept type is none of the three.
    """
    if accept == JSON:
        return json.dumps(values, default=_plain).encode()
    if accept == CSV:
        stream = io.StringIO()
        np.savetxt(stream, values, delimiter=",", fmt="%s")
        return stream.getvalue().encode()
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, values)
        return buffer.getvalue()
    raise UnsupportedFormatError(accept)


def _text(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else payload.decode("utf-8")


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
