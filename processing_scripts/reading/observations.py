"""Reads the data set by what its columns mean, where that is certain, and refuses it where it is not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from processing_scripts.errors import CellError, FileError
from processing_scripts.reading.cells import Cells
from processing_scripts.reading.columns import (
    COLUMNS,
    TARGET,
    WEATHER,
    Column,
    check_known,
    check_present,
    find_columns,
    recognised,
)
from processing_scripts.reading.dates import DateColumn, read_dates, split_time
from processing_scripts.reading.tables import Table, read_table

_SEASONS = {"winter": "Winter", "spring": "Spring", "summer": "Summer", "autumn": "Autumn", "fall": "Autumn"}
_YES_OR_NO = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False}
_HOLIDAY = {"holiday": True, "noholiday": False, **_YES_OR_NO}
_FUNCTIONING = {"fun": True, "func": True, "nofun": False, "nofunc": False, "1": True, "0": False, **_YES_OR_NO}


@dataclass(frozen=True)
class Observations:
    """Hourly observations of one file.

    Attributes
    ----------
    frame
        One row per hour in the order of the file, indexed by line of the file: ``datetime`` (the hour's start, local
        time), ``rentals`` (per hour; NaN where unknown), ``temperature`` and ``dew_point`` (°C), ``humidity`` (%),
        ``wind_speed`` (m/s), ``visibility`` (10 m), ``solar_radiation`` (MJ/m²), ``rainfall`` (mm), ``snowfall`` (cm),
        ``season``, ``holiday`` and ``functioning_day`` (booleans). Weather is NaN where a cell is empty.
    sha256
        Of the file's bytes.
    generated
        Whether the file says of itself that it is a generated sample.
    """

    frame: pd.DataFrame
    sha256: str
    generated: bool


def the_only_file(directory: Path) -> Path:
    """The one file of an input directory, whatever its name; hidden files do not count.

    Raises
    ------
    FileError
        When there is none, or more than one.
    """
    files = sorted(path for path in directory.rglob("*") if path.is_file() and not _hidden(path.relative_to(directory)))
    if len(files) != 1:
        names = ", ".join(path.name for path in files) or "none"
        raise FileError(
            f"{directory} must hold exactly one file and holds {len(files)} ({names}); point to one CSV file."
        )
    return files[0]


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_observations(path: Path, *, with_rentals: bool, complete: bool = False) -> Observations:
    """Read a file of hourly rentals, or of hours to predict.

    Parameters
    ----------
    path
        A CSV file in any of the encodings, separators, date formats and header spellings that go around.
    with_rentals
        Whether every row must say how many bikes were rented.
    complete
        Whether the file must hold all the weather and nothing that we do not know, as when somebody asks about a
        single hour and a misspelt column or an empty cell is a mistake.

    Raises
    ------
    PreprocessingError
        One of its kinds: the file, a column or a cell cannot be read with certainty.
    """
    cells = cells_of(read_table(path, recognise=recognised), with_rentals=with_rentals)
    if complete:
        _check_complete(cells)
    dates = date_column(cells)
    frame = observations_of(cells, dict(zip(dates.cells, read_dates(dates), strict=True)), with_rentals=with_rentals)
    generated = "generated_sample" in cells and "yes" in {cell.lower() for cell in cells.texts("generated_sample")}
    return Observations(frame, sha256_of(path), generated)


def cells_of(table: Table, *, with_rentals: bool) -> Cells:
    """Find the columns in a table, and see that none is missing."""
    found = find_columns(table.header)
    _check_columns(found, table, with_rentals=with_rentals)
    return Cells(table, found)


def observations_of(cells: Cells, days: Mapping[str, date], *, with_rentals: bool) -> pd.DataFrame:
    """Read the observations of a table, or of a part of one, where the dates are known.

    Parameters
    ----------
    days
        By its cell, which day a date is.
    """
    dates = date_column(cells)
    position, written = pd.factorize(np.array(dates.cells, dtype=object))
    starts = pd.Series(pd.to_datetime([days[cell] for cell in written])[position], index=cells.index)
    columns = {
        "datetime": starts + pd.to_timedelta(np.asarray(dates.hours), unit="h"),
        TARGET: _rentals(cells, required=with_rentals),
        **{column.name: cells.numbers(column) for column in WEATHER},
        "season": list(dates.seasons),
        "holiday": cells.words("holiday", _HOLIDAY, "Holiday or No Holiday"),
        "functioning_day": cells.words("functioning_day", _FUNCTIONING, "Yes or No"),
    }
    return pd.DataFrame(columns, index=cells.index)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, by which data sets are told apart."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_complete(cells: Cells) -> None:
    check_known(cells.table.header)
    for column in WEATHER:
        cells.refuse_first(column, cells.numbers(column).isna(), "is empty; give its value")


def _check_columns(found: dict[str, int], table: Table, *, with_rentals: bool) -> None:
    optional = set() if with_rentals else {TARGET}
    dated = _date_columns(found)
    if dated:
        optional.add("date")
    if len(dated) == 1 and all(split_time(row[found[dated[0]]])[1] is not None for row in table.rows):
        optional.add("hour")
    check_present(found, table.header, without=optional)


def _date_columns(found: Mapping[str, int]) -> tuple[str, ...]:
    """The columns that the date is in: one, or one each for year, month and day."""
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
    """The dates as written, with the hours and seasons beside them."""
    names = _date_columns(cells.found)
    title = " ".join(cells.title(name) for name in names)
    written = ["-".join(parts) for parts in zip(*(cells.texts(name) for name in names), strict=True)]
    split = {text: split_time(text) for text in set(written)}
    pairs = [split[text] for text in written]
    dates, times = [day for day, _ in pairs], [time for _, time in pairs]
    hours = _hours_of_day(cells, times, title)
    return DateColumn(title, dates, hours, _seasons(cells), cells.table.lines)


def _seasons(cells: Cells) -> list[str]:
    return cells.words("season", _SEASONS, "Winter, Spring, Summer or Autumn")


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
                problem = f"says {hour} o'clock where '{title}' says {time} o'clock; keep the right one."
                raise CellError(line, cells.title("hour"), problem)
    return whole


def _column(name: str) -> Column:
    return next(column for column in COLUMNS if column.name == name)
