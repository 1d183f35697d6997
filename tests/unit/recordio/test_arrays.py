"""Which arrays can be written, as what, and how the others are refused."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import numpy as np
import pytest

from processing_scripts.recordio import ArrayError, dumps, loads, read, write


@pytest.mark.parametrize("dtype", ["float32", "float16", "bool", "int8", "uint8", "int16", "uint16"])
def test_types_of_at_most_16_bits_and_float32_are_written_as_float32(dtype):
    features = np.array([[0, 1]], dtype)
    found, labels = loads(dumps(features, features[:, 1]))
    assert found.dtype == labels.dtype == np.float32
    np.testing.assert_array_equal(found, features)


@pytest.mark.parametrize("dtype", ["float64", "int32", "uint32", "int64", "uint64"])
def test_wider_types_are_written_as_float64(dtype):
    features = np.array([[0, 1, 2**31 - 1]], dtype)
    found, labels = loads(dumps(features, features[:, 1]))
    assert found.dtype == labels.dtype == np.float64
    np.testing.assert_array_equal(found, features)


def test_labels_have_a_type_of_their_own():
    features, labels = loads(dumps(np.ones((1, 2), np.float32), np.array([1])))
    assert (features.dtype, labels.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize("dtype", ["<i8", ">i8"])
@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1])
def test_an_integer_that_float64_cannot_hold_is_refused(number, dtype):
    with pytest.raises(ArrayError, match=rf"Features of type .+ hold {number}, which float64 may not hold"):
        dumps(np.array([[0, number]], dtype))


def test_the_largest_integers_that_float64_holds_are_written():
    features = np.array([[2**53, -(2**53)]])
    np.testing.assert_array_equal(loads(dumps(features))[0], features)


@pytest.mark.parametrize(
    "array",
    [["a"], np.array([None]), np.array([1j]), np.array(["2018-01-01"], "M8[D]"), np.array([1], np.longdouble)],
    ids=["text", "objects", "complex", "dates", "long double"],
)
def test_types_that_are_not_numbers_or_too_wide_are_refused_by_name(array):
    features = np.atleast_2d(array)
    with pytest.raises(ArrayError, match=re.escape(f"Features of type {features.dtype} cannot be written; convert")):
        dumps(features)
    with pytest.raises(ArrayError, match="Labels of type"):
        dumps([[1.0]], features[0])


@pytest.mark.parametrize("features", [[1.0, 2.0], 1.0, [[[1.0]]]])
def test_features_that_are_no_matrix_are_refused(features):
    with pytest.raises(ArrayError, match=r"Features must be of shape \(rows, columns\), but are of shape \("):
        dumps(features)


@pytest.mark.parametrize("labels", [[1.0], [[1.0]], [1.0, 2.0, 3.0], np.ones((2, 0)), np.ones((2, 1, 1)), 1.0])
def test_labels_that_do_not_fit_the_rows_are_refused(labels):
    with pytest.raises(ArrayError, match=r"Labels must be of shape \(2,\) or \(2, labels\), as there are 2 rows"):
        dumps(np.ones((2, 3)), labels)


def test_a_row_too_long_for_a_record_is_refused():
    for features, labels in ((np.empty((0, 2**25)), None), (np.empty((0, 1)), np.empty((0, 2**25)))):
        with pytest.raises(ArrayError, match="A row of 268435456 bytes is too long for one record"):
            dumps(features, labels)


def test_nothing_is_written_of_what_is_refused():
    file = io.BytesIO()
    with pytest.raises(ArrayError):
        write(file, np.ones((2, 3)), np.array([1, 2**60 + 1]))
    assert file.getvalue() == b""


def test_a_chunk_of_no_rows_is_refused_before_anything_is_read():
    with pytest.raises(ValueError, match="rows_per_chunk must be at least 1, not 0"):
        read(io.BytesIO(), 0)


def test_numpy_is_all_that_is_needed():
    code = "import sys; import processing_scripts.recordio; print(*sorted(name.split('.')[0] for name in sys.modules))"
    imported = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "numpy" in imported
    assert not {"pandas", "scipy", "google", "sklearn", "boto3", "xgboost"} & set(imported)
