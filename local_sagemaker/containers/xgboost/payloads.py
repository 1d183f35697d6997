"""Reading the payload of an invocation of the XGBoost image: in algorithm mode, and as its scripts read it.

The image's encoders, which scripts and its default functions use, differ from algorithm mode: they take a text as it
is, trailing newline included, and a feature that a row of LIBSVM leaves out is 0 to them instead of missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from scipy.sparse import csr_matrix

from local_sagemaker.containers.errors import UnsupportedFormatError, UserError
from local_sagemaker.containers.recordio.frames import RecordIOError
from local_sagemaker.containers.recordio.records import read_matrix
from local_sagemaker.containers.xgboost.channels import content_type_of

_MISSING = ["", "nan", "NaN", "NAN", "Nan", "-nan", "-NaN", "+nan"]
_READ_OTHERWISE = "tTsS\ufeff"
"""Of True and False, which pandas takes for numbers, the letters that are in no number but infinity; and the mark of
byte order, which it skips."""


class PayloadError(ValueError):
    """The payload is not of a type that is known, or not what its type says."""


def parse(payload: bytes, content_type: str | None, *, shifts_libsvm: bool = True) -> xgboost.DMatrix:
    """The rows of a payload, as algorithm mode reads them.

    Parameters
    ----------
    content_type
        As the client gave it; without one the payload is read as libsvm.
    shifts_libsvm
        Whether columns of libsvm that begin with 1 are moved to begin with 0.

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
        "csv": lambda data: _table(data.decode("utf-8").strip()),
        "libsvm": lambda data: _sparse(data, shifts=shifts_libsvm),
        "recordio-protobuf": lambda data: read_matrix(data)[0],
    }
    try:
        return xgboost.DMatrix(readers[kind](payload))
    except Exception as error:
        separator = " " if kind == "recordio-protobuf" else "\n "
        raised = ValueError if isinstance(error, RecordIOError) else type(error)
        raise PayloadError(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:"
            f"{separator}{raised}{separator}{error}"
        ) from error


def decode(payload: str | bytes, content_type: str) -> xgboost.DMatrix:
    """The rows of a payload, as the image's encoders read them.

    Raises
    ------
    UnsupportedFormatError
        The content type, its parameters aside, is none that they know.
    ValueError
        The payload is not what its type says.
    """
    name = content_type.partition(";")[0].strip()
    if name not in _DECODERS:
        raise UnsupportedFormatError(name)
    return _DECODERS[name](payload)


def csv_to_dmatrix(payload: str | bytes) -> xgboost.DMatrix:
    """The matrix of rows of CSV without a label; a trailing newline begins one more row."""
    return xgboost.DMatrix(_table(_text(payload)))


def libsvm_to_dmatrix(payload: str | bytes) -> xgboost.DMatrix:
    """The matrix of rows of LIBSVM; what a row leaves out is 0."""
    rows = [
        {int(column): float(value) for column, value in (item.split(":", 1) for item in line.split() if ":" in item)}
        for line in _text(payload).strip().split("\n")
    ]
    columns = sorted({column for row in rows for column in row})
    if not columns:
        return xgboost.DMatrix(np.empty((0, 0)))
    first = 1 if columns[0] >= 1 else 0
    table = np.zeros((len(rows), columns[-1] - first + 1))
    for number, row in enumerate(rows):
        for column, value in row.items():
            table[number, column - first] = value
    return xgboost.DMatrix(table)


def recordio_protobuf_to_dmatrix(payload: str | bytes) -> xgboost.DMatrix:
    """The matrix of framed records, with their labels if they have any."""
    features, labels = read_matrix(payload.encode() if isinstance(payload, str) else bytes(payload))
    return xgboost.DMatrix(features, label=labels)


_DECODERS: dict[str, Callable[[str | bytes], xgboost.DMatrix]] = {
    "text/csv": csv_to_dmatrix,
    "text/libsvm": libsvm_to_dmatrix,
    "text/x-libsvm": libsvm_to_dmatrix,
    "application/x-recordio-protobuf": recordio_protobuf_to_dmatrix,
}


def _text(payload: str | bytes) -> str:
    return payload if isinstance(payload, str) else payload.decode("utf-8")


def _table(text: str) -> np.ndarray[Any, Any]:
    """A matrix of CSV without header: an empty cell is missing, a ragged row or a text cell is an error.

    The cells are numbers as Python reads them: ``1_000`` is one, ``True`` is none.
    """
    sniffed = csv.Sniffer().sniff(text.split("\n", 1)[0][:512]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    rows = _plain_table(text, delimiter)
    if rows is not None:
        return rows
    cells = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return np.array(cells).astype(np.float64)


def _plain_table(text: str, delimiter: str) -> np.ndarray[Any, Any] | None:
    """The same, many times as fast, if pandas and Python agree on every cell; None if it cannot be told."""
    if any(character in text for character in _READ_OTHERWISE):
        return None
    try:
        # What follows the last newline is a row of its own, even if it is empty; pandas would not see that.
        rows = pd.read_csv(
            io.StringIO(text + "\n"),
            header=None,
            sep=delimiter,
            dtype=np.float64,
            quoting=csv.QUOTE_NONE,
            keep_default_na=False,
            na_values=_MISSING,
            skip_blank_lines=False,
            lineterminator="\n",
        ).to_numpy()
    except ValueError:
        return None
    # pandas fills up a row that is too short.
    alike = text.count(delimiter) == rows.shape[0] * (rows.shape[1] - 1)
    return np.asarray(rows) if alike else None


def _sparse(payload: bytes, *, shifts: bool) -> csr_matrix:
    """A matrix of LIBSVM rows."""
    rows, columns, values = [], [], []
    for number, line in enumerate(payload.decode("utf-8").strip().split("\n")):
        for item in line.split(" "):
            column, colon, value = item.partition(":")
            if colon:
                rows.append(number)
                columns.append(int(column))
                values.append(float(value))
    if shifts and columns and min(columns) >= 1:
        columns = [column - 1 for column in columns]
    return csr_matrix((np.array(values), (np.array(rows), np.array(columns))))
