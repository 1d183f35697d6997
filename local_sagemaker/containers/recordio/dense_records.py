"""Reading all records of a dense matrix at once.

Parsing each record as protobuf in Python takes most of the time of reading a file. The records of a dense matrix have
the same length and differ in their numbers only, so the file is one array, and the numbers are columns of it.
"""

from typing import Any

import numpy as np

from local_sagemaker.containers.recordio.frames import frame

_TYPES = {"float32_tensor": "<f4", "float64_tensor": "<f8"}


def read_dense(first: Any, data: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None] | None:
    """Read the features, of shape (rows, columns), and the labels, of shape (rows,), of records of one form.

    The positions of the numbers are found by serializing the first record with other numbers: the bytes that change
    are numbers. All other bytes must be the same in all records.

    ``first`` is the first record's message, and ``data`` are all records, framed.

    Returns None if the records differ in form, or are not dense tensors of floating point numbers.
    """
    template = np.frombuffer(frame(first.SerializeToString()), np.uint8)
    vectors = _vectors(first)
    if vectors is None or len(data) % template.size or not data.startswith(template.tobytes()):
        return None
    frames = np.frombuffer(data, np.uint8).reshape(-1, template.size)
    constant = 0
    found = []
    for vector in vectors:
        numbers = _bytes_of_numbers(first, vector)
        if _differ(frames, template, slice(constant, numbers.start)):
            return None
        found.append(np.ascontiguousarray(frames[:, numbers]).view(_type(vector)))
        constant = numbers.stop
    if _differ(frames, template, slice(constant, None)):
        return None
    features, *labels = found
    return features, labels[0].reshape(-1) if labels else None


def _vectors(record: Any) -> list[Any] | None:
    """The features and the label of a record; None unless each is a dense tensor of floating point numbers."""
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


def _bytes_of_numbers(record: Any, value: Any) -> slice:
    """The bytes of a record's frame that are the numbers of one of its tensors."""
    tensor, dtype = _tensor(value), _type(value)
    kept = list(tensor.values)
    written = []
    # 0x00... and 0x3f... are finite numbers of either width that differ in every byte.
    for byte in (b"\x00", b"\x3f"):
        tensor.values[:] = np.frombuffer(byte * dtype.itemsize * len(kept), dtype).tolist()
        written.append(np.frombuffer(frame(record.SerializeToString()), np.uint8))
    tensor.values[:] = kept
    changed = np.flatnonzero(written[0] != written[1])
    return slice(int(changed[0]), int(changed[-1]) + 1)


def _differ(frames: np.ndarray[Any, Any], template: np.ndarray[Any, Any], part: slice) -> bool:
    return bool((frames[:, part] != template[part]).any())
