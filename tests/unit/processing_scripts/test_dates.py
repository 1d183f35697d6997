"""The whole column decides the order of day, month and year, or it is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from processing_scripts.errors import CellError, DateError
from processing_scripts.seoul_bike.reading.dates import DateColumn, read_dates, season_of

STYLES = {"day-month-year": "%d/%m/%Y", "month-day-year": "%m/%d/%Y"}


def column(days, style, seasons=None):
    """Whole days of 24 hours."""
    return DateColumn(
        name="Date",
        cells=[day.strftime(style) for day in days for _ in range(24)],
        hours=[hour for _ in days for hour in range(24)],
        seasons=[seasons or season_of(day) for day in days for _ in range(24)],
        lines=range(2, 2 + 24 * len(days)),
    )


def read_days(days, style, seasons=None):
    return sorted(set(read_dates(column(days, style, seasons))))


def days_from(first, number):
    return [first + timedelta(days=step) for step in range(number)]


@pytest.mark.parametrize("style", STYLES.values())
def test_day_after_the_twelfth_decides_order(style):
    days = [date(2018, 1, 2), date(2018, 3, 25)]
    assert read_days(days, style) == days


@pytest.mark.parametrize("style", STYLES.values())
def test_missing_hours_decide_order(style):
    days = days_from(date(2018, 6, 1), 3)
    assert read_days(days, style, seasons="Autumn") == days


@pytest.mark.parametrize("style", STYLES.values())
def test_season_decides_order(style):
    assert read_days([date(2018, 6, 5)], style) == [date(2018, 6, 5)]


@pytest.mark.parametrize("style", STYLES.values())
def test_ambiguous_date(style):
    with pytest.raises(DateError, match=r"could be day-month-year or month-day-year, and the file does not show which"):
        read_days([date(2018, 1, 2)], style)


def test_two_digit_years():
    days = days_from(date(2018, 5, 20), 20)
    assert read_days(days, "%d/%m/%y") == days
    with pytest.raises(DateError, match="could be year-month-day or day-month-year or month-day-year"):
        read_days([date(2009, 10, 11)], "%d/%m/%y", seasons="Winter")


@pytest.mark.parametrize("other", ["2018-12-13", "13-12-2018", "13 Dec 2018", "13/12/18"])
def test_mixed_date_formats(other):
    mixed = DateColumn("Date", ["12/12/2018", other], [0, 0], ["Winter", "Winter"], [2, 3])
    with pytest.raises(DateError, match=f"contains '12/12/2018' in line 2 and '{other}' in line 3"):
        read_dates(mixed)


@pytest.mark.parametrize("cell", ["2018-12", "1/2/3/2018", "20181301", "018-12-01", "12/2018/01", "1 Foo 2018"])
def test_invalid_date_reports_line(cell):
    with pytest.raises(CellError, match="Line 2, column 'Date'"):
        read_dates(DateColumn("Date", [cell], [0], ["Winter"], [2]))


def test_swapped_day_and_month():
    days = days_from(date(2017, 12, 1), 365)
    damaged = [date(day.year, day.day, day.month) if day.day <= 12 else day for day in days]
    column = DateColumn(
        name="Date",
        cells=[day.isoformat() for day in damaged],
        hours=[0] * len(days),
        seasons=[season_of(day) for day in days],
        lines=range(2, 2 + len(days)),
    )
    with pytest.raises(DateError, match=r"Swapping day and month corrects all .* such rows"):
        read_dates(column)


def test_other_seasons_are_accepted():
    days = days_from(date(2018, 3, 1), 40)
    assert read_days(days, "%Y-%m-%d", seasons="Winter") == days


@given(
    first=st.dates(date(2001, 1, 1), date(2090, 1, 1)), number=st.integers(1, 40), style=st.sampled_from(list(STYLES))
)
def test_dates_are_read_as_written_or_refused(first, number, style):
    days = days_from(first, number)
    try:
        assert read_days(days, STYLES[style]) == days
    except DateError:
        assume(number <= 12)
