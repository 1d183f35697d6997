"""RecordIO-protobuf whose records differ in their numbers only, as those of a dense matrix do: read all at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from local_sagemaker.containers.recordio.frames import frame

_TYPES = {"float32_tensor": "<f4", "float64_tensor": "<f8"}


def read_alike(first: Any, data: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None] | None:
    """The features of shape (rows, columns) and the labels of shape (rows,) of records that are all alike.

    Where the numbers stand in each of them is found by serializing the first with other numbers: what changes then is
    a number, and everything else has to be the same in all records.

    Parameters
    ----------
    first
        The first record's message.
    data
        All records in their frames.

    Returns
    -------
    tuple or None
        None if the records are not alike, or of a form whose numbers have no place of their own.
    """
    template = np.frombuffer(frame(first.SerializeToString()), np.uint8)
    vectors = _vectors(first)
    if vectors is None or len(data) % template.size or not data.startswith(template.tobytes()):
        return None
    frames = np.frombuffer(data, np.uint8).reshape(-1, template.size)
    constant = 0
    found = []
    for vector in vectors:
        place = _place(first, vector)
        if _differ(frames, template, slice(constant, place.start)):
            return None
        found.append(np.ascontiguousarray(frames[:, place]).view(_type(vector)))
        constant = place.stop
    if _differ(frames, template, slice(constant, None)):
        return None
    features, *labels = found
    return features, labels[0].reshape(-1) if labels else None


def _vectors(record: Any) -> list[Any] | None:
    """The features and the label of a record, if each is a dense tensor of floating point numbers, and nothing else."""
    vectors = [record.features, *([record.label] if record.label else [])]
    if any(list(vector) != ["values"] for vector in vectors):
        return None
    values = [vector["values"] for vector in vectors]
    if any(value.WhichOneof("value") not in _TYPES for value in values):
        return None
    return values if all(_tensor(value).values and not _tensor(value).keys for value in values) else None


def _tensor(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


def _type(value: Any) -> np.dtype[Any]:
    return np.dtype(_TYPES[value.WhichOneof("value")])


def _place(record: Any, value: Any) -> slice:
    """Which bytes of a record's frame the numbers of one of its tensors are."""
    tensor, dtype = _tensor(value), _type(value)
    kept = list(tensor.values)
    written = []
    for byte in (b"\x00", b"\x3f"):
        tensor.values[:] = np.frombuffer(byte * dtype.itemsize * len(kept), dtype).tolist()
        written.append(np.frombuffer(frame(record.SerializeToString()), np.uint8))
    tensor.values[:] = kept
    changed = np.flatnonzero(written[0] != written[1])
    return slice(int(changed[0]), int(changed[-1]) + 1)


def _differ(frames: np.ndarray[Any, Any], template: np.ndarray[Any, Any], part: slice) -> bool:
    return bool((frames[:, part] != template[part]).any())
