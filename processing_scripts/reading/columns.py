"""The columns of the data set, and their recognition in a header of any spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from processing_scripts.errors import ColumnError


@dataclass(frozen=True)
class Column:
    """A column of the data set."""

    name: str
    """Name in our tables."""
    title: str
    """Header in the UCI Machine Learning Repository."""
    spellings: tuple[str, ...] = ()
    """Other names, in lowercase letters and digits, without unit."""
    units: tuple[str, ...] = ()
    """Spellings of its unit, in the same form; a missing unit is accepted."""
    other_units: tuple[str, ...] = ()
    """Other units, which are refused."""
    lowest: float | None = None
    highest: float | None = None
    """Range of possible measurements in the column's unit."""


_CELSIUS = ("c", "degc", "degreec", "degreesc", "celsius", "degreecelsius", "degreescelsius", "deg")
_NOT_CELSIUS = ("f", "degf", "fahrenheit", "degreef", "degreesf", "k", "kelvin")

TARGET = "rentals"
WEATHER = (
    Column(
        "temperature",
        "Temperature(°C)",
        ("temperature", "temp", "airtemperature"),
        _CELSIUS,
        _NOT_CELSIUS,
        lowest=-60,
        highest=60,
    ),
    Column("humidity", "Humidity(%)", ("humidity", "relativehumidity"), ("percent", "pct"), lowest=0, highest=100),
    Column(
        "wind_speed",
        "Wind speed (m/s)",
        ("windspeed", "wind"),
        ("ms", "mps", "ms1", "metrespersecond", "meterspersecond"),
        ("kmh", "kph", "mph", "kn", "knots", "kt"),
        lowest=0,
        highest=80,
    ),
    Column(
        "visibility", "Visibility (10m)", ("visibility",), ("10m",), ("m", "km", "miles", "mi"), lowest=0, highest=5000
    ),
    Column(
        "dew_point",
        "Dew point temperature(°C)",
        ("dewpointtemperature", "dewpointtemp", "dewpoint"),
        _CELSIUS,
        _NOT_CELSIUS,
        lowest=-80,
        highest=45,
    ),
    Column(
        "solar_radiation",
        "Solar Radiation (MJ/m2)",
        ("solarradiation", "radiation"),
        ("mjm2", "mjm"),
        ("wm2", "wm", "kwhm2", "kwhm"),
        lowest=0,
        highest=6,
    ),
    Column(
        "rainfall", "Rainfall(mm)", ("rainfall", "rain"), ("mm",), ("in", "inch", "inches", "cm"), lowest=0, highest=400
    ),
    Column(
        "snowfall",
        "Snowfall (cm)",
        ("snowfall", "snow"),
        ("cm",),
        ("in", "inch", "inches", "mm"),
        lowest=0,
        highest=300,
    ),
)
COLUMNS = (
    Column("date", "Date", ("date",)),
    Column(
        TARGET,
        "Rented Bike Count",
        ("rentedbikecount", "rentedbikes", "bikecount", "rentals", "count"),
        lowest=0,
        highest=1e6,
    ),
    Column("hour", "Hour", ("hour", "hr", "hourofday"), lowest=0, highest=23),
    *WEATHER,
    Column("season", "Seasons", ("seasons", "season")),
    Column("holiday", "Holiday", ("holiday", "isholiday")),
    Column("functioning_day", "Functioning Day", ("functioningday", "functioning", "functionday", "functionalday")),
)
OPTIONAL_COLUMNS = (
    Column("generated_sample", "Generated Sample", ("generatedsample",)),
    Column("datetime", "Datetime", ("datetime", "timestamp", "dateandtime")),
    Column("year", "Year", ("year",)),
    Column("month", "Month", ("month",)),
    Column("day", "Day", ("day", "dayofmonth")),
)
_TITLES = [column.title for column in COLUMNS]


def count_known(header: Sequence[str]) -> int:
    """Count the known columns in a header."""
    return sum(_meaning(name) is not None for name in header)


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Find the positions of known columns in a header, by name.

    Raises
    ------
    ColumnError
        When two columns have the same meaning, or a column has another unit.
    """
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        column = _meaning(name)
        if column is None:
            continue
        _check_unit(name, column)
        if column.name in found and column in COLUMNS:
            earlier = header[found[column.name]]
            raise ColumnError(f"Columns '{earlier}' and '{name}' both mean {column.title}; keep one of them.")
        found.setdefault(column.name, position)
    return found


def check_present(found: Mapping[str, int], header: Sequence[str], *, without: Iterable[str] = ()) -> None:
    """Refuse a header that lacks a column, except for those that it may be ``without``."""
    for column in COLUMNS:
        if column.name not in found and column.name not in without:
            unknown = [name for position, name in enumerate(header) if position not in found.values()]
            raise ColumnError(f"Column '{column.title}' is missing; {_suggestion(column, unknown)}.")


def check_known(header: Sequence[str]) -> None:
    """Refuse a header with an unknown column, which may be misspelled."""
    for name in header:
        if _meaning(name) is None:
            letters = {spelling: column.title for column in COLUMNS for spelling in column.spellings}
            close = difflib.get_close_matches(_letters(name), list(letters), n=1, cutoff=0.6)
            meant = f"did you mean '{letters[close[0]]}'?" if close else f"known columns: {', '.join(_TITLES)}."
            raise ColumnError(f"Column '{name}' is not known; {meant}")


def _suggestion(column: Column, unknown: Sequence[str]) -> str:
    by_letters = {_letters(name): name for name in unknown if _letters(name)}
    for spelling in (_letters(column.title), *column.spellings):
        for match in difflib.get_close_matches(spelling, list(by_letters), n=1, cutoff=0.6):
            return f"did you mean '{by_letters[match]}'? Rename it"
    others = f"unknown columns {', '.join(map(repr, unknown))}" if unknown else "no other columns"
    return f"the file has {others}; add the column"


def _meaning(name: str) -> Column | None:
    letters = _letters(name)
    for column in (*COLUMNS, *OPTIONAL_COLUMNS):
        if any(letters in _with_units(spelling, column) for spelling in column.spellings):
            return column
    return None


def _with_units(spelling: str, column: Column) -> set[str]:
    return {spelling + unit for unit in ("", *column.units, *column.other_units)}


def _check_unit(name: str, column: Column) -> None:
    letters = _letters(name)
    if any(letters == spelling + unit for spelling in column.spellings for unit in column.other_units):
        raise ColumnError(f"Column '{name}' has another unit than '{column.title}'; convert its numbers and rename it.")


def _letters(name: str) -> str:
    """Return a name without case, whitespace, punctuation, and remains of a wrongly decoded degree sign."""
    readable = name.replace("\u2103", "C").replace("\u2109", "F").replace("\u00b2", "2")
    return re.sub(r"[^a-z0-9]", "", readable.lower())
