"""Whatever is written is read as it was, bit for bit, and is what Google's protobuf package writes and reads."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
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


@settings(deadline=None)
@given(matrices(min_rows=1))
def test_what_is_written_is_read_bit_for_bit(matrix):
    for found, expected in zip(loads(dumps(*matrix)), matrix, strict=True):
        assert_same(found, expected)


@settings(deadline=None)
@given(matrices(several_labels=False))
def test_a_dense_matrix_gives_the_very_bytes_that_googles_package_gives(matrix):
    assert dumps(*matrix) == aialgs.dumps(*matrix)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_any_width_give_the_very_bytes_that_googles_package_gives(dtype):
    for columns in (*range(70), 4_000, 5_000, 70_000):
        features = np.arange(3 * columns, dtype=dtype).reshape(3, columns)
        data = dumps(features, features[:, 0] if columns else None)
        assert data == aialgs.dumps(features, features[:, 0] if columns else None)
        assert_same(loads(data)[0], features)


@settings(deadline=None)
@given(matrices(min_rows=1, min_columns=1, several_labels=False))
def test_google_and_the_local_service_read_what_is_written(matrix):
    data = dumps(*matrix)
    for reader in (aialgs.loads, read_matrix):
        features, labels = reader(data)
        np.testing.assert_array_equal(features, matrix[0])
        np.testing.assert_array_equal(labels, matrix[1])


@settings(deadline=None)
@given(matrices(), st.integers(1, 15))
def test_chunks_put_together_are_the_whole(matrix, rows_per_chunk):
    chunks = list(read(io.BytesIO(dumps(*matrix)), rows_per_chunk))
    rows = len(matrix[0])
    sizes = [len(features) for features, _ in chunks]
    assert sizes == [rows_per_chunk] * (rows // rows_per_chunk) + [rows % rows_per_chunk] * (rows % rows_per_chunk > 0)
    if chunks:
        assert_same(np.concatenate([features for features, _ in chunks]), matrix[0])
        labels = [labels for _, labels in chunks]
        assert_same(None if matrix[1] is None else np.concatenate(labels), matrix[1])


@settings(deadline=None)
@given(matrices(), st.integers(0, 12))
def test_a_matrix_written_in_two_calls_is_the_matrix_written_in_one(matrix, cut):
    features, labels = matrix
    file = io.BytesIO()
    write(file, features[:cut], None if labels is None else labels[:cut])
    write(file, features[cut:], None if labels is None else labels[cut:])
    assert file.getvalue() == dumps(features, labels)


def test_special_numbers_are_kept():
    features = np.array([[np.nan, np.inf, -np.inf, -0.0, np.finfo("f8").max, np.finfo("f8").smallest_subnormal]])
    assert loads(dumps(features))[0].tobytes() == features.tobytes()


def test_no_rows_are_no_bytes_and_no_bytes_are_no_rows():
    assert dumps(np.empty((0, 3), np.float32), np.empty(0)) == b""
    features, labels = loads(b"")
    assert features.shape == (0, 0)
    assert labels is None
    assert list(read(io.BytesIO())) == []


def test_what_is_read_may_be_changed():
    features, labels = loads(dumps(np.ones((3, 2)), np.ones(3)))
    features += 1
    labels += 1


@pytest.mark.parametrize(
    "arrange",
    [np.asfortranarray, lambda array: array[::-2, ::2], lambda array: array.astype(array.dtype.newbyteorder(">"))],
)
def test_how_an_array_lies_in_memory_does_not_matter(arrange):
    features = np.random.default_rng(0).random((9, 8))
    np.testing.assert_array_equal(loads(dumps(arrange(features)))[0], arrange(features))


def test_a_matrix_of_many_blocks_is_read_as_it_was_written():
    generator = np.random.default_rng(0)
    features, labels = generator.random((60_000, 25)), generator.random(60_000).astype(np.float32)
    found_features, found_labels = loads(dumps(features, labels))
    assert_same(found_features, features)
    assert_same(found_labels, labels)
