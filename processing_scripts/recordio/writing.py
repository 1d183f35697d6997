"""Writing of arrays as RecordIO-protobuf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.errors import ArrayError
from processing_scripts.recordio.layout import Layout, Vector, lay_out

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_FLOATS = [dtype for dtype in schema.TENSORS.values() if dtype.kind == "f"]
_CHUNK_BYTES = 2**20
_LARGEST_EXACT = 2**53
_LONGEST_ROW = 2**27
"""Bytes of features, or of labels: well below the longest payload of a frame."""


def dumps(features: ArrayLike, labels: ArrayLike | None = None) -> bytes:
    """Write a dense matrix, one record per row.

    Raises `ArrayError` if the shapes do not match, or numbers cannot be represented exactly.

    Parameters
    ----------
    features
        Of shape (rows, columns). float32 is written as float32 and float64 as float64. Other types become the
        first of the two that represents all of their numbers exactly: booleans, float16 and integers of 8 and 16 bits
        float32, wider integers float64. Types without such a float (text, objects, dates, complex) are refused.
    labels
        Of shape (rows,), or (rows, labels) for several per row. Their type is chosen in the same way, independently.

    Returns
    -------
    bytes
        The consecutive records; empty if there are no rows.

    Examples
    --------
    >>> loads(dumps(np.float32([[1, 2]]), np.float32([0])))
    (array([[1., 2.]], dtype=float32), array([0.], dtype=float32))
    """
    rows, targets, layout = _check(features, labels)
    return layout.compose(rows, targets)


def write(file: SupportsWrite[bytes], features: ArrayLike, labels: ArrayLike | None = None) -> None:
    """Append a dense matrix to a binary file, one record per row, in pieces of about 1 MiB.

    A large matrix can be written in several calls. Each must have the same number of columns and labels, which only
    reading checks.

    Raises `ArrayError` as for :func:`dumps`; this call writes nothing.
    """
    rows, targets, layout = _check(features, labels)
    step = max(1, _CHUNK_BYTES // len(layout.template))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        file.write(layout.compose(rows[part], None if targets is None else targets[part]))


def _check(features: ArrayLike, labels: ArrayLike | None) -> tuple[NDArray[Any], NDArray[Any] | None, Layout]:
    """Return arrays that can be written, with labels of shape (rows, labels), and their layout."""
    rows = _feature_matrix(features)
    targets = None if labels is None else _label_matrix(labels, len(rows))
    row = Vector(_dtype_of(rows, "Features"), rows.shape[1])
    target = None if targets is None else Vector(_dtype_of(targets, "Labels"), targets.shape[1])
    longest = max(vector.dtype.itemsize * vector.size for vector in (row, target) if vector)
    if longest > _LONGEST_ROW:
        raise ArrayError(f"A row of {longest} bytes is too long for one record, which contains at most {_LONGEST_ROW}.")
    return rows, targets, lay_out(row, target)


def _feature_matrix(features: ArrayLike) -> NDArray[Any]:
    matrix = np.asarray(features)
    if matrix.ndim != 2:
        raise ArrayError(f"Features must be of shape (rows, columns), but are of shape {matrix.shape}.")
    return matrix


def _label_matrix(labels: ArrayLike, rows: int) -> NDArray[Any]:
    """Return labels of shape (rows, labels)."""
    array = np.asarray(labels)
    matrix = array.reshape(-1, 1) if array.ndim == 1 else array
    if matrix.ndim != 2 or len(matrix) != rows or not matrix.shape[1]:
        raise ArrayError(
            f"Labels must be of shape ({rows},) or ({rows}, labels), as there are {rows} rows of features, "
            f"but are of shape {array.shape}."
        )
    return matrix


def _dtype_of(array: NDArray[Any], what: str) -> np.dtype[Any]:
    """Return float32 or float64, the first that represents all numbers exactly."""
    for dtype in _FLOATS:
        if np.can_cast(array.dtype, dtype):
            # numpy considers this cast of 64-bit integers safe, but it is exact for up to 53 bits only.
            if array.dtype.kind in "iu" and array.itemsize == 8 and array.size:
                _check_exact(array, what)
            return dtype
    raise ArrayError(f"{what} of type {array.dtype} cannot be written; convert them to float32 or float64 first.")


def _check_exact(array: NDArray[Any], what: str) -> None:
    for extreme in (array.min(), array.max()):
        if abs(int(extreme)) > _LARGEST_EXACT:
            raise ArrayError(
                f"{what} of type {array.dtype} contain {extreme}, which float64 may not represent exactly; "
                f"convert them to float64 first if rounding is acceptable."
            )
