"""Reading of a file of hours in chunks, each with the history that its features need.

Memory holds one chunk, and the last hours of every series from the chunks before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts.errors import ColumnError, HoursError, quoted
from processing_scripts.reading.numbers import Marks, NumberColumns
from processing_scripts.reading.tables import Table, read_tables
from processing_scripts.seoul_bike.features.catalogue import HISTORY_HOURS, FeatureSet
from processing_scripts.seoul_bike.features.history import WithHistory, next_hours, no_history
from processing_scripts.seoul_bike.reading.cells import Cells
from processing_scripts.seoul_bike.reading.columns import NUMBERS, count_known
from processing_scripts.seoul_bike.reading.dates import DateColumn, read_dates
from processing_scripts.seoul_bike.reading.observations import cells_of, date_column, observations_of

_HOUR = pd.Timedelta(hours=1)


class Chunk(NamedTuple):
    """The hours of one chunk that can be predicted."""

    keys: pd.DataFrame
    """Identity of the hours (datetime, series), in the order of the file and indexed by line."""
    series: list[WithHistory]


@dataclass
class _Series:
    """The state of a series between chunks: its recent hours, whether prediction began, and the hours read."""

    known: pd.DataFrame
    begun: bool = False
    hours: int = 0


@dataclass
class ChunkReader:
    """Iterator over the chunks of one file, for a single pass."""

    path: Path
    feature_set: FeatureSet
    rows: int
    """Rows per chunk."""
    series: str | None = None
    """Column that identifies the series of a row; None if the file is a single series."""
    read: int = 0
    predicted: int = 0
    """How many of the rows read so far can be predicted."""
    _state: dict[str, _Series] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Chunk]:
        """Yield the chunks that contain hours to predict.

        Raises `PreprocessingError` if rows are invalid, out of order, or lack their history; earlier chunks were
        yielded.
        """
        days, marks = self._days_and_marks()
        for cells in self._tables():
            hours = observations_of(replace(cells, marks=marks), days, with_rentals=False)
            chunk = self._chunk(hours, self._series_of(cells.table))
            self.read += len(cells.table.lines)
            self.predicted += len(chunk.keys)
            if len(chunk.keys):
                yield chunk
        for name, series in self._state.items():
            if not series.begun:
                raise no_history(series.hours, self.feature_set, self._of(name))

    def _tables(self) -> Iterator[Cells]:
        for table in read_tables(self.path, recognise=count_known, rows=self.rows):
            yield cells_of(table, with_rentals=False)

    def _days_and_marks(self) -> tuple[dict[str, date], dict[str, Marks]]:
        """Read all dates of the file, and find the marks of its numbers, before the first chunk."""
        # 03/04/2018 in the first chunk is ambiguous until 25/04/2018, in a later one, excludes the month-first order.
        # 2.000 is ambiguous until 12,5.
        numbers = NumberColumns()
        first: dict[tuple[str, int, str], int] = {}
        name = ""
        for cells in self._tables():
            cells.number_columns(NUMBERS, numbers)
            column = date_column(cells)
            name = column.name
            rows = pd.DataFrame({"cell": column.cells, "hour": column.hours, "season": column.seasons})
            for at in np.flatnonzero(~rows.duplicated()).tolist():
                first.setdefault((column.cells[at], column.hours[at], column.seasons[at]), column.lines[at])
        written, hours, seasons = zip(*first, strict=True)
        days = read_dates(DateColumn(name, written, hours, seasons, list(first.values())))
        return dict(zip(written, days, strict=True)), numbers.marks()

    def _series_of(self, table: Table) -> list[str]:
        if self.series is None:
            return [""] * len(table.lines)
        if self.series not in table.header:
            names = ", ".join(map(quoted, table.header))
            raise ColumnError(f"The series column {quoted(self.series)} is missing; {self.path.name} has {names}.")
        series = table.columns[table.header.index(self.series)]
        return series.each(series.different)

    def _chunk(self, observations: pd.DataFrame, series: list[str]) -> Chunk:
        of_row = pd.Series(series, index=observations.index)
        ready = [self._of_series(str(name), rows) for name, rows in observations.groupby(of_row, sort=False)]
        predicted = [hours for hours in ready if len(hours.observations)]
        lines = np.sort(np.concatenate([hours.observations.index for hours in ready]))
        columns = {"datetime": observations["datetime"], **({self.series: of_row} if self.series else {})}
        return Chunk(pd.DataFrame(columns).loc[lines], predicted)

    def _of_series(self, name: str, rows: pd.DataFrame) -> WithHistory:
        """Return the rows of a series that can be predicted, with their history, and update its state."""
        series = self._state.setdefault(name, _Series(known=rows.iloc[:0]))
        self._check_order(name, pd.concat([series.known.tail(1), rows])["datetime"])
        ready = next_hours(rows, series.known, self.feature_set, begun=series.begun)
        series.hours += len(rows)
        series.begun |= not ready.observations.empty
        recent = pd.concat([series.known, rows])
        needed = max(HISTORY_HOURS[self.feature_set], 1)
        series.known = recent[recent["datetime"] > rows["datetime"].iloc[-1] - needed * _HOUR]
        return ready

    def _check_order(self, name: str, hours: pd.Series[pd.Timestamp]) -> None:
        wrong = hours.diff().to_numpy()[1:] <= np.timedelta64(0)
        if wrong.any():
            at = int(np.argmax(wrong))
            (before, earlier), (line, hour) = list(hours.iloc[at : at + 2].items())
            by = f"{quoted(self.series)} and " if self.series else ""
            raise HoursError(
                f"Line {line} (hour {hour:%Y-%m-%d %H:%M}) does not come after line {before} (hour "
                f"{earlier:%Y-%m-%d %H:%M}){self._of(name)}; sort the file by {by}hour, with one row per hour, or name "
                "the column that identifies its series with --series."
            )

    def _of(self, name: str) -> str:
        return f" of {quoted(name)}" if self.series else ""
