"""Files of other writers: sparse rows, other tensors and encodings, unknown fields."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing_scripts.recordio import MatrixError, MessageError, dumps, loads, read
from tests.unit.recordio import aialgs

KINDS = st.sampled_from(["float32", "float64", "int32"])
SOME_KINDS = [("float32", "float32"), ("float64", "float32"), ("int32", "float64")]


def record(features=None, label=None, dtype="float32", label_dtype="float32", packed=True, **more):
    """A message; features and label are values, or keyword arguments of the tensor."""
    made = aialgs.record_class(packed=packed)(**more)
    for target, tensor, kind in ((made.features, features, dtype), (made.label, label, label_dtype)):
        if tensor is not None:
            fields = tensor if isinstance(tensor, dict) else {"values": tensor}
            message = getattr(target["values"], aialgs.TENSORS[kind])
            message.SetInParent()
            for name, numbers in fields.items():
                getattr(message, name).extend(numbers)
    return made


def features_of(value):
    """A serialized record whose features are this serialized ``Value`` of less than 100 bytes."""
    entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
    return b"\x0a" + bytes([len(entry)]) + entry


def read_records(*records):
    return loads(aialgs.framed(records))


@st.composite
def rows_of_any_form(draw):
    """Rows, their labels, and their records, each in a form of its own."""
    columns = draw(st.integers(1, 6))
    labels = draw(st.integers(0, 3))
    rows, targets, records = [], [], []
    integers = st.integers(-(2**31), 2**31 - 1)
    for _ in range(draw(st.integers(1, 8))):
        kind, label_kind = draw(KINDS), draw(KINDS)
        numbers = {"float32": st.floats(width=32), "float64": st.floats(), "int32": integers}
        row = draw(st.lists(numbers[kind], min_size=columns, max_size=columns))
        target = draw(st.lists(numbers[label_kind], min_size=labels, max_size=labels))
        tensor = {"values": row}
        if draw(st.booleans()):
            present = draw(st.lists(st.sampled_from(range(columns)), unique=True))
            row = [value if column in present else 0 for column, value in enumerate(row)]
            tensor = {"values": [row[column] for column in present], "keys": present, "shape": [columns]}
        elif draw(st.booleans()):
            tensor = tensor | {"shape": [columns]}
        more = draw(st.fixed_dictionaries({}, optional={name: st.text() for name in ("uid", "metadata")}))
        packed = draw(st.booleans())
        records.append(record(tensor, target or None, kind, label_kind, packed, **more))
        rows.append(row)
        targets.append(target)
    return rows, targets, records


@given(rows_of_any_form(), st.integers(1, 9))
def test_rows_of_mixed_forms(drawn, rows_per_chunk):
    rows, targets, records = drawn
    data = aialgs.framed(records)
    chunks = list(read(io.BytesIO(data), rows_per_chunk))
    in_chunks = np.concatenate([features for features, _ in chunks])
    features, labels = loads(data)
    np.testing.assert_array_equal(features, np.array(rows, float))
    np.testing.assert_array_equal(in_chunks, features)
    if targets[0]:
        np.testing.assert_array_equal(labels.reshape(len(rows), -1), np.array(targets, float))
        np.testing.assert_array_equal(np.concatenate([labels for _, labels in chunks]), labels)
    else:
        assert labels is None


@given(st.data())
def test_fast_and_general_reader_agree(data):
    """Of few forms, so that many are alike, with descriptions that differ, and in any order."""
    forms = [
        ({"dtype": kind, "label_dtype": label}, shape) for kind, label in SOME_KINDS for shape in ({}, {"shape": [3]})
    ]
    numbers = st.integers(-2, 2)
    framed = []
    for _ in range(data.draw(st.integers(1, 40))):
        kinds, shape = data.draw(st.sampled_from(forms))
        tensor = shape | {"values": data.draw(st.tuples(numbers, numbers, numbers))}
        described = {"uid": data.draw(st.sampled_from(["", "a", "b", "values"])), "metadata": "x" * data.draw(numbers)}
        framed.append(aialgs.framed([record(tensor, [data.draw(numbers)], **kinds, **described)]))
    features, labels = loads(b"".join(framed))
    one_by_one = [loads(one) for one in framed]
    np.testing.assert_array_equal(features, np.concatenate([row for row, _ in one_by_one]))
    np.testing.assert_array_equal(labels, np.concatenate([label for _, label in one_by_one]))


def test_more_layouts_than_the_limit():
    made = [record([index, 1], [2], metadata="x" * (index % 100)) for index in range(250)]
    features, labels = read_records(*made)
    assert features.tolist() == [[index, 1] for index in range(250)]
    assert labels.tolist() == [2] * 250


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_types_are_kept(dtype):
    features, labels = read_records(record([1, 2], [3], dtype, dtype))
    assert features.dtype == labels.dtype == dtype


def test_mixed_types_widen():
    features, _ = read_records(record([1.5], dtype="float32"), record([2**31 - 1], dtype="int32"))
    assert features.tolist() == [[1.5], [2**31 - 1]]


def test_negative_integers_are_read():
    assert read_records(record([-1, -(2**31), 5], dtype="int32"))[0].tolist() == [[-1, -(2**31), 5]]


def test_sparse_row():
    features, _ = read_records(
        record({"values": [7, 9], "keys": [3, 0], "shape": [5]}), record({"shape": [5]}), record([1, 2, 3, 4, 5])
    )
    assert features.tolist() == [[9, 0, 0, 7, 0], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5]]


def test_tensor_of_several_dimensions():
    dense = record({"values": range(6), "shape": [2, 3]})
    sparse = record({"values": [5], "keys": [4], "shape": [2, 3]})
    assert read_records(dense, sparse)[0].tolist() == [[0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 5, 0]]


def test_several_labels():
    assert read_records(record([1], [2, 3]), record([1], [4, 5]))[1].tolist() == [[2, 3], [4, 5]]


def test_other_fields_are_ignored():
    made = record([1, 2], [3], uid="row-1", metadata='{"source": "elsewhere"}', configuration="{}")
    made.features["image"].bytes.value.append(b"...")
    made.label["weight"].float32_tensor.values.extend([0.5, 0.5])
    features, labels = read_records(made)
    assert features.tolist() == [[1, 2]]
    assert labels.tolist() == [3]


UNKNOWN = {
    "varint": b"\xa0\x06\x01",
    "64 bits": b"\xa1\x06" + bytes(8),
    "bytes": b"\xa2\x06\x02ab",
    "32 bits": b"\xa5\x06" + bytes(4),
    "nested groups": b"\xa3\x06\xa3\x06\x08\x01\xa4\x06\xa4\x06",
}
"""Fields with the number 100."""


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_fields_are_passed_over(unknown):
    payload = record([1, 2], [3]).SerializeToString()
    for changed in (unknown + payload, payload + unknown):
        features, labels = loads(aialgs.frame(changed))
        assert (features.tolist(), labels.tolist()) == ([[1, 2]], [3])


def test_repeated_field_is_merged():
    first, second = record([1, 2], [7]), record([3], [8])
    payload = features_of(first.features["values"].SerializeToString() + second.features["values"].SerializeToString())
    parsed = aialgs.record_class().FromString(payload)
    assert list(parsed.features["values"].float32_tensor.values) == [1, 2, 3]
    assert loads(aialgs.frame(payload))[0].tolist() == [[1, 2, 3]]
    # A map's entry that comes twice is replaced, not merged.
    twice = first.SerializeToString() + record([3, 4], [8]).SerializeToString()
    features, labels = loads(aialgs.frame(twice))
    assert (features.tolist(), labels.tolist()) == ([[3, 4]], [8])


def test_last_tensor_of_a_value():
    first, second = record([1.0]), record([2.0], dtype="float64")
    payload = features_of(first.features["values"].SerializeToString() + second.features["values"].SerializeToString())
    parsed = aialgs.record_class().FromString(payload)
    assert parsed.features["values"].WhichOneof("value") == "float64_tensor"
    assert loads(aialgs.frame(payload))[0].tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (record(uid="7"), "it has no features named 'values'"),
        (record({"values": [1], "keys": [0]}), "sparse but have no shape"),
        (record({"values": [1], "keys": [0, 1], "shape": [3]}), "have 2 keys for 1 values"),
        (record({"values": [1], "keys": [3], "shape": [3]}), r"have the key 3 outside of the shape \[3\]"),
        (record({"values": [1, 2], "keys": [1, 1], "shape": [3]}), "have a duplicate key"),
        (record({"values": [1, 2], "shape": [3]}), r"have 2 values for the shape \[3\]"),
        (record({"values": [1], "keys": [0], "shape": [2**32, 2**32]}), "at most 16777216 can be made dense"),
    ],
)
def test_record_without_row(made, message):
    good = dumps(np.ones((2, 3), np.float32))
    with pytest.raises(MessageError, match=rf"^Record 2 \(counted from 0\) at byte {len(good)}: .*{message}") as error:
        loads(good + aialgs.framed([made]))
    assert (error.value.index, error.value.offset) == (2, len(good))


def test_features_of_bytes():
    image, nothing, named = (aialgs.record_class()() for _ in range(3))
    image.features["values"].bytes.value.append(b"...")
    nothing.features["values"].SetInParent()
    named.features["image"].bytes.value.append(b"...")
    for made, message in ((image, "are bytes, not a tensor"), (nothing, "are empty"), (named, "only 'image'")):
        with pytest.raises(MessageError, match=message):
            read_records(made)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (record([1], [5]), "it has 1 features, the records before it have 2"),
        (record([1, 2, 3], [5]), "it has 3 features, the records before it have 2"),
        (record([1, 2]), "it has 0 labels, the records before it have 1"),
        (record([1, 2], [5, 6]), "it has 2 labels, the records before it have 1"),
    ],
)
def test_record_of_another_width(made, message):
    good = dumps(np.ones((5, 2), np.float32), np.ones(5, np.float32))
    with pytest.raises(MatrixError, match=rf"^Record 5 \(counted from 0\) at byte {len(good)}: {message}\.$"):
        loads(good + aialgs.framed([made]) + good)
