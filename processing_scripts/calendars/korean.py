"""Public holidays of the Republic of Korea, calculated: solar, lunar, substitute and election days.

The rules are those of the "Regulations on Holidays of Government Offices" as they stood from 2014 on (substitute
holidays for Seollal, Chuseok and Children's Day), 2021 (the national days), 2023 (Buddha's Birthday, Christmas) and
2026 (Constitution Day and Labour Day). What a government decrees for a single year cannot be calculated and is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from processing_scripts.calendars.lunar import lunar_months

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
    """The first year in which a holiday that is lost to another day off is made up for; None is never."""
    saturday_counts: bool = True
    """Whether falling on a Saturday loses the holiday, as falling on a Sunday does."""


@cache
def public_holidays(year: int) -> dict[date, str]:
    """Every public holiday of a year from 2014 on, with its English name.

    Labour Day is in it for the years before 2026 as well: it has always been a paid day off for the employed.

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
    """Whether a day is a public holiday, on whatever day of the week."""
    return day in public_holidays(day.year)


def is_festival(day: date) -> bool:
    """Whether a day is one of Seollal or Chuseok, or makes up for one: families travel and the city empties."""
    return any(festival in public_holidays(day.year).get(day, "") for festival in ("Seollal", "Chuseok"))


def is_day_off(day: date) -> bool:
    """Whether most people are off work: a Saturday, a Sunday or a public holiday."""
    return day.weekday() >= _SATURDAY or is_public_holiday(day)


def is_bridge_day(day: date) -> bool:
    """Whether a day is a single working day between two days off, which many take as leave."""
    return not is_day_off(day) and is_day_off(day - _DAY) and is_day_off(day + _DAY)


def days_off_in_a_row(day: date) -> int:
    """Length of the run of days off that a day is in; 0 for a working day."""
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
    """A working day for each holiday that fell on a weekend or on another holiday, each day used once."""
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
    """Elections whose day the Public Official Election Act sets, counted back from the end of the terms of office."""
    elections = {}
    if year >= 2030 and year % 5 == 0:
        elections[_election_day(date(year, 3, 25), holidays)] = "Presidential election"
    if year % 4 == 0:
        elections[_election_day(date(year, 4, 9), holidays)] = "National Assembly election"
    if year % 4 == 2:
        elections[_election_day(date(year, 5, 31), holidays)] = "Local elections"
    return elections


def _election_day(earliest: date, holidays: dict[date, str]) -> date:
    """The first Wednesday from a day on, a week later where a public holiday is on it or next to it."""
    day = earliest + ((_WEDNESDAY - earliest.weekday()) % 7) * _DAY
    return day + 7 * _DAY if any(day + step * _DAY in holidays for step in (-1, 0, 1)) else day
