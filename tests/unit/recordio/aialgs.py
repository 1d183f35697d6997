"""RecordIO-protobuf by Google's protobuf package, one message per row: what ours is held against.

The message classes are made at run time from the definition of ``aialgs.data`` in SageMaker's developer guide.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from functools import cache
from typing import Any, BinaryIO

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

TENSORS = {"float32": "float32_tensor", "float64": "float64_tensor", "int32": "int32_tensor"}


@cache
def record_class(*, packed: bool = True) -> Any:
    """``aialgs.data.Record``; unpacked, its tensors serialize each number as a field of its own."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(json_format.ParseDict(_definition(packed), descriptor_pb2.FileDescriptorProto()))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


def _definition(packed: bool) -> dict[str, Any]:
    def numbers(name: str, kind: str, number: int) -> dict[str, Any]:
        return _field(name, kind, number, label="LABEL_REPEATED", options={"packed": packed})

    def tensor(name: str, kind: str) -> dict[str, Any]:
        fields = [numbers("values", kind, 1), numbers("keys", "UINT64", 2), numbers("shape", "UINT64", 3)]
        return {"name": name, "field": fields}

    choices = {"float32_tensor": 2, "float64_tensor": 3, "int32_tensor": 7, "bytes": 9}
    messages = {"float32_tensor": "Float32Tensor", "float64_tensor": "Float64Tensor", "int32_tensor": "Int32Tensor"}
    value = [_message(name, messages.get(name, "Bytes"), number, oneof_index=0) for name, number in choices.items()]
    maps = {"features": ("FeaturesEntry", 1), "label": ("LabelEntry", 2)}
    entry = [_field("key", "STRING", 1), _message("value", "Value", 2)]
    record = [_message(name, f"Record.{kind}", number, label="LABEL_REPEATED") for name, (kind, number) in maps.items()]
    record += [_field(name, "STRING", number) for number, name in enumerate(["uid", "metadata", "configuration"], 3)]
    return {
        "name": "record.proto",
        "package": "aialgs.data",
        "syntax": "proto2",
        "messageType": [
            tensor("Float32Tensor", "FLOAT"),
            tensor("Float64Tensor", "DOUBLE"),
            tensor("Int32Tensor", "INT32"),
            {"name": "Bytes", "field": [_field("value", "BYTES", 1, label="LABEL_REPEATED")]},
            {"name": "Value", "field": value, "oneofDecl": [{"name": "value"}]},
            {
                "name": "Record",
                "field": record,
                "nestedType": [
                    {"name": kind, "field": entry, "options": {"mapEntry": True}} for kind, _ in maps.values()
                ],
            },
        ],
    }


def _field(name: str, kind: str, number: int, **more: Any) -> dict[str, Any]:
    return {"label": "LABEL_OPTIONAL", "name": name, "type": f"TYPE_{kind}", "number": number} | more


def _message(name: str, kind: str, number: int, **more: Any) -> dict[str, Any]:
    return _field(name, "MESSAGE", number, typeName=f".aialgs.data.{kind}", **more)


def frame(payload: bytes) -> bytes:
    return struct.pack("<II", 0xCED7230A, len(payload)) + payload + bytes(-len(payload) % 4)


def payloads(data: bytes) -> list[bytes]:
    found, position = [], 0
    while position < len(data):
        magic, length = struct.unpack_from("<II", data, position)
        assert magic == 0xCED7230A
        found.append(data[position + 8 : position + 8 + length])
        position += 8 + length + -length % 4
    return found


def dumps(features: Any, labels: Any | None = None) -> bytes:
    """The records of :func:`write` as bytes."""
    written = io.BytesIO()
    write(written, features, labels)
    return written.getvalue()


def write(file: BinaryIO, features: Any, labels: Any | None = None) -> None:
    """One message per row, filled and serialized, as the V2 SDK's helper did; labels of shape (rows,)."""
    record = record_class()()
    tensor = TENSORS[features.dtype.name]
    label_tensor = None if labels is None else TENSORS[labels.dtype.name]
    for index, row in enumerate(features):
        record.Clear()
        values = getattr(record.features["values"], tensor)
        values.SetInParent()
        values.values.extend(row)
        if label_tensor:
            getattr(record.label["values"], label_tensor).values.extend([labels[index]])
        file.write(frame(record.SerializeToString()))


def loads(data: bytes) -> tuple[Any, Any]:
    """One message per row, parsed and read; dense rows with one label or none."""
    features, labels = [], []
    record = record_class()()
    for payload in payloads(data):
        record.ParseFromString(payload)
        features.append(vector(record.features["values"]))
        if "values" in record.label:
            labels.append(vector(record.label["values"]))
    return np.vstack(features), np.concatenate(labels) if labels else None


def vector(value: Any) -> Any:
    """The values of a dense tensor."""
    name = value.WhichOneof("value")
    dtype = next(dtype for dtype, tensor in TENSORS.items() if tensor == name)
    return np.array(getattr(value, name).values, dtype)


def framed(records: Iterable[Any]) -> bytes:
    return b"".join(frame(record.SerializeToString()) for record in records)
