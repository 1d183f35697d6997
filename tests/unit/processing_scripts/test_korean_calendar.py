"""Calculated holidays match the official ones."""

from datetime import date, timedelta

import pytest

from processing_scripts.seoul_bike.calendars.korean import (
    days_off_in_a_row,
    is_bridge_day,
    is_day_off,
    is_festival,
    public_holidays,
)
from processing_scripts.seoul_bike.calendars.lunar import lunar_months

HOLIDAYS_OF_THE_DATA_SET = """
2017-12-25
2018-01-01 2018-02-15 2018-02-16 2018-02-17 2018-03-01 2018-05-01 2018-05-05 2018-05-07 2018-05-22 2018-06-06 2018-06-13
2018-08-15 2018-09-23 2018-09-24 2018-09-25 2018-09-26 2018-10-03 2018-10-09
"""

# Seollal, Buddha's Birthday and Chuseok as they are in the official calendar.
LUNAR_HOLIDAYS = {
    2014: ("01-31", "05-06", "09-08"),
    2015: ("02-19", "05-25", "09-27"),
    2016: ("02-08", "05-14", "09-15"),
    2017: ("01-28", "05-03", "10-04"),
    2018: ("02-16", "05-22", "09-24"),
    2019: ("02-05", "05-12", "09-13"),
    2020: ("01-25", "04-30", "10-01"),
    2021: ("02-12", "05-19", "09-21"),
    2022: ("02-01", "05-08", "09-10"),
    2023: ("01-22", "05-27", "09-29"),
    2024: ("02-10", "05-15", "09-17"),
    2025: ("01-29", "05-05", "10-06"),
    2026: ("02-17", "05-24", "09-25"),
    2027: ("02-07", "05-13", "09-15"),
    2028: ("01-27", "05-02", "10-03"),
    2033: ("01-31", "05-06", "09-08"),
    2034: ("02-19", "05-25", "09-27"),
}


def test_holidays_of_the_data_set_year():
    days = [
        day for year in (2017, 2018) for day in public_holidays(year) if date(2017, 12, 1) <= day <= date(2018, 11, 30)
    ]
    assert [day.isoformat() for day in days] == HOLIDAYS_OF_THE_DATA_SET.split()


@pytest.mark.parametrize("year", LUNAR_HOLIDAYS)
def test_lunar_holidays_match_official_calendar(year):
    months = lunar_months(year)
    calculated = (months[1], months[4] + timedelta(days=7), months[8] + timedelta(days=14))
    assert calculated == tuple(date.fromisoformat(f"{year}-{day}") for day in LUNAR_HOLIDAYS[year])
    assert public_holidays(year).keys() >= set(calculated)


def test_leap_month_has_no_number():
    """2033 is the hard case: a month without a solar term that is none, and the leap month after the eleventh."""
    assert lunar_months(2033)[8] == date(2033, 8, 25)
    assert lunar_months(2034)[1] == date(2034, 2, 19)


SUBSTITUTES = {
    "2014-09-10": "Chuseok",
    "2015-09-29": "Chuseok",
    "2016-02-10": "Seollal",
    "2017-01-30": "Seollal",
    "2017-10-06": "Chuseok",
    "2018-05-07": "Children's Day",
    "2018-09-26": "Chuseok",
    "2021-08-16": "Liberation Day",
    "2021-10-04": "National Foundation Day",
    "2021-10-11": "Hangul Day",
    "2023-05-29": "Buddha's Birthday",
    "2025-05-06": "Buddha's Birthday",
}


@pytest.mark.parametrize("day", SUBSTITUTES)
def test_substitute_holiday(day):
    assert public_holidays(int(day[:4]))[date.fromisoformat(day)] == f"Substitute for {SUBSTITUTES[day]}"


@pytest.mark.parametrize("day", ["2015-03-02", "2016-05-16", "2020-08-18", "2021-12-27", "2018-06-07", "2018-02-19"])
def test_holiday_without_substitute(day):
    assert date.fromisoformat(day) not in public_holidays(int(day[:4]))


ELECTIONS = {
    "2014-06-04": "Local elections",
    "2016-04-13": "National Assembly election",
    "2018-06-13": "Local elections",
    "2020-04-15": "National Assembly election",
    "2022-06-01": "Local elections",
    "2024-04-10": "National Assembly election",
    "2025-06-03": "Presidential election",
}


@pytest.mark.parametrize("day", ELECTIONS)
def test_elections_fall_on_their_days(day):
    assert public_holidays(int(day[:4]))[date.fromisoformat(day)] == ELECTIONS[day]


def test_bridge_day():
    assert is_bridge_day(date(2018, 10, 8))
    assert not is_bridge_day(date(2018, 10, 9))
    assert not is_bridge_day(date(2018, 10, 10))


def test_days_off_in_a_row():
    chuseok = [date(2018, 9, day) for day in range(22, 27)]
    assert [days_off_in_a_row(day) for day in chuseok] == [5] * 5
    assert days_off_in_a_row(date(2018, 9, 27)) == 0
    assert is_day_off(date(2018, 9, 29))


def test_festivals_include_their_substitutes():
    days = [day for day in public_holidays(2018) if is_festival(day)]
    assert [f"{day:%m-%d}" for day in days] == ["02-15", "02-16", "02-17", "09-23", "09-24", "09-25", "09-26"]
    assert not is_festival(date(2018, 2, 14))
