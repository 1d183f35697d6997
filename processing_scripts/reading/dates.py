"""Dates as people write them, read only where the whole column leaves one way to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from processing_scripts.errors import CellError, DateError

_ORDERS = {"year-month-day": "ymd", "day-month-year": "dmy", "month-day-year": "mdy"}
_OPEN_ORDERS = {
    "first": ("year-month-day",),
    "last": ("day-month-year", "month-day-year"),
    "short": tuple(_ORDERS),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEASONS = ("Winter", "Winter", *["Spring"] * 3, *["Summer"] * 3, *["Autumn"] * 3, "Winter")

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
"""Before there were no such rentals; after, there are none yet: a year outside is a slip of the pen."""

_NUMBERS = re.compile(r"(\d{1,4})([-/.]| +)(\d{1,2})([-/.]| +)(\d{1,4})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED_MONTH = re.compile(r"(\d{1,2})([-/., ]+)([A-Za-z]{3})[a-z]*[-/., ]+(\d{2}|\d{4})")
_TIME = re.compile(r"[ T]+(\d{1,2}):00(?::00(?:\.0+)?)?$")


@dataclass(frozen=True)
class DateColumn:
    """The Date column, with what else in the rows can tell how it is meant.

    Attributes
    ----------
    name
        Its header.
    cells
        The dates as written, one per row, without the time of day.
    hours
        The hours of the rows, 0 to 23.
    seasons
        The seasons of the rows, as the data set has them: December to February is Winter, and so on.
    lines
        The lines of the file.
    """

    name: str
    cells: Sequence[str]
    hours: Sequence[int]
    seasons: Sequence[str]
    lines: Sequence[int]


@dataclass(frozen=True)
class _Written:
    """A date as written: the kind of writing, the orders it leaves open, the three numbers."""

    kind: str
    orders: tuple[str, ...]
    numbers: tuple[int, int, int]


def season_of(day: date) -> str:
    """The season that the data set gives a day: winter from December, spring from March, summer, autumn."""
    return _SEASONS[day.month - 1]


def split_time(cell: str) -> tuple[str, int | None]:
    """A date cell without its time of day, and the full hour of that time, where it has one."""
    match = _TIME.search(cell)
    return (cell[: match.start()], int(match[1])) if match else (cell, None)


def read_dates(column: DateColumn) -> list[date]:
    """The dates of a column, in the one order of day, month and year that its rows allow.

    Where more than one order gives dates of the calendar, the one that leaves no hour out between the first and the
    last is meant, else the one that agrees with the seasons.

    Raises
    ------
    CellError
        When a cell is no date.
    DateError
        When cells are written in different ways, or more than one order remains, or the seasons show that somebody has
        exchanged day and month before.
    """
    written = _written(column)
    readings = {order: _read_all(written, order) for order in next(iter(written.values())).orders}
    possible = {order: dates for order, dates in readings.items() if len(dates) == len(written)}
    if not possible:
        raise _no_date(column, readings)
    order = next(iter(possible)) if len(possible) == 1 else _meant(column, possible)
    days = [possible[order][cell] for cell in column.cells]
    _check_not_exchanged(column, days)
    return days


def _written(column: DateColumn) -> dict[str, _Written]:
    """Each different cell, taken apart; all must be written in the same way."""
    written: dict[str, _Written] = {}
    first = column.cells[0]
    for line, cell in zip(column.lines, column.cells, strict=True):
        if cell in written:
            continue
        parsed = _parse(cell)
        if parsed is None:
            raise CellError(line, column.name, f"'{cell}' is no date; write it as yyyy-mm-dd.")
        written[cell] = parsed
        if parsed.kind != written[first].kind:
            raise DateError(
                f"Column '{column.name}' writes '{first}' in line {column.lines[0]} and '{cell}' in line {line}, so "
                "day and month may be exchanged in some rows; write all dates in one way, best as yyyy-mm-dd."
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
    """Every cell that is a date of the calendar in this order; the others are left out."""
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
    """Name the first cell that stands against the order which fits the most cells."""
    fitting = max(readings.values(), key=len)
    line, cell = next((at, text) for at, text in zip(column.lines, column.cells, strict=True) if text not in fitting)
    return CellError(
        line, column.name, f"'{cell}' is no day from {_FIRST_YEAR} to {_LAST_YEAR}; write it as yyyy-mm-dd."
    )


def _meant(column: DateColumn, possible: Mapping[str, Mapping[str, date]]) -> str:
    for agrees in (_without_gaps, _with_the_seasons):
        orders = [order for order, dates in possible.items() if agrees(column, [dates[cell] for cell in column.cells])]
        if len(orders) == 1:
            return orders[0]
    raise DateError(
        f"Column '{column.name}': dates such as '{column.cells[0]}' could be {' or '.join(possible)}, and nothing in "
        "the file tells which; write them as yyyy-mm-dd."
    )


def _without_gaps(column: DateColumn, days: Sequence[date]) -> bool:
    hours = {datetime(day.year, day.month, day.day, hour) for day, hour in zip(days, column.hours, strict=True)}  # noqa: DTZ001 - local time of Seoul
    return (max(hours) - min(hours)) // timedelta(hours=1) + 1 == len(hours)


def _with_the_seasons(column: DateColumn, days: Sequence[date]) -> bool:
    return all(season_of(day) == season for day, season in zip(days, column.seasons, strict=True))


def _check_not_exchanged(column: DateColumn, days: Sequence[date]) -> None:
    """Refuse dates that an earlier, month-first reading has damaged.

    Its mark: seasons contradict the dates, only where the day could be a month, and no longer if day and month change
    places.
    """
    wrong = [
        (line, day, season)
        for line, day, season in zip(column.lines, days, column.seasons, strict=True)
        if season_of(day) != season
    ]
    exchanged = len({day for _, day, _ in wrong}) > 1 and all(
        day.day <= 12 and season_of(date(day.year, day.day, 1)) == season for _, day, season in wrong
    )
    if exchanged:
        line, day, season = wrong[0]
        raise DateError(
            f"Line {line}, column '{column.name}': {day} is in {season_of(day)} but the row says {season}, and so in "
            f"{len(wrong)} rows, all of which would be right with day and month exchanged; fetch the data set again."
        )
