"""RecordIO-protobuf: matrices as records of ``aialgs.data`` (``docs/contracts.md``, section 3)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import sparse

from local_sagemaker.containers.recordio.dense_records import read_dense
from local_sagemaker.containers.recordio.frames import RecordIOError, frame, frames


def record_class() -> Any:
    """The protobuf message class ``aialgs.data.Record``, built here: AWS publishes no Python module with it."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file(descriptor_pb2))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


def _file(pb2: Any) -> Any:
    """The description of the messages: field numbers and types."""
    field = pb2.FieldDescriptorProto
    file = pb2.FileDescriptorProto(name="aialgs_record.proto", package="aialgs.data", syntax="proto2")

    def add(message: Any, number: int, name: str, kind: int | str, *, repeated: bool = False) -> Any:
        """Add a field; its kind is a scalar type, or the name of a message."""
        added = message.field.add(name=name, number=number)
        added.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
        if isinstance(kind, str):
            added.type, added.type_name = field.TYPE_MESSAGE, f".aialgs.data.{kind}"
        else:
            added.type = kind
        return added

    value = pb2.DescriptorProto(name="Value")
    value.oneof_decl.add(name="value")
    for number, name, kind in ((2, "Float32", "FLOAT"), (3, "Float64", "DOUBLE"), (7, "Int32", "INT32")):
        tensor = file.message_type.add(name=f"{name}Tensor")
        for position, part in enumerate(("values", "keys", "shape"), start=1):
            scalar = getattr(field, f"TYPE_{kind}") if part == "values" else field.TYPE_UINT64
            add(tensor, position, part, scalar, repeated=True).options.packed = True
        add(value, number, f"{name.lower()}_tensor", tensor.name).oneof_index = 0
    bytes_ = file.message_type.add(name="Bytes")
    add(bytes_, 1, "value", field.TYPE_BYTES, repeated=True)
    add(bytes_, 2, "content_type", field.TYPE_STRING)
    add(value, 9, "bytes", "Bytes").oneof_index = 0
    file.message_type.append(value)
    record = file.message_type.add(name="Record")
    for number, part in ((1, "features"), (2, "label")):
        entry = record.nested_type.add(name=f"{part.capitalize()}Entry")
        entry.options.map_entry = True
        add(entry, 1, "key", field.TYPE_STRING)
        add(entry, 2, "value", "Value")
        add(record, number, part, f"Record.{entry.name}", repeated=True)
    for number, part in ((3, "uid"), (4, "metadata"), (5, "configuration")):
        add(record, number, part, field.TYPE_STRING)
    return file


def read_matrix(data: bytes) -> tuple[Any, np.ndarray[Any, Any] | None]:
    """Read the features and labels of a sequence of framed records.

    Features are of shape (rows, columns): a numpy array or, if any record is sparse, a scipy CSR matrix. Labels are of
    shape (rows,), None if no record has one. A dense matrix is read at once, everything else record by record.

    Raises RecordIOError if the bytes are not RecordIO, or no record has features; ValueError if the rows differ in
    width.
    """
    record_type = record_class()
    rows: list[Any] = []
    labels: list[Any] = []
    for payload in frames(data):
        record = record_type()
        record.ParseFromString(payload)
        if not rows and (dense := read_dense(record, data)):
            return dense
        if "values" not in record.features:
            continue
        row = _row(record.features["values"])
        if row is None:
            continue
        rows.append(row)
        label = _tensor(record.label["values"]) if "values" in record.label else None
        if label is not None:
            labels.append(_values_of(label))
    if not rows:
        raise RecordIOError("No records found in RecordIO-Protobuf data")
    # Rows of different widths are an error, as in the container's reader.
    features: Any = sparse.vstack(rows).tocsr() if any(map(sparse.issparse, rows)) else np.vstack(rows)
    return features, np.concatenate(labels, axis=None) if labels else None


def _row(value: Any) -> Any:
    """One row of features: dense without keys, sparse with them; None if the value is no tensor."""
    tensor = _tensor(value)
    if tensor is None:
        return None
    values = _values_of(tensor)
    if not tensor.keys:
        return values.reshape(1, -1)
    columns = np.asarray(tensor.keys, dtype=np.int64)
    width = int(tensor.shape[0]) if tensor.shape else int(columns.max()) + 1
    return sparse.csr_matrix((values, columns, [0, len(columns)]), shape=(1, width))


def _tensor(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return getattr(value, kind) if kind in ("float32_tensor", "float64_tensor", "int32_tensor") else None


def _values_of(tensor: Any) -> np.ndarray[Any, Any]:
    types = {"Float32Tensor": np.float32, "Float64Tensor": np.float64, "Int32Tensor": np.int32}
    return np.array(tensor.values, dtype=types[type(tensor).__name__])


def write_matrix(matrix: Any, labels: np.ndarray[Any, Any] | None = None) -> bytes:
    """Write a matrix as framed records, one per row, as the toolkits' encoder does.

    ``matrix`` is a numpy array or a scipy sparse matrix of shape (rows, columns), or one row of shape (columns,);
    ``labels`` are of shape (rows,).

    Raises ValueError if the numbers are not int64, float64 or float32.
    """
    kind = _kind_of(matrix.dtype)
    sparse_rows = matrix.tocsr() if sparse.issparse(matrix) else None
    record_type = record_class()
    written = bytearray()
    for number in range(1 if matrix.ndim == 1 else matrix.shape[0]):
        record = record_type()
        tensor = getattr(record.features["values"], kind)
        if sparse_rows is None:
            tensor.values.extend(np.atleast_2d(matrix)[number])
        else:
            row = sparse_rows[[number]]
            tensor.values.extend(row.data)
            tensor.keys.extend(row.indices)
            tensor.shape.append(matrix.shape[1])
        if labels is not None:
            getattr(record.label["values"], _kind_of(labels.dtype)).values.append(labels[number])
        written += frame(record.SerializeToString())
    return bytes(written)


def _kind_of(dtype: np.dtype[Any]) -> str:
    kinds = {"int64": "int32_tensor", "float64": "float64_tensor", "float32": "float32_tensor"}
    if str(dtype) not in kinds:
        raise ValueError(f"Unsupported dtype {dtype} on array")
    return kinds[str(dtype)]


def write_predictions(predictions: Iterable[dict[str, list[float]]]) -> bytes:
    """Write predictions as framed records, as float32 tensors in their labels."""
    record_type = record_class()
    written = bytearray()
    for prediction in predictions:
        record = record_type()
        for key, values in prediction.items():
            record.label[key].float32_tensor.values.extend(values)
        written += frame(record.SerializeToString())
    return bytes(written)
