"""Reading the payload of an invocation of the built-in XGBoost."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from scipy.sparse import csr_matrix

from pipelines.local.containers.errors import UserError
from pipelines.local.containers.recordio import read_matrix
from pipelines.local.containers.xgboost.channels import content_type_of


class PayloadError(ValueError):
    """The payload is not of a type that is known, or not what its type says."""


def parse(payload: bytes, content_type: str | None) -> xgboost.DMatrix:
    """The rows of a payload.

    Parameters
    ----------
    content_type
        As the client gave it; without one the payload is read as libsvm.

    Raises
    ------
    PayloadError
        In the container's words.
    """
    try:
        kind = content_type_of(content_type)
    except UserError as error:
        raise PayloadError(f"Content-type {content_type} is not supported. {error}") from error
    if kind == "parquet":
        raise PayloadError(f"Content-type {content_type} is not supported.")
    readers: dict[str, Callable[[bytes], Any]] = {
        "csv": _read_csv,
        "libsvm": _read_libsvm,
        "recordio-protobuf": lambda data: read_matrix(data)[0],
    }
    try:
        return xgboost.DMatrix(readers[kind](payload))
    except Exception as error:
        separator = " " if kind == "recordio-protobuf" else "\n "
        raise PayloadError(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:"
            f"{separator}{type(error)}{separator}{error}"
        ) from error


def _read_csv(payload: bytes) -> np.ndarray[Any, Any]:
    """A matrix of CSV without header: an empty cell is missing, a ragged row or a text cell is an error."""
    text = payload.decode("utf-8").strip()
    sniffed = csv.Sniffer().sniff(text.split("\n", 1)[0][:512]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    rows = pd.read_csv(
        io.StringIO(text),
        header=None,
        sep=delimiter,
        dtype=np.float64,
        quoting=csv.QUOTE_NONE,
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
    ).to_numpy()
    # pandas fills up a row that is too short, where the container's reader fails.
    if text.count(delimiter) != rows.shape[0] * (rows.shape[1] - 1):
        raise ValueError("setting an array element with a sequence. The rows have different numbers of columns.")
    return np.asarray(rows)


def _read_libsvm(payload: bytes) -> csr_matrix:
    """A matrix of LIBSVM rows; column numbers that begin with 1 are moved to begin with 0, as the container does."""
    rows, columns, values = [], [], []
    for number, line in enumerate(payload.decode("utf-8").strip().split("\n")):
        for item in line.split(" "):
            column, colon, value = item.partition(":")
            if colon:
                rows.append(number)
                columns.append(int(column))
                values.append(float(value))
    if columns and min(columns) >= 1:
        columns = [column - 1 for column in columns]
    return csr_matrix((np.array(values), (np.array(rows), np.array(columns))))
