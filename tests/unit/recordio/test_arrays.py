"""The types of arrays that can be written."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import numpy as np
import pytest

from processing_scripts.recordio import ArrayError, dumps, loads, read, write


@pytest.mark.parametrize("dtype", ["float32", "float16", "bool", "int8", "uint8", "int16", "uint16"])
def test_small_types_become_float32(dtype):
    features = np.array([[0, 1]], dtype)
    found, labels = loads(dumps(features, features[:, 1]))
    assert found.dtype == labels.dtype == np.float32
    np.testing.assert_array_equal(found, features)


@pytest.mark.parametrize("dtype", ["float64", "int32", "uint32", "int64", "uint64"])
def test_wide_types_become_float64(dtype):
    features = np.array([[0, 1, 2**31 - 1]], dtype)
    found, labels = loads(dumps(features, features[:, 1]))
    assert found.dtype == labels.dtype == np.float64
    np.testing.assert_array_equal(found, features)


def test_labels_have_their_own_type():
    features, labels = loads(dumps(np.ones((1, 2), np.float32), np.array([1])))
    assert (features.dtype, labels.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize("dtype", ["<i8", ">i8"])
@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1])
def test_integer_beyond_float64(number, dtype):
    with pytest.raises(ArrayError, match=rf"Features of type .+ contain {number}, which float64 may not represent"):
        dumps(np.array([[0, number]], dtype))


def test_largest_exact_integers():
    features = np.array([[2**53, -(2**53)]])
    np.testing.assert_array_equal(loads(dumps(features))[0], features)


@pytest.mark.parametrize(
    "array",
    [["a"], np.array([None]), np.array([1j]), np.array(["2018-01-01"], "M8[D]"), np.array([1], np.longdouble)],
    ids=["text", "objects", "complex", "dates", "long double"],
)
def test_unsupported_types(array):
    features = np.atleast_2d(array)
    with pytest.raises(ArrayError, match=re.escape(f"Features of type {features.dtype} cannot be written; convert")):
        dumps(features)
    with pytest.raises(ArrayError, match="Labels of type"):
        dumps([[1.0]], features[0])


@pytest.mark.parametrize("features", [[1.0, 2.0], 1.0, [[[1.0]]]])
def test_features_that_are_not_a_matrix(features):
    with pytest.raises(ArrayError, match=r"Features must be of shape \(rows, columns\), but are of shape \("):
        dumps(features)


@pytest.mark.parametrize("labels", [[1.0], [[1.0]], [1.0, 2.0, 3.0], np.ones((2, 0)), np.ones((2, 1, 1)), 1.0])
def test_labels_of_wrong_shape(labels):
    with pytest.raises(ArrayError, match=r"Labels must be of shape \(2,\) or \(2, labels\), as there are 2 rows"):
        dumps(np.ones((2, 3)), labels)


def test_too_long_row():
    for features, labels in ((np.empty((0, 2**25)), None), (np.empty((0, 1)), np.empty((0, 2**25)))):
        with pytest.raises(ArrayError, match="A row of 268435456 bytes is too long for one record"):
            dumps(features, labels)


def test_refusal_writes_nothing():
    file = io.BytesIO()
    with pytest.raises(ArrayError):
        write(file, np.ones((2, 3)), np.array([1, 2**60 + 1]))
    assert file.getvalue() == b""


def test_chunk_of_no_rows():
    with pytest.raises(ValueError, match="rows_per_chunk must be at least 1, not 0"):
        read(io.BytesIO(), 0)


def test_only_numpy_is_needed():
    code = "import sys; import processing_scripts.recordio; print(*sorted(name.split('.')[0] for name in sys.modules))"
    imported = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "numpy" in imported
    assert not {"pandas", "scipy", "google", "sklearn", "boto3", "xgboost"} & set(imported)
