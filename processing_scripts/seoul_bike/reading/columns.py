"""The columns of the data set, and their recognition in a header of any spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from processing_scripts.errors import ColumnError, quoted


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
    whole: bool = False
    """Whether its numbers have no decimals."""


_LETTERS_PER_ERROR = 5
_MOST_NAMES = 10
"""The number of unknown columns that a message names."""
"""A name of this length may have one typing error, and so on."""

_CELSIUS = "c degc degreec degreesc celsius degreecelsius degreescelsius deg"
_NOT_CELSIUS = "f degf fahrenheit degreef degreesf k kelvin"
_MS, _NOT_MS = "ms mps ms1 metrespersecond meterspersecond", "kmh kph mph kn knots kt"
_MJM2, _NOT_MJM2 = "mjm2 mjm", "wm2 wm kwhm2 kwhm"


def _column(
    name: str,
    title: str,
    spellings: str,
    units: str = "",
    other_units: str = "",
    possible: tuple[float | None, float | None] = (None, None),
    *,
    whole: bool = False,
) -> Column:
    """Make a column from texts whose words are its spellings and units."""
    known, usual, other = (tuple(text.split()) for text in (spellings, units, other_units))
    return Column(name, title, known, usual, other, *possible, whole)


TARGET = "rentals"
WEATHER = (
    _column(
        "temperature", "Temperature(°C)", "temperature temp airtemperature 기온 온도", _CELSIUS, _NOT_CELSIUS, (-60, 60)
    ),
    _column("humidity", "Humidity(%)", "humidity relativehumidity 습도 상대습도", "percent pct", "", (0, 100)),
    _column("wind_speed", "Wind speed (m/s)", "windspeed wind 풍속", _MS, _NOT_MS, (0, 80)),
    _column("visibility", "Visibility (10m)", "visibility 시정 가시거리", "10m", "m km miles mi", (0, 5000)),
    _column(
        "dew_point",
        "Dew point temperature(°C)",
        "dewpointtemperature dewpointtemp dewpoint 이슬점온도 이슬점 노점온도",
        _CELSIUS,
        _NOT_CELSIUS,
        (-80, 45),
    ),
    _column(
        "solar_radiation", "Solar Radiation (MJ/m2)", "solarradiation radiation 일사량 일사", _MJM2, _NOT_MJM2, (0, 6)
    ),
    _column("rainfall", "Rainfall(mm)", "rainfall rain 강수량 강우량", "mm", "in inch inches cm", (0, 400)),
    _column("snowfall", "Snowfall (cm)", "snowfall snow 적설량 적설 강설량", "cm", "in inch inches mm", (0, 300)),
)
COLUMNS = (
    _column("date", "Date", "date 날짜 일자"),
    _column(
        TARGET,
        "Rented Bike Count",
        "rentedbikecount rentedbikes bikecount rentals count 대여건수 대여수 대여대수 대여량 대여횟수 이용건수 "
        "자전거대여수 자전거대여건수 자전거대여대수 자전거대여량 따릉이대여건수 따릉이대여수",
        possible=(0, 1e6),
        whole=True,
    ),
    _column("hour", "Hour", "hour hr hourofday 시간 시 시각 시간대", possible=(0, 23), whole=True),
    *WEATHER,
    _column("season", "Seasons", "seasons season 계절"),
    _column("holiday", "Holiday", "holiday isholiday 휴일 공휴일 휴일여부 공휴일여부"),
    _column(
        "functioning_day",
        "Functioning Day",
        "functioningday functioning functionday functionalday 운영일 운영여부 운영일여부 운영 가동일",
    ),
)
OPTIONAL_COLUMNS = (
    _column("generated_sample", "Generated Sample", "generatedsample"),
    _column("datetime", "Datetime", "datetime timestamp dateandtime 일시 날짜시간"),
    _column("year", "Year", "year 연도 년도 연 년"),
    _column("month", "Month", "month 월"),
    _column("day", "Day", "day dayofmonth 일"),
)
NUMBERS = tuple(column for column in COLUMNS if column.lowest is not None)
_TITLES = [column.title for column in COLUMNS]

# A degree sign in one encoding, read in another.
_ENCODINGS = ("utf-8", "cp949", "gbk", "cp1252", "latin-1", "shift_jis")
_GARBLED: dict[str, str] = {}
for _sign, _letter in (("\u00b0C", "C"), ("\u00b0F", "F"), ("\u2103", "C"), ("\u2109", "F")):
    for _written in _ENCODINGS:
        for _read in _ENCODINGS:
            _text = _sign.encode(_written, "ignore").decode(_read, "ignore")
            if len(_text) > 0 and not _text.isascii():
                _GARBLED[_text] = _letter if _GARBLED.get(_text, _letter) == _letter else "?"


def count_known(header: Sequence[str]) -> int:
    """Count the known columns in a header."""
    return sum(_meaning(name) is not None for name in header)


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Find the positions of known columns in a header, by name.

    Raises `ColumnError` if two columns have the same meaning, or a column has another unit.
    """
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        column = _meaning(name)
        if column is None:
            continue
        _check_unit(name, column)
        if column.name in found and column in COLUMNS:
            earlier = header[found[column.name]]
            raise ColumnError(
                f"Columns {quoted(earlier)} and {quoted(name)} both mean {column.title}; keep one of them."
            )
        found.setdefault(column.name, position)
    return found


def check_present(found: Mapping[str, int], header: Sequence[str], *, without: Iterable[str] = ()) -> None:
    """Refuse a header that lacks a column, except for those that it may be ``without``."""
    for column in COLUMNS:
        if column.name not in found and column.name not in without:
            unknown = [name for position, name in enumerate(header) if position not in found.values()]
            for name in unknown:
                if _is_misspelled(name, column):
                    raise _unknown(name, column)
            more = f" and {len(unknown) - _MOST_NAMES} more" if len(unknown) > _MOST_NAMES else ""
            names = f"{', '.join(map(quoted, unknown[:_MOST_NAMES]))}{more}"
            others = f"unknown columns {names}" if unknown else "no other columns"
            raise ColumnError(f"Column '{column.title}' is missing; the file has {others}; add the column.")


def check_known(header: Sequence[str]) -> None:
    """Refuse a header with an unknown column, which may be misspelled."""
    for name in header:
        if _meaning(name) is None:
            raise _unknown(name, next((column for column in COLUMNS if _is_misspelled(name, column)), None))


def _unknown(name: str, meant: Column | None) -> ColumnError:
    hint = f"did you mean '{meant.title}'? Rename it" if meant else f"known columns: {', '.join(_TITLES)}"
    return ColumnError(f"Column {quoted(name)} is not known; {hint}.")


def _is_misspelled(name: str, column: Column) -> bool:
    """Whether a name can only be a typing error, not a name of something else such as ``Temperature_lag2``."""
    words = [_letters(word) for word in re.split(r"[\W_]+", name)]
    if any(_known("".join(words[:at] + words[at + 1 :])) for at in range(len(words))):
        return False
    letters = _letters(name)
    return any(_differs_by_typing_errors(letters, spelling) for spelling in (_letters(column.title), *column.spellings))


def _known(letters: str) -> bool:
    return any(letters in _with_units(spelling, column) for column in COLUMNS for spelling in column.spellings)


def _differs_by_typing_errors(letters: str, spelling: str) -> bool:
    digits = re.sub(r"\D", "", letters), re.sub(r"\D", "", spelling)
    if letters[:1] != spelling[:1] or digits[0] != digits[1]:
        return False
    return _distance(letters, spelling) <= len(spelling) // _LETTERS_PER_ERROR


def _distance(first: str, second: str) -> int:
    """Count the letters to insert, delete or replace (Levenshtein)."""
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        before, row = row, [number]
        for at, other in enumerate(second):
            row.append(min(before[at + 1] + 1, row[at] + 1, before[at] + (letter != other)))
    return row[-1]


@lru_cache(4096)
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
        raise ColumnError(
            f"Column {quoted(name)} has another unit than '{column.title}'; convert its numbers and rename it."
        )


@lru_cache(4096)
def _letters(name: str) -> str:
    """Return a name without case, whitespace, punctuation, and remains of a wrongly decoded degree sign."""
    # Other characters stay: they may change the meaning, as in a prefix of another language.
    for garbled in sorted(_GARBLED, key=len, reverse=True):
        name = name.replace(garbled, _GARBLED[garbled])
    for mark in ("\u00c2\u00b0", "\u00ba", "\u02da", "\u00b0"):
        name = name.replace(mark, "")
    name = unicodedata.normalize("NFKC", name.replace("\u00c2\u00b2", "2"))
    return re.sub(r"[\s_.,:;()\[\]{}/%?#*^'\"`\u00b7\u2212\ufffd\ufeff\u200b-]", "", name.casefold())
