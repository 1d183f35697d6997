"""What one record means: a row of features and its labels, whatever form its writer chose.

This is the general reader, one record at a time: tensors of any kind, dense or sparse, fields in any order, packed or
not, fields of later versions passed over. Dense rows that all look alike never come here one by one
(:mod:`processing_scripts.recordio.layout`).
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.errors import Problem
from processing_scripts.recordio.wire import FIXED32, FIXED64, LENGTH, VARINT, fields, fixed, varints

WIDEST_SPARSE_ROW: Final = 2**24
"""More columns than this are refused, because a sparse row is made dense and its shape is all that says how wide."""

_WIRE_TYPES = {"<f4": FIXED32, "<f8": FIXED64, "<i4": VARINT}


class Row(NamedTuple):
    """One record: its features, of shape (columns,), and its labels, of shape (labels,), None if there are none."""

    features: NDArray[Any]
    labels: NDArray[Any] | None


class _Tensor(NamedTuple):
    values: NDArray[Any]
    keys: NDArray[np.uint64]
    shape: list[int]


def parse_record(payload: bytes) -> Row:
    """Read a payload, a serialized ``aialgs.data.Record``.

    Features and labels other than those named ``values`` are passed over, and so are uid, metadata and configuration.

    Raises
    ------
    Problem
        The payload is malformed, or does not mean a row of numbers.
    """
    maps: dict[int, dict[bytes, bytes]] = {schema.FEATURES: {}, schema.LABEL: {}}
    for number, wire_type, content in fields(payload):
        if number in maps and wire_type == LENGTH:
            key, value = _parse_entry(content)
            maps[number][key] = value
    features, labels = maps[schema.FEATURES], maps[schema.LABEL]
    if schema.NAME not in features:
        others = ", ".join(repr(name.decode(errors="replace")) for name in features)
        raise Problem(f"it has no features named 'values'{f', only {others}' if others else ''}")
    row = _vector(features[schema.NAME], "features")
    label = _vector(labels[schema.NAME], "label") if schema.NAME in labels else None
    return Row(row, label if label is not None and label.size else None)


def _parse_entry(entry: bytes) -> tuple[bytes, bytes]:
    """Read an entry of a map: its key, and its value, a serialized ``Value``."""
    key, value = b"", b""
    for number, wire_type, content in fields(entry):
        if wire_type == LENGTH and number == schema.KEY:
            key = content
        elif wire_type == LENGTH and number == schema.VALUE:
            # Protobuf merges a message that comes twice, and merging is appending.
            value += content
    return key, value


def _vector(value: bytes, what: str) -> NDArray[Any]:
    """Read a ``Value`` as a dense vector."""
    tensor = _parse_value(value, what)
    sparse = bool(tensor.keys.size or (tensor.shape and not tensor.values.size))
    if sparse:
        return _densify(tensor, what)
    if tensor.shape and math.prod(tensor.shape) != tensor.values.size:
        raise Problem(f"its {what} have {tensor.values.size} values for the shape {tensor.shape}")
    return tensor.values


def _parse_value(value: bytes, what: str) -> _Tensor:
    kind, serialized = 0, b""
    for number, wire_type, content in fields(value):
        if number in (*schema.TENSORS, schema.BYTES) and wire_type == LENGTH:
            # Of a oneof the last counts; the same again is merged, as in _parse_entry.
            serialized = serialized + content if number == kind else content
            kind = number
    if kind not in schema.TENSORS:
        raise Problem(f"its {what} are {'bytes' if kind else 'empty'}, not a tensor of float32, float64 or int32")
    return _parse_tensor(serialized, schema.TENSORS[kind])


def _parse_tensor(tensor: bytes, dtype: np.dtype[Any]) -> _Tensor:
    wire_types = {schema.VALUES: _WIRE_TYPES[dtype.str], schema.KEYS: VARINT, schema.SHAPE: VARINT}
    contents: dict[int, list[bytes]] = {number: [] for number in wire_types}
    for number, wire_type, content in fields(tensor):
        if number in wire_types and wire_type in (LENGTH, wire_types[number]):
            contents[number].append(content)
    values = contents[schema.VALUES]
    # A negative int32 stands as 64 bits of two's complement, of which the lower half is meant.
    numbers = varints(values).astype(np.uint32).view(dtype) if dtype.kind == "i" else fixed(values, dtype)
    return _Tensor(numbers, varints(contents[schema.KEYS]), varints(contents[schema.SHAPE]).tolist())


def _densify(tensor: _Tensor, what: str) -> NDArray[Any]:
    """Put the values of a sparse vector in their places, 0 everywhere else; keys count through a shape row by row."""
    width = math.prod(tensor.shape)
    if not tensor.shape:
        raise Problem(f"its {what} are sparse but have no shape, so their number of columns is not known")
    if width > WIDEST_SPARSE_ROW:
        raise Problem(f"its {what} are sparse with {width} columns; at most {WIDEST_SPARSE_ROW} can be made dense")
    if tensor.keys.size != tensor.values.size:
        raise Problem(f"its {what} have {tensor.keys.size} keys for {tensor.values.size} values")
    if tensor.keys.size and tensor.keys.max() >= width:
        raise Problem(f"its {what} have the key {tensor.keys.max()} outside of the shape {tensor.shape}")
    if np.unique(tensor.keys).size != tensor.keys.size:
        raise Problem(f"its {what} have a key twice")
    dense = np.zeros(width, tensor.values.dtype)
    dense[tensor.keys] = tensor.values
    return dense
