"""Cutting files into records, and packing records into payloads."""

from __future__ import annotations

import io
import itertools
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, issparse

from local_sagemaker.containers.recordio.frames import RecordIOError, frame, frames
from local_sagemaker.containers.recordio.records import read_matrix, record_class, write_matrix, write_predictions
from local_sagemaker.jobs.errors import DataError
from local_sagemaker.jobs.transform.splitting import batches_of, records_of

PAYLOADS = st.lists(st.binary(max_size=40), max_size=12)
LINES = st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: not set(line) & set(b"\r\n")), max_size=20)


@given(PAYLOADS)
def test_frames_give_back_the_payloads(payloads: list[bytes]) -> None:
    written = b"".join(map(frame, payloads))
    assert len(written) % 4 == 0
    assert list(frames(written)) == payloads


@given(PAYLOADS, st.booleans())
def test_recordio_records(payloads: list[bytes], framed: bool) -> None:
    written = b"".join(map(frame, payloads))
    records = list(records_of(io.BytesIO(written), "RecordIO", framed=framed))
    assert records == ([frame(payload) for payload in payloads] if framed else payloads)


@given(LINES, st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
def test_line_records(lines: list[bytes], end: bytes) -> None:
    written = b"".join(line + end for line in lines)
    assert list(records_of(io.BytesIO(written), "Line", framed=True)) == lines


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(30, 90), st.sampled_from([b"", b"\n"]))
def test_batches_stay_within_the_size(records: list[bytes], most: int, separator: bytes) -> None:
    batches = list(batches_of(records, separator, most, None))
    assert [record for batch in batches for record in batch] == records
    assert all(len(separator.join(batch)) <= most for batch in batches)
    # No batch could have taken the first record of the next.
    for batch, following in itertools.pairwise(batches):
        assert len(separator.join([*batch, following[0]])) > most


def test_without_a_limit_there_is_one_batch() -> None:
    assert list(batches_of([b"a", b"b"], b"\n", None, None)) == [[b"a", b"b"]]


def test_single_records_are_batches_of_one() -> None:
    assert list(batches_of([b"a", b"b"], b"", 100, 1)) == [[b"a"], [b"b"]]


def test_a_record_over_the_limit_is_refused() -> None:
    with pytest.raises(DataError, match="A record of 11 bytes is larger than the payload may be"):
        list(batches_of([b"x" * 11], b"", 10, None))


@pytest.mark.parametrize("damaged", [b"no record here", frame(b"payload")[:-4], struct.pack("<I", 0xCED7230A)])
def test_damaged_recordio_is_refused(damaged: bytes) -> None:
    with pytest.raises(DataError):
        list(records_of(io.BytesIO(damaged), "RecordIO", framed=False))


def test_a_tfrecord_that_is_cut_off_is_refused() -> None:
    with pytest.raises(DataError):
        list(records_of(io.BytesIO(struct.pack("<QI", 100, 0) + b"short"), "TFRecord", framed=False))


def _record(tensor: str, values: list[float], label: float | None = None, **more: list[int]) -> bytes:
    record = record_class()()
    target = getattr(record.features["values"], tensor)
    target.values.extend(values)
    for name, numbers in more.items():
        getattr(target, name).extend(numbers)
    if label is not None:
        record.label["values"].float32_tensor.values.append(label)
    return frame(record.SerializeToString())


@pytest.mark.parametrize("tensor", ["float32_tensor", "float64_tensor", "int32_tensor"])
def test_dense_records_are_rows(tensor: str) -> None:
    features, labels = read_matrix(_record(tensor, [1, 2], 5) + _record(tensor, [3, 4], 6))
    assert features.tolist() == [[1, 2], [3, 4]]
    assert labels is not None
    assert labels.tolist() == [5, 6]


ALIKE = [
    [_record(tensor, [index, 2.5], label=index) for index in range(4)]
    for tensor in ("float32_tensor", "float64_tensor")
]
UNLIKE = [
    _record("int32_tensor", [1, 2], 5),
    _record("float32_tensor", [1, 2]),
    _record("float32_tensor", [1, 2], 5, shape=[2]),
    _record("float64_tensor", [1, 2], 5),
]


@given(st.sampled_from(ALIKE), st.lists(st.sampled_from(UNLIKE), max_size=1), st.integers(0, 4))
def test_mixed_records_are_read_one_by_one(alike: list[bytes], unlike: list[bytes], position: int) -> None:
    records = alike[:position] + unlike + alike[position:]
    features, labels = read_matrix(b"".join(records))
    alone = [read_matrix(record) for record in records]
    assert features.tolist() == [row.tolist()[0] for row, _ in alone]
    assert labels is not None
    assert labels.tolist() == [label[0] for _, label in alone if label is not None]


@pytest.mark.parametrize("alike", ALIKE)
def test_damaged_record_is_located(alike: list[bytes]) -> None:
    written = b"".join(alike)
    with pytest.raises(RecordIOError, match=f"Invalid RecordIO magic at offset {2 * len(alike[0])}"):
        read_matrix(written[: 2 * len(alike[0])] + b"x" + written[2 * len(alike[0]) + 1 :])
    with pytest.raises(RecordIOError, match=f"Truncated record at offset {3 * len(alike[0]) + 8}"):
        read_matrix(written[:-4])


def test_sparse_records_are_rows_of_a_sparse_matrix() -> None:
    written = _record("float32_tensor", [5], keys=[1], shape=[4]) + _record("float32_tensor", [6], keys=[3])
    features, labels = read_matrix(written)
    assert features.toarray().tolist() == [[0, 5, 0, 0], [0, 0, 0, 6]]
    assert labels is None


@pytest.mark.parametrize("other", [{"shape": [4]}, {"keys": [1], "shape": [5]}])
def test_malformed_sparse_records_are_refused(other: dict[str, list[int]]) -> None:
    values = [1.0] if "keys" in other else []
    with pytest.raises(ValueError, match=r"incompatible (column )?dimensions"):
        read_matrix(_record("float32_tensor", [5], keys=[1], shape=[4]) + _record("float32_tensor", values, **other))


def test_record_without_tensor_is_skipped() -> None:
    image = record_class()()
    image.features["values"].bytes.value.append(b"png")
    features, _ = read_matrix(frame(image.SerializeToString()) + _record("float32_tensor", [1, 2]))
    assert features.tolist() == [[1, 2]]


def test_no_record_at_all_is_refused() -> None:
    with pytest.raises(RecordIOError, match="No records found"):
        read_matrix(b"")


def test_record_bytes_follow_the_contract() -> None:
    """Written by hand from the field numbers: features {"values": float32_tensor {values: [1.0]}}."""
    tensor = b"\x0a\x04" + struct.pack("<f", 1.0)
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x0a\x06values" + b"\x12" + bytes([len(value)]) + value
    features, _ = read_matrix(frame(b"\x0a" + bytes([len(entry)]) + entry))
    assert features.tolist() == [[1.0]]


def test_predictions_are_records_with_labels() -> None:
    (payload,) = frames(write_predictions([{"score": [0.5]}]))
    assert list(record_class().FromString(payload).label["score"].float32_tensor.values) == [0.5]


@pytest.mark.parametrize("labels", [None, np.array([1.0, 0.0])])
@pytest.mark.parametrize(
    "matrix",
    [
        np.array([[1.5, 2.0], [0.0, 4.0]]),
        np.array([[1, 2], [0, 4]]),
        np.array([[1, 2], [0, 4]], dtype=np.float32),
        csr_matrix([[0.0, 2.0], [3.0, 0.0]]),
    ],
)
def test_written_matrix_round_trip(matrix: Any, labels: Any) -> None:
    features, found = read_matrix(write_matrix(matrix, labels))
    assert issparse(features) == issparse(matrix)
    np.testing.assert_array_equal(*(each.toarray() if issparse(each) else each for each in (features, matrix)))
    assert found is None if labels is None else found.tolist() == labels.tolist()


def test_write_one_row_and_refuse_other_types() -> None:
    assert read_matrix(write_matrix(np.array([1.0, 2.0])))[0].shape == (1, 2)
    with pytest.raises(ValueError, match=r"^Unsupported dtype int16 on array$"):
        write_matrix(np.array([[1]], dtype=np.int16))
