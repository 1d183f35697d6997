"""Features of any number of raw hours, part by part: one part at a time is in memory.

``python -m processing_scripts.parts --schema schema.json --hours hours.csv --output DIR --rows 20000 --format csv``
reads the rows in their order and writes, for each part in which hours can be predicted::

    DIR/rows/part-00000.csv         as the built-ins read it: features only, no header (or ``.recordio``)
    DIR/known/part-00000.parquet    the same rows with what they are: datetime, the series if there is one, features

and to standard output, as soon as both are whole, a line of JSON: ``{"part": "part-00000", "rows": 19832}``; at the
end ``{"read": 1000000, "predicted": 999832}``. With ``--series COLUMN`` the rows of each value of that column are a
series of hours of their own (a station, a forecast among others), with their own history. The rows of a series come in
the order of time; for what cannot be predicted for want of history `processing_scripts.history` holds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts import recordio
from processing_scripts.catalogue import HISTORY_HOURS, FeatureSet
from processing_scripts.cells import Cells
from processing_scripts.columns import recognised
from processing_scripts.dates import DateColumn, read_dates
from processing_scripts.errors import ColumnError, HoursError, PreprocessingError
from processing_scripts.features import make_features
from processing_scripts.history import next_hours, no_history
from processing_scripts.outputs import write_rows
from processing_scripts.reading import cells_of, date_column, observations_of
from processing_scripts.schema import Schema, check_features, feature_names, load_schema
from processing_scripts.tables import Table, read_tables

_HOUR = pd.Timedelta(hours=1)


class Part(NamedTuple):
    """Rows that can be predicted: what they are (datetime, series), and their features, in the order of the file."""

    keys: pd.DataFrame
    features: pd.DataFrame


@dataclass
class _Series:
    """Hours that follow each other: what is known of those before the next."""

    known: pd.DataFrame
    begun: bool = False
    hours: int = 0


@dataclass
class Parts:
    """The parts of one file, to be gone through once.

    Attributes
    ----------
    path, schema
        The file, and the schema of the model.
    rows
        How many rows are read for a part.
    series
        Name of the column that tells series apart, None where the whole file is one.
    read, predicted
        How many rows have been read and made ready so far.
    """

    path: Path
    schema: Schema
    rows: int
    series: str | None = None
    read: int = 0
    predicted: int = 0
    _underway: dict[str, _Series] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Part]:
        """Make the parts.

        Raises
        ------
        PreprocessingError
            Rows cannot be read, are not in order, or lack their history; parts before them have been given out.
        """
        days = self._days()
        for cells in self._tables():
            part = self._part(observations_of(cells, days, with_rentals=False), self._series_of(cells.table))
            self.read += len(cells.table.rows)
            self.predicted += len(part.keys)
            if len(part.keys):
                yield part
        for name, series in self._underway.items():
            if not series.begun:
                raise no_history(series.hours, self._feature_set, self._of(name))

    @property
    def _feature_set(self) -> FeatureSet:
        feature_set: FeatureSet = self.schema["feature_set"]
        return feature_set

    def _tables(self) -> Iterator[Cells]:
        for table in read_tables(self.path, recognise=recognised, rows=self.rows):
            yield cells_of(table, with_rentals=False)

    def _days(self) -> dict[str, date]:
        """Read all dates of the file together, since how one is meant may be told by another."""
        first: dict[tuple[str, int, str], int] = {}
        name = ""
        for cells in self._tables():
            column = date_column(cells)
            name = column.name
            for row, line in zip(
                zip(column.cells, column.hours, column.seasons, strict=True), column.lines, strict=True
            ):
                first.setdefault(row, line)
        written, hours, seasons = zip(*first, strict=True)
        return dict(
            zip(written, read_dates(DateColumn(name, written, hours, seasons, list(first.values()))), strict=True)
        )

    def _series_of(self, table: Table) -> list[str]:
        if self.series is None:
            return [""] * len(table.rows)
        if self.series not in table.header:
            names = ", ".join(f"'{name}'" for name in table.header)
            raise ColumnError(f"There is no column '{self.series}' to tell series apart; {self.path.name} has {names}.")
        position = table.header.index(self.series)
        return [row[position] for row in table.rows]

    def _part(self, observations: pd.DataFrame, series: list[str]) -> Part:
        of_row = pd.Series(series, index=observations.index)
        made = [self._of_series(str(name), rows) for name, rows in observations.groupby(of_row, sort=False)]
        some = [features for features in made if len(features)] or made[:1]
        features = pd.concat(some).sort_index() if len(some) > 1 else some[0]
        columns = {"datetime": observations["datetime"], **({self.series: of_row} if self.series else {})}
        return Part(pd.DataFrame(columns).loc[features.index], features)

    def _of_series(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Features of the next rows of a series, under their lines."""
        series = self._underway.setdefault(name, _Series(known=rows.iloc[:0]))
        self._check_order(name, pd.concat([series.known.tail(1), rows])["datetime"])
        ready = next_hours(rows, series.known, self._feature_set, begun=series.begun)
        series.hours += len(rows)
        series.begun |= not ready.observations.empty
        recent = pd.concat([series.known, rows])
        needed = max(HISTORY_HOURS[self._feature_set], 1)
        series.known = recent[recent["datetime"] > rows["datetime"].iloc[-1] - needed * _HOUR]
        names = feature_names(self.schema)
        if ready.observations.empty:
            return pd.DataFrame(columns=names, index=ready.observations.index)
        made = make_features(ready.observations, self._feature_set, ready.known)
        features = made[[name for name in names if name in made]]
        check_features(features, self.schema)
        return features

    def _check_order(self, name: str, hours: pd.Series[pd.Timestamp]) -> None:
        wrong = hours.diff().to_numpy()[1:] <= np.timedelta64(0)
        if wrong.any():
            at = int(np.argmax(wrong))
            (before, earlier), (line, hour) = list(hours.iloc[at : at + 2].items())
            by = f"'{self.series}' and " if self.series else ""
            raise HoursError(
                f"Line {line} (hour {hour:%Y-%m-%d %H:%M}) does not come after line {before} (hour "
                f"{earlier:%Y-%m-%d %H:%M}){self._of(name)}; sort the file by {by}hour, with one row per hour, or name "
                "with --series the column that tells its series apart."
            )

    def _of(self, name: str) -> str:
        return f" of '{name}'" if self.series else ""


def write_parts(parts: Parts, output: Path, form: str) -> None:
    """Write every part below a directory, and tell of each on standard output."""
    for folder in ("rows", "known"):
        (output / folder).mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(parts):
        name = f"part-{number:05}"
        _write(part, output, name, form)
        _tell({"part": name, "rows": len(part.keys)})
    _tell({"read": parts.read, "predicted": parts.predicted})


def _write(part: Part, output: Path, name: str, form: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    if form == "csv":
        write_rows(output / "rows" / f"{name}.csv", part.features)
    else:
        with (output / "rows" / f"{name}.recordio").open("wb") as file:
            recordio.write(file, part.features.to_numpy(dtype=np.float32))
    known = pd.concat([part.keys, part.features], axis=1)
    parquet.write_table(pa.Table.from_pandas(known, preserve_index=False), output / "known" / f"{name}.parquet")


def _tell(what: dict[str, str | int]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the parts; 0 when all is well, 1 when something is refused, with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="parts", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schema", type=Path, required=True, help="schema.json of the model")
    parser.add_argument("--hours", type=Path, required=True, help="hours to predict, their history before them")
    parser.add_argument("--output", type=Path, required=True, help="where the parts go")
    parser.add_argument("--rows", type=int, default=20_000, help="rows that are read for a part (default: %(default)s)")
    parser.add_argument("--format", choices=("csv", "recordio"), default="csv", help="of the rows")
    parser.add_argument("--series", help="column that tells series of hours apart")
    options = parser.parse_args(arguments)
    try:
        parts = Parts(options.hours, load_schema(options.schema), options.rows, options.series)
        write_parts(parts, options.output, options.format)
    except PreprocessingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
