"""Cron expressions of EventBridge Scheduler: minutes, hours, day of month, month, day of week and year.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"), start=1)}
_LAST_YEAR = 2199
_Matches = Callable[[date], bool]


@dataclass(frozen=True)
class Cron:
    """An expression that was read; values are in ascending order."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    years: tuple[int, ...]
    matches: _Matches
    """Whether the day of the month, or of the week, is one of the expression's."""

    def next_after(self, moment: float, zone: ZoneInfo) -> float | None:
        """The first time after a moment, in seconds since 1970; None if there is none before the year 2200.

        A time that a clock skips in spring is left out; one that it shows twice in autumn counts once, the first time.
        """
        local = datetime.fromtimestamp(moment, zone)
        day, earliest = local.date(), (local.hour, local.minute)
        while day.year <= min(_LAST_YEAR, self.years[-1]):
            if day.year not in self.years:
                day = date(day.year + 1, 1, 1)
            elif day.month not in self.months:
                day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
            elif not self.matches(day):
                day += timedelta(days=1)
            else:
                for hour in self.hours:
                    for minute in self.minutes:
                        if day == local.date() and (hour, minute) < earliest:
                            continue
                        time = _moment(datetime.combine(day, clock(hour, minute)), zone)
                        if time is not None and time > moment:
                            return time
                day += timedelta(days=1)
        return None


def read_cron(text: str) -> Cron:
    """Read the fields between ``cron(`` and ``)``; raises ValueError with what is wrong."""
    fields = text.upper().split()
    if len(fields) != 6:
        raise ValueError(f"it has {len(fields)} fields instead of six")
    minutes, hours, of_month, month, of_week, year = fields
    if (of_month == "?") == (of_week == "?"):
        raise ValueError("exactly one of day-of-month and day-of-week must be ?")
    return Cron(
        minutes=_values(minutes, 0, 59),
        hours=_values(hours, 0, 23),
        months=_values(month, 1, 12, _MONTHS),
        years=_values(year, 1970, _LAST_YEAR),
        matches=_day_of_month(of_month) if of_week == "?" else _day_of_week(of_week),
    )


def _values(field: str, lowest: int, highest: int, names: dict[str, int] | None = None) -> tuple[int, ...]:
    """The values of a field: ``*``, numbers or names, ranges, steps, and lists of these."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            first_value, last_value = lowest, highest
        else:
            first_value = _value(first, lowest, highest, names)
            last_value = _value(last, lowest, highest, names) if dash else highest if slash else first_value
        width = int(step) if step.isascii() and step.isdigit() else 0
        if first_value > last_value or (slash and not width):
            raise ValueError(f"{part} is not a range of {lowest} to {highest}")
        found.update(range(first_value, last_value + 1, width or 1))
    return tuple(sorted(found))


def _value(text: str, lowest: int, highest: int, names: dict[str, int] | None = None) -> int:
    named = (names or {}).get(text.capitalize())
    value = int(text) if text.isascii() and text.isdigit() else named
    if value is None or not lowest <= value <= highest:
        raise ValueError(f"{text or 'an empty value'} is not between {lowest} and {highest}")
    return value


def _day_of_month(field: str) -> _Matches:
    if field == "L":
        return lambda day: day.day == _days_of(day)
    if near := re.fullmatch(r"(\d+)W", field):
        wanted = _value(near[1], 1, 31)
        return lambda day: day.day == _working_day_near(wanted, day)
    days = _values(field, 1, 31)
    return lambda day: day.day in days


def _day_of_week(field: str) -> _Matches:
    if field == "L":  # the last day of a week
        return lambda day: _weekday(day) == _WEEKDAYS["Sat"]
    if last := re.fullmatch(r"(\w+)L", field):
        of_last = _value(last[1], 1, 7, _WEEKDAYS)
        return lambda day: _weekday(day) == of_last and day.day > _days_of(day) - 7
    if counted := re.fullmatch(r"(\w+)#([1-5])", field):
        weekday, number = _value(counted[1], 1, 7, _WEEKDAYS), int(counted[2])
        return lambda day: _weekday(day) == weekday and (day.day - 1) // 7 + 1 == number
    weekdays = _values(field, 1, 7, _WEEKDAYS)
    return lambda day: _weekday(day) in weekdays


def _weekday(day: date) -> int:
    """From 1, Sunday, to 7, Saturday."""
    return day.isoweekday() % 7 + 1


def _days_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _working_day_near(wanted: int, day: date) -> int | None:
    """The day from Monday to Friday that is closest to a day of a month, within the month; None if it has no such."""
    last = _days_of(day)
    if wanted > last:
        return None
    weekday = day.replace(day=wanted).isoweekday()
    if weekday == 6:
        return wanted - 1 if wanted > 1 else wanted + 2
    if weekday == 7:
        return wanted + 1 if wanted < last else wanted - 2
    return wanted


def _moment(wall_clock: datetime, zone: ZoneInfo) -> float | None:
    """Seconds since 1970 when a clock of the zone first shows a time; None if it never does."""
    aware = wall_clock.replace(tzinfo=zone)
    shown = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return aware.timestamp() if shown == wall_clock else None
