"""The hours of a file of any size, part by part, each with the history that its features look back on.

One part is in memory, and of every series the last hours of the part before. The features themselves are made in
`processing_scripts.parts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from processing_scripts.errors import ColumnError, HoursError
from processing_scripts.features.catalogue import HISTORY_HOURS, FeatureSet
from processing_scripts.features.history import WithHistory, next_hours, no_history
from processing_scripts.reading.cells import Cells
from processing_scripts.reading.columns import recognised
from processing_scripts.reading.dates import DateColumn, read_dates
from processing_scripts.reading.observations import cells_of, date_column, observations_of
from processing_scripts.reading.tables import Table, read_tables

_HOUR = pd.Timedelta(hours=1)


class Hours(NamedTuple):
    """Hours of one part that can be predicted.

    Attributes
    ----------
    keys
        What they are (datetime, series), in the order of the file and under their lines.
    series
        Of each series its hours, and all that is known of them.
    """

    keys: pd.DataFrame
    series: list[WithHistory]


@dataclass
class _Series:
    """Hours that follow each other: what is known of those before the next."""

    known: pd.DataFrame
    begun: bool = False
    hours: int = 0


@dataclass
class HoursByPart:
    """The parts of one file, to be gone through once.

    Attributes
    ----------
    path
        The file.
    feature_set
        Of the model; says how far its features look back.
    rows
        How many rows are read for a part.
    series
        Name of the column that tells series apart, None where the whole file is one.
    read, predicted
        How many rows have been read, and how many of them can be predicted, so far.
    """

    path: Path
    feature_set: FeatureSet
    rows: int
    series: str | None = None
    read: int = 0
    predicted: int = 0
    _underway: dict[str, _Series] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Hours]:
        """Read the parts in which hours can be predicted.

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
                raise no_history(series.hours, self.feature_set, self._of(name))

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

    def _part(self, observations: pd.DataFrame, series: list[str]) -> Hours:
        of_row = pd.Series(series, index=observations.index)
        ready = [self._of_series(str(name), rows) for name, rows in observations.groupby(of_row, sort=False)]
        predicted = [hours for hours in ready if len(hours.observations)]
        lines = np.sort(np.concatenate([hours.observations.index for hours in ready]))
        columns = {"datetime": observations["datetime"], **({self.series: of_row} if self.series else {})}
        return Hours(pd.DataFrame(columns).loc[lines], predicted)

    def _of_series(self, name: str, rows: pd.DataFrame) -> WithHistory:
        """The next rows of a series that can be predicted."""
        series = self._underway.setdefault(name, _Series(known=rows.iloc[:0]))
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
            by = f"'{self.series}' and " if self.series else ""
            raise HoursError(
                f"Line {line} (hour {hour:%Y-%m-%d %H:%M}) does not come after line {before} (hour "
                f"{earlier:%Y-%m-%d %H:%M}){self._of(name)}; sort the file by {by}hour, with one row per hour, or name "
                "with --series the column that tells its series apart."
            )

    def _of(self, name: str) -> str:
        return f" of '{name}'" if self.series else ""
