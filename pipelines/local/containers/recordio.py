"""RecordIO-protobuf: the framing, and matrices in the records of ``aialgs.data`` (contracts section 3)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")


class RecordIOError(ValueError):
    """The bytes are not RecordIO, or their records are not those of ``aialgs.data``."""


def frames(data: bytes) -> Iterator[bytes]:
    """The payloads in a sequence of frames.

    Raises
    ------
    RecordIOError
        A frame does not begin with the magic number, or is cut off.
    """
    position = 0
    while position + _HEADER.size <= len(data):
        magic, length = _HEADER.unpack_from(data, position)
        if magic != _MAGIC:
            raise RecordIOError(f"Invalid RecordIO magic at offset {position}")
        position += _HEADER.size
        padded = -(-length // 4) * 4
        if position + padded > len(data):
            raise RecordIOError(f"Truncated record at offset {position}")
        yield data[position : position + length]
        position += padded


def frame(payload: bytes) -> bytes:
    """One payload in its frame."""
    return _HEADER.pack(_MAGIC, len(payload)) + payload + b"\0" * (-len(payload) % 4)


def record_class() -> Any:
    """The protobuf message class ``aialgs.data.Record``."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file(descriptor_pb2))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


def _file(pb2: Any) -> Any:
    """The description of the messages, as field numbers and types."""
    field = pb2.FieldDescriptorProto
    file = pb2.FileDescriptorProto(name="aialgs_record.proto", package="aialgs.data", syntax="proto2")
    for name, kind in (
        ("Float32Tensor", field.TYPE_FLOAT),
        ("Float64Tensor", field.TYPE_DOUBLE),
        ("Int32Tensor", field.TYPE_INT32),
    ):
        tensor = file.message_type.add(name=name)
        for number, (part, part_kind) in enumerate(
            (("values", kind), ("keys", field.TYPE_UINT64), ("shape", field.TYPE_UINT64)), start=1
        ):
            added = tensor.field.add(name=part, number=number, label=field.LABEL_REPEATED, type=part_kind)
            added.options.packed = True
    bytes_ = file.message_type.add(name="Bytes")
    bytes_.field.add(name="value", number=1, label=field.LABEL_REPEATED, type=field.TYPE_BYTES)
    bytes_.field.add(name="content_type", number=2, label=field.LABEL_OPTIONAL, type=field.TYPE_STRING)
    value = file.message_type.add(name="Value")
    value.oneof_decl.add(name="value")
    for number, part, kind_name in (
        (2, "float32_tensor", "Float32Tensor"),
        (3, "float64_tensor", "Float64Tensor"),
        (7, "int32_tensor", "Int32Tensor"),
        (9, "bytes", "Bytes"),
    ):
        value.field.add(
            name=part,
            number=number,
            label=field.LABEL_OPTIONAL,
            type=field.TYPE_MESSAGE,
            type_name=f".aialgs.data.{kind_name}",
            oneof_index=0,
        )
    record = file.message_type.add(name="Record")
    for number, part in ((1, "features"), (2, "label")):
        entry = record.nested_type.add(name=f"{part.capitalize()}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=field.LABEL_OPTIONAL, type=field.TYPE_STRING)
        entry.field.add(
            name="value", number=2, label=field.LABEL_OPTIONAL, type=field.TYPE_MESSAGE, type_name=".aialgs.data.Value"
        )
        record.field.add(
            name=part,
            number=number,
            label=field.LABEL_REPEATED,
            type=field.TYPE_MESSAGE,
            type_name=f".aialgs.data.Record.{entry.name}",
        )
    for number, part in ((3, "uid"), (4, "metadata"), (5, "configuration")):
        record.field.add(name=part, number=number, label=field.LABEL_OPTIONAL, type=field.TYPE_STRING)
    return file


def read_matrix(data: bytes) -> tuple[Any, np.ndarray[Any, Any] | None]:
    """The features and labels of a sequence of framed records.

    Returns
    -------
    tuple
        Features of shape (rows, columns), a numpy array or, if any record is sparse, a scipy CSR matrix; labels of
        shape (rows,), None if no record has one.

    Raises
    ------
    RecordIOError
        The bytes are not RecordIO, or there is no record with features in them.
    """
    import numpy as np
    from scipy import sparse

    record_type = record_class()
    rows: list[Any] = []
    labels: list[Any] = []
    for payload in frames(data):
        record = record_type()
        record.ParseFromString(payload)
        if "values" not in record.features:
            continue
        rows.append(_row(record.features["values"]))
        if "values" in record.label:
            labels.append(_tensor(record.label["values"])[0])
    if not rows:
        raise RecordIOError("No records found in RecordIO-Protobuf data")
    if any(sparse.issparse(row) for row in rows):
        width = max(row.shape[1] for row in rows)
        for row in rows:
            if sparse.issparse(row):
                row.resize((1, width))
        features: Any = sparse.vstack([sparse.csr_matrix(row) for row in rows]).tocsr()
    else:
        features = np.vstack(rows)
    return features, np.concatenate(labels, axis=None) if labels else None


def _row(value: Any) -> Any:
    import numpy as np
    from scipy import sparse

    values, keys, shape = _tensor(value)
    if not len(keys) and not (shape and not len(values)):
        return values.reshape(1, -1)
    columns = np.asarray(keys, dtype=np.int64)
    width = int(shape[0]) if shape else int(columns.max()) + 1
    return sparse.csr_matrix((values, columns, [0, len(columns)]), shape=(1, width))


def _tensor(value: Any) -> tuple[np.ndarray[Any, Any], list[int], list[int]]:
    import numpy as np

    kind = value.WhichOneof("value")
    types = {"float32_tensor": np.float32, "float64_tensor": np.float64, "int32_tensor": np.int32}
    if kind not in types:
        raise RecordIOError(f"A record's values are {kind or 'missing'}, not a tensor")
    tensor = getattr(value, kind)
    return np.array(tensor.values, dtype=types[kind]), list(tensor.keys), list(tensor.shape)


def write_predictions(predictions: Iterable[dict[str, list[float]]]) -> bytes:
    """Records that carry predictions as float32 tensors in their labels, framed."""
    record_type = record_class()
    written = bytearray()
    for prediction in predictions:
        record = record_type()
        for key, values in prediction.items():
            record.label[key].float32_tensor.values.extend(values)
        written += frame(record.SerializeToString())
    return bytes(written)
