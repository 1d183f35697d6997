"""Dates in any common format, read only if the whole column has a single interpretation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from processing_scripts.errors import CellError, DateError, quoted

_ORDERS = {"year-month-day": "ymd", "day-month-year": "dmy", "month-day-year": "mdy"}
_OPEN_ORDERS = {"first": ("year-month-day",), "last": ("day-month-year", "month-day-year"), "short": tuple(_ORDERS)}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = ("Winter", "Winter", *["Spring"] * 3, *["Summer"] * 3, *["Autumn"] * 3, "Winter")

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
"""Years outside of this range are typing errors."""

_NUMBERS = re.compile(r"(\d{1,4})([-/.]| +)(\d{1,2})([-/.]| +)(\d{1,4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED_MONTH = re.compile(r"(\d{1,2})([-/., ]+)([A-Za-z]{3})[a-z]*[-/., ]+(\d{2}|\d{4})")
_TIME = re.compile(r"[ T]+(\d{1,2}):00(?::00(?:\.0+)?)?$")


@dataclass(frozen=True)
class DateColumn:
    """The date column, and the columns that help to interpret it, one value per row."""

    name: str
    """Header of the column."""
    cells: Sequence[str]
    """The dates as written, without the time of day."""
    hours: Sequence[int]
    """0 to 23."""
    seasons: Sequence[str]
    """As in the data set: Winter is December to February, and so on."""
    lines: Sequence[int]
    """The lines of the file."""


@dataclass(frozen=True)
class _Written:
    """A parsed date cell: its format, the possible orders, and the three numbers."""

    kind: str
    orders: tuple[str, ...]
    numbers: tuple[int, int, int]


def season_of(day: date) -> str:
    """Return the season of a day in the data set: Winter from December, Spring from March, and so on."""
    return _SEASONS[day.month - 1]


def split_time(cell: str) -> tuple[str, int | None]:
    """Split a date cell into the date and the full hour of its time, or None."""
    match = _TIME.search(cell)
    return (cell[: match.start()], int(match[1])) if match else (cell, None)


def read_dates(column: DateColumn) -> list[date]:
    """Read the dates of a column in the only possible order of day, month and year.

    If several orders give valid dates, the order without missing hours is chosen, else the order that matches the
    seasons.

    Raises `CellError` if a cell is not a date. Raises `DateError` if cells have different formats, several orders
    remain, or the seasons show that day and month were swapped before.
    """
    written = _written(column)
    readings = {order: _read_all(written, order) for order in next(iter(written.values())).orders}
    possible = {order: dates for order, dates in readings.items() if len(dates) == len(written)}
    if not possible:
        raise _no_date(column, readings)
    order = next(iter(possible)) if len(possible) == 1 else _meant(column, possible)
    days = [possible[order][cell] for cell in column.cells]
    _check_not_swapped(column, days)
    return days


def _written(column: DateColumn) -> dict[str, _Written]:
    """Parse each distinct cell; all must have the same format."""
    written: dict[str, _Written] = {}
    first = column.cells[0]
    for line, cell in zip(column.lines, column.cells, strict=True):
        if cell in written:
            continue
        parsed = _parse(cell)
        if parsed is None:
            raise CellError(line, column.name, f"{quoted(cell)} is not a date; write it as yyyy-mm-dd.")
        written[cell] = parsed
        if parsed.kind != written[first].kind:
            raise DateError(
                f"Column {quoted(column.name)} contains {quoted(first)} in line {column.lines[0]} and {quoted(cell)} "
                f"in line {line}, so day and month may be swapped in some rows; use one date format, preferably "
                "yyyy-mm-dd."
            )
    return written


def _parse(cell: str) -> _Written | None:
    if match := _COMPACT.fullmatch(cell):
        return _Written("compact", ("year-month-day",), (int(match[1]), int(match[2]), int(match[3])))
    if (match := _NAMED_MONTH.fullmatch(cell)) and match[3].lower() in _MONTHS:
        month = _MONTHS.index(match[3].lower()) + 1
        return _Written("named month", ("day-month-year",), (int(match[1]), month, int(match[4])))
    match = _NUMBERS.fullmatch(cell)
    if match is None or match[2] != match[4]:
        return None
    year_position = {(True, False): "first", (False, True): "last", (False, False): "short"}
    kind = year_position.get((len(match[1]) == 4, len(match[5]) == 4))
    if kind is None or 3 in {len(match[1]), len(match[5])}:
        return None
    return _Written(kind + match[2], _OPEN_ORDERS[kind], (int(match[1]), int(match[3]), int(match[5])))


def _read_all(written: Mapping[str, _Written], order: str) -> dict[str, date]:
    """Return the date of every cell that is valid in this order."""
    readings = {}
    for cell, parts in written.items():
        by_letter = dict(zip(_ORDERS[order], parts.numbers, strict=True))
        year = by_letter["y"] if by_letter["y"] >= 100 else 2000 + by_letter["y"]
        try:
            day = date(year, by_letter["m"], by_letter["d"])
        except ValueError:
            continue
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            readings[cell] = day
    return readings


def _no_date(column: DateColumn, readings: Mapping[str, Mapping[str, date]]) -> CellError:
    """Report the first cell that is invalid in the order that fits the most cells."""
    fitting = max(readings.values(), key=len)
    line, cell = next((at, text) for at, text in zip(column.lines, column.cells, strict=True) if text not in fitting)
    return CellError(
        line, column.name, f"{quoted(cell)} is not a date from {_FIRST_YEAR} to {_LAST_YEAR}; write it as yyyy-mm-dd."
    )


def _meant(column: DateColumn, possible: Mapping[str, Mapping[str, date]]) -> str:
    for agrees in (_without_gaps, _with_the_seasons):
        orders = [order for order, dates in possible.items() if agrees(column, [dates[cell] for cell in column.cells])]
        if len(orders) == 1:
            return orders[0]
    raise DateError(
        f"Column {quoted(column.name)}: dates such as {quoted(column.cells[0])} could be {' or '.join(possible)}, and "
        "the file does not show which; write them as yyyy-mm-dd."
    )


def _without_gaps(column: DateColumn, days: Sequence[date]) -> bool:
    hours = {datetime(day.year, day.month, day.day, hour) for day, hour in zip(days, column.hours, strict=True)}  # noqa: DTZ001 - local time of Seoul
    return (max(hours) - min(hours)) // timedelta(hours=1) + 1 == len(hours)


def _with_the_seasons(column: DateColumn, days: Sequence[date]) -> bool:
    return all(season_of(day) == season for day, season in zip(days, column.seasons, strict=True))


def _check_not_swapped(column: DateColumn, days: Sequence[date]) -> None:
    """Refuse dates in which an earlier program swapped day and month."""
    # A program that reads dd/mm as mm/dd swaps only dates whose day is at most 12, and leaves the others as they are.
    # So seasons contradict only dates with such a day, and match all of them if day and month are swapped back.
    wrong = [
        (line, day, season)
        for line, day, season in zip(column.lines, days, column.seasons, strict=True)
        if season_of(day) != season
    ]
    swapped = len({day for _, day, _ in wrong}) > 1 and all(
        day.day <= 12 and season_of(date(day.year, day.day, 1)) == season for _, day, season in wrong
    )
    if swapped:
        line, day, season = wrong[0]
        raise DateError(
            f"Line {line}, column {quoted(column.name)}: {day} is in {season_of(day)} but the row contains {season}. "
            f"Swapping day and month corrects all {len(wrong)} such rows, so download the data set again."
        )
