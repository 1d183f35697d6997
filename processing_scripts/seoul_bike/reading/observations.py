"""Reading of hourly observations from a CSV file, which is refused if its meaning is ambiguous."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from processing_scripts.errors import CellError, FileError, quoted
from processing_scripts.reading.tables import Table, read_table
from processing_scripts.reading.texts import Texts
from processing_scripts.seoul_bike.reading.cells import Cells
from processing_scripts.seoul_bike.reading.columns import (
    COLUMNS,
    NUMBERS,
    TARGET,
    WEATHER,
    Column,
    check_known,
    check_present,
    count_known,
    find_columns,
)
from processing_scripts.seoul_bike.reading.dates import DateColumn, read_dates, split_time

_Meaning = TypeVar("_Meaning")


def _by_word(meanings: Mapping[_Meaning, str]) -> dict[str, _Meaning]:
    return {word: meaning for meaning, words in meanings.items() for word in words.split()}


_SEASONS = _by_word(
    {"Winter": "winter 겨울", "Spring": "spring 봄", "Summer": "summer 여름", "Autumn": "autumn fall 가을"}
)
_YES_OR_NO = _by_word({True: "yes y true 예 네", False: "no n false 아니오 아니요"})
_HOLIDAY = _YES_OR_NO | _by_word({True: "holiday 휴일 공휴일", False: "noholiday 비휴일 휴일아님 공휴일아님 평일"})
_FUNCTIONING = _YES_OR_NO | _by_word({True: "fun func 1 운영", False: "nofun nofunc 0 미운영 운영안함 휴무"})
_LAST_HOUR = 23


@dataclass(frozen=True)
class Observations:
    """Hourly observations of one file, the hash of its bytes, and whether it is marked as a generated sample.

    The frame contains one row per hour in the order of the file, indexed by line of the file: ``datetime`` (the hour's
    start, local time), ``rentals`` (per hour; NaN where unknown), ``temperature`` and ``dew_point`` (°C), ``humidity``
    (%), ``wind_speed`` (m/s), ``visibility`` (10 m), ``solar_radiation`` (MJ/m²), ``rainfall`` (mm), ``snowfall`` (cm),
    ``season``, ``holiday`` and ``functioning_day`` (booleans). Weather is NaN where a cell is empty.
    """

    frame: pd.DataFrame
    sha256: str
    generated: bool


def the_only_file(directory: Path) -> Path:
    """Return the only file of an input directory; hidden files are ignored.

    Raises `FileError` if there is no file, or more than one.
    """
    files = sorted(path for path in directory.rglob("*") if path.is_file() and not _hidden(path.relative_to(directory)))
    if len(files) != 1:
        names = ", ".join(path.name for path in files) or "none"
        raise FileError(
            f"{directory} must contain exactly one file, but contains {len(files)} ({names}); provide one CSV file."
        )
    return files[0]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_observations(path: Path, *, with_rentals: bool, complete: bool = False) -> Observations:
    """Read a CSV file of hourly rentals, or of hours to predict.

    Any common encoding, separator, date format and spelling of the header is accepted.

    Raises `PreprocessingError` if the file, a column or a cell is invalid or ambiguous.

    Parameters
    ----------
    with_rentals
        Whether every row must contain the number of rentals.
    complete
        Whether to refuse empty weather cells and unknown columns, which are likely mistakes in a request for a few
        hours.
    """
    cells = cells_of(read_table(path, recognise=count_known), with_rentals=with_rentals)
    cells = replace(cells, marks=cells.number_columns(NUMBERS).marks())
    if complete:
        check_known(cells.table.header)
        for column in WEATHER:
            cells.refuse_first(column, cells.numbers(column).isna(), "is empty; give its value")
    dates = date_column(cells)
    frame = observations_of(cells, dict(zip(dates.cells, read_dates(dates), strict=True)), with_rentals=with_rentals)
    generated = "generated_sample" in cells and "yes" in {cell.lower() for cell in cells.texts("generated_sample")}
    return Observations(frame, sha256_of(path), generated)


def cells_of(table: Table, *, with_rentals: bool) -> Cells:
    """Find the columns in a table, and check that none is missing."""
    found = find_columns(table.header)
    optional = set() if with_rentals else {TARGET}
    dated = _date_columns(found)
    if dated:
        optional.add("date")
    if len(dated) == 1 and all(split_time(text)[1] is not None for text in table.columns[found[dated[0]]].different):
        optional.add("hour")
    check_present(found, table.header, without=optional)
    return Cells(table, found)


def observations_of(cells: Cells, days: Mapping[str, date], *, with_rentals: bool) -> pd.DataFrame:
    """Read the observations of a table, or of a chunk of one, whose dates are known by cell."""
    dates = date_column(cells)
    position, written = pd.factorize(np.array(dates.cells, dtype=object))
    starts = pd.Series(pd.to_datetime([days[cell] for cell in written])[position], index=cells.index)
    columns = {
        "datetime": starts + pd.to_timedelta(np.asarray(dates.hours), unit="h"),
        TARGET: _rentals(cells, required=with_rentals),
        **{column.name: cells.numbers(column) for column in WEATHER},
        "season": list(dates.seasons),
        "holiday": cells.categories("holiday", _HOLIDAY, "Holiday or No Holiday"),
        "functioning_day": cells.categories("functioning_day", _FUNCTIONING, "Yes or No"),
    }
    return pd.DataFrame(columns, index=cells.index)


def open_hours(observations: pd.DataFrame) -> pd.DataFrame:
    """Select the hours when the service is open."""
    return observations[observations["functioning_day"]]


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes, which identifies a data set."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _date_columns(found: Mapping[str, int]) -> tuple[str, ...]:
    """Return the columns of the date: one, or one each for year, month and day."""
    for columns in (("date",), ("datetime",), ("year", "month", "day")):
        if all(name in found for name in columns):
            return columns
    return ()


def _rentals(cells: Cells, *, required: bool) -> pd.Series[Any]:
    column = _column(TARGET)
    if TARGET not in cells:
        return pd.Series(np.nan, index=cells.index)
    rentals = cells.numbers(column)
    if required:
        cells.refuse_first(column, rentals.isna(), "is empty; enter the number of rented bikes")
    cells.refuse_first(column, rentals % 1 > 0, "{cell} is not a whole number of bikes; correct the cell")
    return rentals


def date_column(cells: Cells) -> DateColumn:
    """Return the dates as written, with the hours and seasons of their rows."""
    names = _date_columns(cells.found)
    title = " ".join(cells.title(name) for name in names)
    written = _together([cells.column(name) for name in names])
    split = [*map(split_time, written.different)]
    for (_, time), text, row in zip(split, written.different, written.first_rows(), strict=True):
        if time is not None and time > _LAST_HOUR:
            problem = f"{quoted(text)} has no hour from 0 to {_LAST_HOUR}; correct the time."
            raise CellError(cells.table.lines[row], title, problem)
    hours = _hours_of_day(cells, written.each(time for _, time in split), title)
    seasons = cells.categories("season", _SEASONS, "Winter, Spring, Summer or Autumn")
    return DateColumn(title, written.each(day for day, _ in split), hours, seasons, cells.table.lines)


def _together(columns: Sequence[Texts]) -> Texts:
    """Join the texts of each row with hyphens."""
    if len(columns) == 1:
        return columns[0]
    return Texts.of(map("-".join, zip(*(column.each(column.different) for column in columns), strict=True)))


def _hours_of_day(cells: Cells, times: Sequence[int | None], title: str) -> list[int]:
    if "hour" not in cells:
        return [time or 0 for time in times]
    hours = cells.numbers(_column("hour"))
    wrong = hours.isna() | (hours % 1 > 0)
    cells.refuse_first(_column("hour"), wrong, "{cell} is not a full hour from 0 to 23; correct the cell")
    whole: list[int] = hours.astype("int64").tolist()
    if any(times):
        for line, hour, time in zip(cells.table.lines, whole, times, strict=True):
            if time not in {None, 0, hour}:
                problem = f"is {hour} where {quoted(title)} contains {time}:00; keep the right one."
                raise CellError(line, cells.title("hour"), problem)
    return whole


def _column(name: str) -> Column:
    return next(column for column in COLUMNS if column.name == name)
