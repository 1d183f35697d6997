"""Writing of the outputs: CSV and RecordIO files for the built-in algorithms, keys, schema, and data report."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts import recordio
from processing_scripts.datasets import Report, Rows, Schema
from processing_scripts.hosts import Share


class SetWriter:
    """Writer of a host's share of all sets below a folder, chunk by chunk; a context manager.

    ``data.csv`` is what the built-in algorithms read: no header, the label first, missing values as empty cells. With
    ``with_recordio``, the rows that they train on and the batch are also written as RecordIO.
    """

    def __init__(self, output: Path, share: Share, *, with_recordio: bool = False) -> None:
        self._output, self._share = output, share
        self._recordio = with_recordio
        self._open: dict[Path, Callable[[pd.DataFrame], None]] = {}
        self._files = ExitStack()

    def __enter__(self) -> SetWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._files.close()

    def write(self, rows: Rows) -> None:
        """Append rows to the files of their set."""
        name = self._share.name("data", rows.file)
        folders = {Path(task, rows.part): label for task, label in rows.labels.items()}
        if rows.part == "batch":
            self._append(self._output / "batch" / f"{name}.csv", _csv_file, rows.features)
            if self._recordio:
                self._append(self._output / "recordio" / "batch" / f"{name}.recordio", _recordio_file, rows.features)
        for folder, label in folders.items():
            features = rows.features if len(label) == len(rows.features) else rows.features.loc[label.index]
            table = pd.concat([label, features], axis=1)
            table.columns = pd.Index([str(at) for at in range(len(table.columns))])  # a feature may have any name
            self._append(self._output / folder / f"{name}.csv", _csv_file, table)
            if self._recordio and rows.part != "test":
                self._append(self._output / "recordio" / folder / f"{name}.recordio", _labelled_recordio_file, table)
        self._append(self._output / "keys" / f"{self._share.name(rows.part, rows.file)}.csv", _keys_file, rows.keys)

    def _append(self, path: Path, opened: Callable[[Path, pd.DataFrame, ExitStack], Any], table: pd.DataFrame) -> None:
        if path not in self._open:
            # The algorithms read all files of a folder, so it must not contain others.
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open[path] = opened(path, table, self._files)
        self._open[path](table)


def _csv_file(path: Path, first: pd.DataFrame, files: ExitStack) -> Callable[[pd.DataFrame], None]:
    import pyarrow as pa
    from pyarrow import csv

    schema = pa.Schema.from_pandas(first, preserve_index=False)
    writer = files.enter_context(csv.CSVWriter(path, schema, write_options=csv.WriteOptions(include_header=False)))
    return lambda table: writer.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False))


def _recordio_file(path: Path, _first: pd.DataFrame, files: ExitStack) -> Callable[[pd.DataFrame], None]:
    file = files.enter_context(path.open("wb"))
    return lambda table: recordio.write(file, table.to_numpy(dtype=np.float32))  # the precision of XGBoost


def _labelled_recordio_file(path: Path, _first: pd.DataFrame, files: ExitStack) -> Callable[[pd.DataFrame], None]:
    file = files.enter_context(path.open("wb"))

    def write(table: pd.DataFrame) -> None:
        numbers = table.to_numpy(dtype=np.float32)
        recordio.write(file, numbers[:, 1:], numbers[:, 0])

    return write


def _keys_file(path: Path, first: pd.DataFrame, files: ExitStack) -> Callable[[pd.DataFrame], None]:
    file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
    first.iloc[:0].to_csv(file, index=False, lineterminator="\n")
    return lambda keys: keys.to_csv(file, index=False, header=False, lineterminator="\n")


def write_rows(path: Path, table: pd.DataFrame) -> None:
    """Write numbers as CSV without a header, each as the shortest text that parses to the same double."""
    # pyarrow, which is in the scikit-learn image, takes a tenth of the time of pandas.
    import pyarrow as pa
    from pyarrow import csv

    csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), path, csv.WriteOptions(include_header=False))


def write_category_index(output: Path, schema: Schema) -> None:
    """Write which columns are categories beside the sets that LightGBM and CatBoost train on; column 0 is the label."""
    columns = [at for at, feature in enumerate(schema["features"], 1) if feature["type"] == "category"]
    for task in schema["tasks"]:
        for part in ("train", "validation"):
            write_json(output / task / part / "categorical_index.json", {"cat_index_list": columns})


def write_json(path: Path, content: Schema | Report) -> None:
    """Write JSON; the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
