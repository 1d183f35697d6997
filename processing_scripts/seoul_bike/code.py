"""The bikes as a data set: `processing_scripts.loading` calls `load`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.datasets import Choices, Schema
from processing_scripts.errors import HistoryError
from processing_scripts.reading.tables import read_tables
from processing_scripts.schema import check_features, feature_names
from processing_scripts.seoul_bike.chunks import Chunk, ChunkReader
from processing_scripts.seoul_bike.features.build import make_features
from processing_scripts.seoul_bike.features.history import WithHistory, with_history
from processing_scripts.seoul_bike.preprocessing import PreparedHours, prepare_hours
from processing_scripts.seoul_bike.reading.checks import check_hours_differ
from processing_scripts.seoul_bike.reading.columns import count_known
from processing_scripts.seoul_bike.reading.observations import cells_of, read_observations


@dataclass(frozen=True)
class SeoulBikes:
    """Hours of bike rentals; see `processing_scripts.datasets.DataSet`."""

    file: DatasetFile

    def prepare(self, data: Path, batch: Path, choices: Choices, scratch: Path) -> PreparedHours:  # noqa: ARG002
        """Read and check the data and the batch."""
        return prepare_hours(self.file, data, batch, choices)

    def features_of_rows(
        self, rows: Path, schema: Schema, known: Path | None = None, *, complete: bool = False
    ) -> pd.DataFrame:
        """Calculate the features of the hours that can be predicted, indexed by their starts.

        Raises `PreprocessingError` if a file cannot be read, hours lack their history, or the schema contains unknown
        features.

        Parameters
        ----------
        rows
            A file of hours in any format that preprocessing reads; rentals are optional.
        known
            A file of preceding hours, for the history; by default they are the first rows of ``rows``.
        complete
            Whether to refuse empty weather cells and unknown columns.
        """
        batch = _hours(rows, complete=complete)
        ready = with_history(batch, batch if known is None else _hours(known), schema["options"]["features"])
        if complete and known is not None and len(ready.observations) < len(batch):
            first = f"{batch['datetime'].iloc[0]:%Y-%m-%d %H:%M}"
            raise HistoryError(f"Hour {first} has no history in {known.name}; give the hours before it.")
        return _features(ready, schema).set_index(pd.Index(ready.observations["datetime"]))

    def chunks(self, rows: Path, schema: Schema, size: int, series: str | None = None) -> ChunkReader:
        """Read hours in chunks, each with the history that its features need."""
        return ChunkReader(rows, schema["options"]["features"], size, series)

    def features_of_chunk(self, chunk: Chunk, schema: Schema) -> pd.DataFrame:
        """Calculate the features of a chunk, in the order of its file and indexed by line."""
        made = [_features(series, schema) for series in chunk.series]
        return pd.concat(made).sort_index() if len(made) > 1 else made[0]

    def identity(self, rows: Path, task: str | None = None) -> pd.DataFrame:
        """Return the starts of hours, and with a task their rentals."""
        frame = read_observations(rows, with_rentals=task is not None).frame
        check_hours_differ(frame)
        return frame[["datetime"] if task is None else ["datetime", "rentals"]]

    def check_header(self, file: Path) -> None:
        """Check that a file begins with the columns of the data set and a row."""
        cells_of(next(read_tables(file, recognise=count_known, rows=1)), with_rentals=True)


def load(file: DatasetFile) -> SeoulBikes:
    """Return the data set of the bikes' file."""
    return SeoulBikes(file)


def _hours(path: Path, *, complete: bool = False) -> pd.DataFrame:
    frame = read_observations(path, with_rentals=False, complete=complete).frame
    check_hours_differ(frame)
    return frame.sort_values("datetime")


def _features(hours: WithHistory, schema: Schema) -> pd.DataFrame:
    made = make_features(hours.observations, schema["options"]["features"], hours.known)
    features = made[[name for name in feature_names(schema) if name in made]]
    check_features(features, schema)
    return features
