"""Files are read bit for bit as written, and equal those of Google's protobuf package."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from local_sagemaker.containers.recordio.records import read_matrix
from processing_scripts.recordio import dumps, loads, read, write
from tests.unit.recordio import aialgs

FLOATS = st.sampled_from([np.float32, np.float64])


@st.composite
def matrices(draw: st.DrawFn, min_rows: int = 0, min_columns: int = 0, several_labels: bool = True):
    """Features and labels of any bits, NaN of every payload, infinities and -0.0 among them."""
    rows = draw(st.integers(min_rows, 12))

    def numbers(*columns):
        dtype = np.dtype(draw(FLOATS))
        bits = draw(nps.arrays(f"u{dtype.itemsize}", (rows, *columns)))
        return bits.view(dtype)

    features = numbers(draw(st.integers(min_columns, 9)))
    shapes = [(), (2,), (3,)] if several_labels else [()]
    labels = draw(st.none() | st.sampled_from(shapes).map(lambda shape: numbers(*shape)))
    return features, labels


def assert_same(found, expected):
    if expected is None:
        assert found is None
        return
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    assert found.tobytes() == expected.tobytes()


@given(matrices(min_rows=1))
def test_round_trip(matrix):
    for found, expected in zip(loads(dumps(*matrix)), matrix, strict=True):
        assert_same(found, expected)


@given(matrices(several_labels=False))
def test_same_bytes_as_protobuf_package(matrix):
    assert dumps(*matrix) == aialgs.dumps(*matrix)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_same_bytes_for_any_width(dtype):
    for columns in (*range(70), 4_000, 5_000, 70_000):
        features = np.arange(3 * columns, dtype=dtype).reshape(3, columns)
        data = dumps(features, features[:, 0] if columns else None)
        assert data == aialgs.dumps(features, features[:, 0] if columns else None)
        assert_same(loads(data)[0], features)


@given(matrices(min_rows=1, min_columns=1, several_labels=False))
def test_other_readers_read_the_file(matrix):
    data = dumps(*matrix)
    for reader in (aialgs.loads, read_matrix):
        features, labels = reader(data)
        np.testing.assert_array_equal(features, matrix[0])
        np.testing.assert_array_equal(labels, matrix[1])


@given(matrices(), st.integers(1, 15))
def test_chunks_concatenate_to_the_matrix(matrix, rows_per_chunk):
    chunks = list(read(io.BytesIO(dumps(*matrix)), rows_per_chunk))
    rows = len(matrix[0])
    sizes = [len(features) for features, _ in chunks]
    assert sizes == [rows_per_chunk] * (rows // rows_per_chunk) + [rows % rows_per_chunk] * (rows % rows_per_chunk > 0)
    if chunks:
        assert_same(np.concatenate([features for features, _ in chunks]), matrix[0])
        labels = [labels for _, labels in chunks]
        assert_same(None if matrix[1] is None else np.concatenate(labels), matrix[1])


@given(matrices(), st.integers(0, 12))
def test_two_writes_equal_one(matrix, cut):
    features, labels = matrix
    file = io.BytesIO()
    write(file, features[:cut], None if labels is None else labels[:cut])
    write(file, features[cut:], None if labels is None else labels[cut:])
    assert file.getvalue() == dumps(features, labels)


def test_special_numbers_are_kept():
    features = np.array([[np.nan, np.inf, -np.inf, -0.0, np.finfo("f8").max, np.finfo("f8").smallest_subnormal]])
    assert loads(dumps(features))[0].tobytes() == features.tobytes()


def test_empty_matrix():
    assert dumps(np.empty((0, 3), np.float32), np.empty(0)) == b""
    features, labels = loads(b"")
    assert features.shape == (0, 0)
    assert labels is None
    assert list(read(io.BytesIO())) == []


def test_read_arrays_are_writable():
    features, labels = loads(dumps(np.ones((3, 2)), np.ones(3)))
    features += 1
    labels += 1


@pytest.mark.parametrize(
    "arrange",
    [np.asfortranarray, lambda array: array[::-2, ::2], lambda array: array.astype(array.dtype.newbyteorder(">"))],
)
def test_any_memory_layout(arrange):
    features = np.random.default_rng(0).random((9, 8))
    np.testing.assert_array_equal(loads(dumps(arrange(features)))[0], arrange(features))


def test_matrix_of_many_blocks():
    generator = np.random.default_rng(0)
    features, labels = generator.random((60_000, 25)), generator.random(60_000).astype(np.float32)
    found_features, found_labels = loads(dumps(features, labels))
    assert_same(found_features, features)
    assert_same(found_labels, labels)
