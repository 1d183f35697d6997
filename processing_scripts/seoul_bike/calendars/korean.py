"""Public holidays of the Republic of Korea by rule: solar, lunar, substitute and election days.

The rules are those of the "Regulations on Holidays of Government Offices" since 2014 (substitute
holidays for Seollal, Chuseok and Children's Day), 2021 (the national days), 2023 (Buddha's Birthday, Christmas) and
2026 (Constitution Day and Labour Day). Holidays that are decreed for a single year are listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from processing_scripts.seoul_bike.calendars.lunar import lunar_months

_DAY = timedelta(days=1)
_WEDNESDAY, _SATURDAY, _SUNDAY = 2, 5, 6

_DECREED = {
    date(2015, 8, 14): "Temporary holiday",
    date(2016, 5, 6): "Temporary holiday",
    date(2017, 5, 9): "Presidential election",
    date(2017, 10, 2): "Temporary holiday",
    date(2020, 8, 17): "Temporary holiday",
    date(2022, 3, 9): "Presidential election",
    date(2023, 10, 2): "Temporary holiday",
    date(2024, 10, 1): "Armed Forces Day",
    date(2025, 1, 27): "Temporary holiday",
    date(2025, 6, 3): "Presidential election",
}


@dataclass(frozen=True)
class _Holiday:
    day: date
    name: str
    substituted_from: int | None = None
    """First year in which a substitute day replaces a holiday that falls on another day off; None: never."""
    saturday_counts: bool = True
    """Whether a holiday on a Saturday gets a substitute day, like one on a Sunday."""


@cache
def public_holidays(year: int) -> dict[date, str]:
    """Return the public holidays of a year from 2014 on, with their English names.

    Labour Day is included before 2026 as well, because it has always been a paid day off for employees.

    Examples
    --------
    >>> public_holidays(2018)[date(2018, 9, 26)]
    'Substitute for Chuseok'
    """
    fixed = sorted([*_solar_holidays(year), *_lunar_holidays(year)], key=lambda holiday: holiday.day)
    holidays: dict[date, str] = {}
    for holiday in fixed:
        holidays.setdefault(holiday.day, holiday.name)
    holidays |= dict(_substitutes(fixed, holidays))
    holidays.update({day: name for day, name in _DECREED.items() if day.year == year})
    holidays.update(_elections(year, holidays))
    return dict(sorted(holidays.items()))


def is_public_holiday(day: date) -> bool:
    """Return whether a day is a public holiday, on any day of the week."""
    return day in public_holidays(day.year)


def is_festival(day: date) -> bool:
    """Return whether a day is part of Seollal or Chuseok or a substitute for them, when many people leave the city."""
    return any(festival in public_holidays(day.year).get(day, "") for festival in ("Seollal", "Chuseok"))


def is_day_off(day: date) -> bool:
    """Return whether a day is a Saturday, a Sunday or a public holiday."""
    return day.weekday() >= _SATURDAY or is_public_holiday(day)


def is_bridge_day(day: date) -> bool:
    """Return whether a day is a single working day between two days off, which many people take as leave."""
    return not is_day_off(day) and is_day_off(day - _DAY) and is_day_off(day + _DAY)


def days_off_in_a_row(day: date) -> int:
    """Return the number of consecutive days off around a day; 0 for a working day."""
    if not is_day_off(day):
        return 0
    first = last = day
    while is_day_off(first - _DAY):
        first -= _DAY
    while is_day_off(last + _DAY):
        last += _DAY
    return (last - first).days + 1


def _solar_holidays(year: int) -> list[_Holiday]:
    holidays = [
        _Holiday(date(year, 1, 1), "New Year's Day"),
        _Holiday(date(year, 3, 1), "Independence Movement Day", substituted_from=2022),
        _Holiday(date(year, 5, 1), "Labour Day", substituted_from=2026),
        _Holiday(date(year, 5, 5), "Children's Day", substituted_from=2014),
        _Holiday(date(year, 6, 6), "Memorial Day"),
        _Holiday(date(year, 8, 15), "Liberation Day", substituted_from=2021),
        _Holiday(date(year, 10, 3), "National Foundation Day", substituted_from=2021),
        _Holiday(date(year, 10, 9), "Hangul Day", substituted_from=2021),
        _Holiday(date(year, 12, 25), "Christmas", substituted_from=2023),
    ]
    if year >= 2026:
        holidays.append(_Holiday(date(year, 7, 17), "Constitution Day", substituted_from=2026))
    return holidays


def _lunar_holidays(year: int) -> list[_Holiday]:
    months = lunar_months(year)
    seollal, chuseok = months[1], months[8] + 14 * _DAY
    return [
        *(_Holiday(seollal + step * _DAY, "Seollal", 2014, saturday_counts=False) for step in (-1, 0, 1)),
        _Holiday(months[4] + 7 * _DAY, "Buddha's Birthday", substituted_from=2023),
        *(_Holiday(chuseok + step * _DAY, "Chuseok", 2014, saturday_counts=False) for step in (-1, 0, 1)),
    ]


def _substitutes(fixed: list[_Holiday], taken: dict[date, str]) -> Iterator[tuple[date, str]]:
    """Yield the next free working day for each holiday that falls on a weekend or on another holiday."""
    # In chronological order: an earlier holiday takes the first free day, and a later one the next.
    used = set(taken)
    seen: set[date] = set()
    for holiday in fixed:
        lost_to_holiday = holiday.day in seen
        seen.add(holiday.day)
        if holiday.substituted_from is None or holiday.day.year < holiday.substituted_from:
            continue
        lost_to_weekend = holiday.day.weekday() == _SUNDAY or (
            holiday.day.weekday() == _SATURDAY and holiday.saturday_counts
        )
        if lost_to_holiday or lost_to_weekend:
            day = holiday.day + _DAY
            while day in used or day.weekday() >= _SATURDAY:
                day += _DAY
            used.add(day)
            yield day, f"Substitute for {holiday.name}"


def _elections(year: int, holidays: dict[date, str]) -> dict[date, str]:
    """Return the elections whose day the Public Official Election Act derives from the end of the term of office."""
    elections = {}
    if year >= 2030 and year % 5 == 0:
        elections[_election_day(date(year, 3, 25), holidays)] = "Presidential election"
    if year % 4 == 0:
        elections[_election_day(date(year, 4, 9), holidays)] = "National Assembly election"
    if year % 4 == 2:
        elections[_election_day(date(year, 5, 31), holidays)] = "Local elections"
    return elections


def _election_day(earliest: date, holidays: dict[date, str]) -> date:
    """Return the first Wednesday from a day on, or the next one if a public holiday is on or next to it."""
    day = earliest + ((_WEDNESDAY - earliest.weekday()) % 7) * _DAY
    return day + 7 * _DAY if any(day + step * _DAY in holidays for step in (-1, 0, 1)) else day
