"""Writing of the outputs: CSV and RecordIO files for the built-in algorithms, keys, schema, and data report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from processing_scripts import recordio
from processing_scripts.data_report.statistics import Report
from processing_scripts.schema import Schema

_HOLIDAY = {True: "Holiday", False: "No Holiday"}
_YES_OR_NO = {True: "Yes", False: "No"}


def write_part(directory: Path, features: pd.DataFrame, label: pd.Series[float] | None = None) -> None:
    """Write ``data.csv`` for the built-in algorithms: no header, label first, missing values as empty cells.

    The directory must not contain other files, because the algorithms read all of them.
    """
    table = features if label is None else pd.concat([label.rename("label").astype("int64"), features], axis=1)
    directory.mkdir(parents=True, exist_ok=True)
    write_rows(directory / "data.csv", table)


def write_rows(path: Path, table: pd.DataFrame) -> None:
    """Write numbers as CSV without a header, each as the shortest text that parses to the same double."""
    # pyarrow, which is in the scikit-learn image, takes a tenth of the time of pandas.
    import pyarrow as pa
    from pyarrow import csv

    csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), path, csv.WriteOptions(include_header=False))


def write_recordio(directory: Path, features: pd.DataFrame, label: pd.Series[float] | None = None) -> None:
    """Write ``data.recordio``: the rows of `write_part` as float32, the precision of XGBoost."""
    directory.mkdir(parents=True, exist_ok=True)
    labels = None if label is None else label.to_numpy(dtype=np.float32)
    with (directory / "data.recordio").open("wb") as file:
        recordio.write(file, features.to_numpy(dtype=np.float32), labels)


def write_keys(path: Path, observations: pd.DataFrame) -> None:
    """Write the keys of rows with a header: hour, raw columns, and rentals where known."""
    keys = observations.assign(
        datetime=observations["datetime"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
        rentals=observations["rentals"].astype("Int64"),
        holiday=observations["holiday"].map(_HOLIDAY),
        functioning_day=observations["functioning_day"].map(_YES_OR_NO),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    keys.to_csv(path, index=False, lineterminator="\n")


def write_json(path: Path, content: Schema | Report) -> None:
    """Write the schema or the data report; the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
