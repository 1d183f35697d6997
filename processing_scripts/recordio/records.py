"""Parsing of one record into a row of features and labels, in any form that the format allows.

This is the general parser, one record at a time: any tensor type, dense or sparse, fields in any order, packed or not,
unknown fields ignored. It parses only the first of many dense rows with the same layout; the positions of its numbers
are valid for the others (:mod:`processing_scripts.recordio.layout`).
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.errors import Problem
from processing_scripts.recordio.wire import FIXED32, FIXED64, LENGTH, VARINT, fields, fixed, varints

WIDEST_SPARSE_ROW: Final = 2**24
"""Limit of columns: a corrupt shape of a sparse row could otherwise allocate any amount of memory."""

_WIRE_TYPES = {"<f4": FIXED32, "<f8": FIXED64, "<i4": VARINT}


class Numbers(NamedTuple):
    """The features or the labels of one record."""

    values: NDArray[Any]
    """Of shape (columns,)."""
    place: slice | None
    """The bytes of the payload that are the contiguous values; None if there are none."""


class Row(NamedTuple):
    """A parsed record."""

    features: Numbers
    labels: Numbers | None
    meaningless: tuple[slice, ...]
    """The bytes of the payload that are ignored, such as uid and metadata."""


class _Tensor(NamedTuple):
    values: NDArray[Any]
    place: slice | None
    keys: NDArray[np.uint64]
    shape: list[int]


def parse_record(payload: bytes) -> Row:
    """Parse a payload, a serialized ``aialgs.data.Record``.

    Features and labels not named ``values``, uid, metadata and configuration are ignored.

    Raises `Problem` if the payload is malformed or not a row of numbers.
    """
    maps: dict[int, dict[bytes, list[slice]]] = {schema.FEATURES: {}, schema.LABEL: {}}
    meaningless = []
    for number, wire_type, start, stop in fields(payload, [slice(0, len(payload))]):
        if wire_type != LENGTH:
            continue
        if number in maps:
            key, value = _parse_entry(payload, slice(start, stop))
            maps[number][key] = value
        else:
            meaningless.append(slice(start, stop))
    features, labels = maps[schema.FEATURES], maps[schema.LABEL]
    if schema.NAME not in features:
        others = ", ".join(repr(name.decode(errors="replace")) for name in features)
        raise Problem(f"it has no features named 'values'{f', only {others}' if others else ''}")
    row = _numbers(payload, features[schema.NAME], "features")
    label = _numbers(payload, labels[schema.NAME], "label") if schema.NAME in labels else None
    return Row(row, label if label is not None and label.values.size else None, tuple(meaningless))


def _parse_entry(payload: bytes, entry: slice) -> tuple[bytes, list[slice]]:
    """Parse an entry of a map; return its key, and the position of its value, a serialized ``Value``."""
    key, value = b"", []
    for number, wire_type, start, stop in fields(payload, [entry]):
        if wire_type == LENGTH and number == schema.KEY:
            key = payload[start:stop]
        elif wire_type == LENGTH and number == schema.VALUE:
            # Protobuf merges a message that occurs twice.
            value.append(slice(start, stop))
    return key, value


def _numbers(payload: bytes, value: list[slice], what: str) -> Numbers:
    """Parse a ``Value`` into a dense vector."""
    tensor = _parse_value(payload, value, what)
    sparse = bool(tensor.keys.size or (tensor.shape and not tensor.values.size))
    if sparse:
        return Numbers(_densify(tensor, what), None)
    if tensor.shape and math.prod(tensor.shape) != tensor.values.size:
        raise Problem(f"its {what} have {tensor.values.size} values for the shape {tensor.shape}")
    return Numbers(tensor.values, tensor.place)


def _parse_value(payload: bytes, value: list[slice], what: str) -> _Tensor:
    kind = 0
    tensor: list[slice] = []
    for number, wire_type, start, stop in fields(payload, value):
        if wire_type == LENGTH and (number in schema.TENSORS or number == schema.BYTES):
            # The last field of a oneof is valid; repeated occurrences of it are merged, as in _parse_entry.
            tensor = [*tensor, slice(start, stop)] if number == kind else [slice(start, stop)]
            kind = number
    if kind not in schema.TENSORS:
        raise Problem(f"its {what} are {'bytes' if kind else 'empty'}, not a tensor of float32, float64 or int32")
    return _parse_tensor(payload, tensor, schema.TENSORS[kind])


def _parse_tensor(payload: bytes, tensor: list[slice], dtype: np.dtype[Any]) -> _Tensor:
    wire_types = {schema.VALUES: _WIRE_TYPES[dtype.str], schema.KEYS: VARINT, schema.SHAPE: VARINT}
    places: dict[int, list[slice]] = {number: [] for number in wire_types}
    for number, wire_type, start, stop in fields(payload, tensor):
        if number in wire_types and wire_type in (LENGTH, wire_types[number]):
            places[number].append(slice(start, stop))
    values, keys, shape = [[payload[place] for place in places[number]] for number in wire_types]
    place = None
    if dtype.kind == "i":
        # A negative int32 is encoded as 64 bits of two's complement; the lower half is its value.
        numbers = varints(values).astype(np.uint32).view(dtype)
    else:
        numbers = fixed(values, dtype)
        place = places[schema.VALUES][0] if len(values) == 1 else None
    return _Tensor(numbers, place, varints(keys), varints(shape).tolist())


def _densify(tensor: _Tensor, what: str) -> NDArray[Any]:
    """Return a sparse vector as a dense one; keys are positions in row-major order."""
    width = math.prod(tensor.shape)
    if not tensor.shape:
        raise Problem(f"its {what} are sparse but have no shape, so their number of columns is unknown")
    if width > WIDEST_SPARSE_ROW:
        raise Problem(f"its {what} are sparse with {width} columns; at most {WIDEST_SPARSE_ROW} can be made dense")
    if tensor.keys.size != tensor.values.size:
        raise Problem(f"its {what} have {tensor.keys.size} keys for {tensor.values.size} values")
    if tensor.keys.size and tensor.keys.max() >= width:
        raise Problem(f"its {what} have the key {tensor.keys.max()} outside of the shape {tensor.shape}")
    if np.unique(tensor.keys).size != tensor.keys.size:
        raise Problem(f"its {what} have a duplicate key")
    dense = np.zeros(width, tensor.values.dtype)
    dense[tensor.keys] = tensor.values
    return dense
