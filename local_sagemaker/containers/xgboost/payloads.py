"""Decoders for payloads of the XGBoost image: in algorithm mode, and in scripts.

The image's encoders, which scripts and its default functions use, differ from algorithm mode: they read a text with its
trailing newline, and a feature that a row of LIBSVM leaves out is 0 instead of missing.
"""

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
"""Characters that pandas and Python read differently: letters of True and False, which pandas parses as numbers, chosen
so that they occur in no number but infinity; and the byte order mark, which pandas skips."""


class PayloadError(ValueError):
    """The payload has an unknown content type, or does not match its type."""


def parse(payload: bytes, content_type: str | None, *, shifts_libsvm: bool = True) -> xgboost.DMatrix:
    """Decode the rows of a payload as algorithm mode does.

    ``content_type`` is the client's; None means libsvm. ``shifts_libsvm``: whether columns of libsvm that begin with 1
    are shifted to begin with 0.

    Raises PayloadError with the container's message.
    """
    try:
        kind = content_type_of(content_type)
    except UserError as error:
        raise PayloadError(str(error)) from error
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
    """Decode the rows of a payload as the image's encoders do.

    Raises UnsupportedFormatError if the content type, without parameters, is unknown; ValueError if the payload does
    not match its type.
    """
    name = content_type.partition(";")[0].strip()
    if name not in _DECODERS:
        raise UnsupportedFormatError(name)
    return _DECODERS[name](payload)


def csv_to_dmatrix(payload: str | bytes) -> xgboost.DMatrix:
    """Decode rows of CSV without a label; a trailing newline begins one more row."""
    return xgboost.DMatrix(_table(_text(payload)))


def libsvm_to_dmatrix(payload: str | bytes) -> xgboost.DMatrix:
    """Decode rows of LIBSVM; a feature that a row leaves out is 0."""
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
    """Decode framed records, with their labels if they have any."""
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
    """Parse CSV without a header: an empty cell is missing, a ragged row or a text cell is an error.

    Cells are numbers as Python parses them: ``1_000`` is a number, ``True`` is not.
    """
    sniffed = csv.Sniffer().sniff(text.split("\n", 1)[0][:512]).delimiter
    delimiter = "," if sniffed.isalnum() else sniffed
    rows = _plain_table(text, delimiter)
    if rows is not None:
        return rows
    cells = [[cell or "nan" for cell in line.split(delimiter)] for line in text.split("\n")]
    return np.array(cells).astype(np.float64)


def _plain_table(text: str, delimiter: str) -> np.ndarray[Any, Any] | None:
    """Parse CSV with pandas, many times as fast; None if pandas and Python may disagree on a cell."""
    if any(character in text for character in _READ_OTHERWISE):
        return None
    try:
        # The text after the last newline is a row, even if it is empty; pandas would ignore it.
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
    # pandas pads a row that is too short.
    rectangular = text.count(delimiter) == rows.shape[0] * (rows.shape[1] - 1)
    return np.asarray(rows) if rectangular else None


def _sparse(payload: bytes, *, shifts: bool) -> csr_matrix:
    """Parse rows of LIBSVM to a sparse matrix."""
    rows, columns, values = [], [], []
    for number, line in enumerate(payload.decode("utf-8").strip().split("\n")):
        for item in line.split(" "):
            column, *rest = item.split(":")
            if rest:  # the container passes over what follows a second colon
                rows.append(number)
                columns.append(int(column))
                values.append(float(rest[0]))
    if shifts and columns and min(columns) >= 1:
        columns = [column - 1 for column in columns]
    return csr_matrix((np.array(values), (np.array(rows), np.array(columns))))
