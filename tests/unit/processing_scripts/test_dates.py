"""The order of day, month and year is found from the whole column, or the column is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from processing_scripts.errors import CellError, DateError
from processing_scripts.reading.dates import DateColumn, read_dates, season_of

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
def test_one_day_after_the_twelfth_settles_the_order_of_all(style):
    days = [date(2018, 1, 2), date(2018, 3, 25)]
    assert read_days(days, style) == days


@pytest.mark.parametrize("style", STYLES.values())
def test_hours_without_a_gap_settle_the_order(style):
    days = days_from(date(2018, 6, 1), 3)
    assert read_days(days, style, seasons="Autumn") == days


@pytest.mark.parametrize("style", STYLES.values())
def test_the_season_settles_the_order_of_a_single_day(style):
    assert read_days([date(2018, 6, 5)], style) == [date(2018, 6, 5)]


@pytest.mark.parametrize("style", STYLES.values())
def test_a_day_that_both_orders_allow_is_refused(style):
    with pytest.raises(DateError, match=r"could be day-month-year or month-day-year, and nothing in the file tells"):
        read_days([date(2018, 1, 2)], style)


def test_two_digits_for_the_year_are_read_where_only_one_order_is_possible():
    days = days_from(date(2018, 5, 20), 20)
    assert read_days(days, "%d/%m/%y") == days
    with pytest.raises(DateError, match="could be year-month-day or day-month-year or month-day-year"):
        read_days([date(2009, 10, 11)], "%d/%m/%y", seasons="Winter")


@pytest.mark.parametrize("other", ["2018-12-13", "13-12-2018", "13 Dec 2018", "13/12/18"])
def test_cells_written_in_different_ways_are_refused(other):
    mixed = DateColumn("Date", ["12/12/2018", other], [0, 0], ["Winter", "Winter"], [2, 3])
    with pytest.raises(DateError, match=f"writes '12/12/2018' in line 2 and '{other}' in line 3"):
        read_dates(mixed)


@pytest.mark.parametrize("cell", ["2018-12", "1/2/3/2018", "20181301", "018-12-01", "12/2018/01", "1 Foo 2018"])
def test_what_is_no_date_is_refused_with_its_line(cell):
    with pytest.raises(CellError, match="Line 2, column 'Date'"):
        read_dates(DateColumn("Date", [cell], [0], ["Winter"], [2]))


def test_dates_that_a_month_first_reading_has_damaged_before_are_refused():
    days = days_from(date(2017, 12, 1), 365)
    damaged = [date(day.year, day.day, day.month) if day.day <= 12 else day for day in days]
    column = DateColumn(
        name="Date",
        cells=[day.isoformat() for day in damaged],
        hours=[0] * len(days),
        seasons=[season_of(day) for day in days],
        lines=range(2, 2 + len(days)),
    )
    with pytest.raises(DateError, match="all of which would be right with day and month exchanged; fetch the data set"):
        read_dates(column)


def test_seasons_of_another_reckoning_are_not_taken_for_damage():
    days = days_from(date(2018, 3, 1), 40)
    assert read_days(days, "%Y-%m-%d", seasons="Winter") == days


@given(
    first=st.dates(date(2001, 1, 1), date(2090, 1, 1)), number=st.integers(1, 40), style=st.sampled_from(list(STYLES))
)
def test_days_are_read_as_written_or_refused_but_never_read_otherwise(first, number, style):
    days = days_from(first, number)
    try:
        assert read_days(days, STYLES[style]) == days
    except DateError:
        assume(number <= 12)
