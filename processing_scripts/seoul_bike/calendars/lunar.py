"""The first days of the months of the Korean lunar calendar.

The rules are those of the East Asian lunisolar calendar on Korean standard time (UTC+9). A month begins on the day of
the new moon; the month that contains the winter solstice is the eleventh. If there are thirteen months between two
solstices, the first one without a major solar term is a leap month and has no number.

The positions of sun and moon follow Jean Meeus, Astronomical Algorithms, chapters 25 and 49, without terms that do not
change the day: both are accurate to a few minutes.
"""

import math
from datetime import date, datetime, timedelta
from functools import cache

_J2000 = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - dynamical time, which no time zone describes
# Meeus calculates in dynamical time, which is about 70 seconds ahead of UTC in these decades.
_DYNAMICAL_TO_KOREAN_TIME = timedelta(hours=9) - timedelta(seconds=70)
_SYNODIC_MONTH_DAYS = 29.530588861
_FIRST_NEW_MOON_AFTER_J2000 = 2451550.09766 - 2451545.0


@cache
def lunar_months(year: int) -> dict[int, date]:
    """Return the first days of months 1 to 10 of a lunar year, and of months 11 and 12 of the year before.

    The lunar year begins in the given Gregorian year.

    Examples
    --------
    >>> lunar_months(2018)[1]  # Seollal
    datetime.date(2018, 2, 16)
    """
    starts = _new_moons_between_solstices(year)
    # 13 new moons enclose 12 months, 14 enclose 13, of which one is the leap month. The first is always month 11.
    leap = _leap_month(starts) if len(starts) == 14 else None
    numbered = [start for position, start in enumerate(starts[:-1]) if position != leap]
    return {(position + 10) % 12 + 1: start for position, start in enumerate(numbered)}


def _new_moons_between_solstices(year: int) -> list[date]:
    """Return the new moons from the month of last year's winter solstice to that of this year's, inclusive."""
    # The estimate of the first new moon may be off by one or two, so extra ones are calculated on both sides.
    last_solstice, this_solstice = _winter_solstice(year - 1), _winter_solstice(year)
    approximate = int((year - 1 + 0.97 - 2000) * 365.2425 / _SYNODIC_MONTH_DAYS)
    days = [_new_moon(number) for number in range(approximate - 2, approximate + 17)]
    first = max(position for position, day in enumerate(days) if day <= last_solstice)
    last = max(position for position, day in enumerate(days) if day <= this_solstice)
    return days[first : last + 1]


def _leap_month(starts: list[date]) -> int:
    """Return the position of the first month in which the sun enters no new sector of 30 degrees."""
    # The sun is in the same sector when the month and its successor begin: the month contains no major solar term.
    sectors = [_solar_sector(day) for day in starts]
    return next(position for position in range(1, 13) if sectors[position] == sectors[position + 1])


def _winter_solstice(year: int) -> date:
    day = date(year, 12, 19)
    while _solar_sector(day + timedelta(days=1)) != 9:
        day += timedelta(days=1)
    return day


def _solar_sector(day: date) -> int:
    """Return the sun's sector of the ecliptic when the Korean day begins: 0 from the spring equinox, 9 from winter."""
    begins = datetime(day.year, day.month, day.day) - _DYNAMICAL_TO_KOREAN_TIME  # noqa: DTZ001 - dynamical time
    centuries = (begins - _J2000) / timedelta(days=36525)
    mean_longitude = 280.46646 + 36000.76983 * centuries
    anomaly = math.radians(357.52911 + 35999.05029 * centuries)
    node = math.radians(125.04 - 1934.136 * centuries)
    centre = (1.914602 - 0.004817 * centuries) * math.sin(anomaly)
    centre += 0.019993 * math.sin(2 * anomaly) + 0.000289 * math.sin(3 * anomaly)
    apparent = mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node)
    return int(apparent % 360 // 30)


def _new_moon(number: int) -> date:
    """Return the Korean day of a new moon, counted from the first one of the year 2000."""
    centuries = number / 1236.85
    eccentricity = 1 - 0.002516 * centuries
    sun = math.radians(2.5534 + 29.10535670 * number)
    moon = math.radians(201.5643 + 385.81693528 * number + 0.0107582 * centuries**2)
    latitude = math.radians(160.7108 + 390.67050284 * number - 0.0016118 * centuries**2)
    correction = (
        -0.40720 * math.sin(moon)
        + 0.17241 * eccentricity * math.sin(sun)
        + 0.01608 * math.sin(2 * moon)
        + 0.01039 * math.sin(2 * latitude)
        + 0.00739 * eccentricity * math.sin(moon - sun)
        - 0.00514 * eccentricity * math.sin(moon + sun)
        + 0.00208 * eccentricity**2 * math.sin(2 * sun)
        - 0.00111 * math.sin(moon - 2 * latitude)
        - 0.00057 * math.sin(moon + 2 * latitude)
        + 0.00056 * eccentricity * math.sin(2 * moon + sun)
        - 0.00042 * math.sin(3 * moon)
        + 0.00042 * eccentricity * math.sin(sun + 2 * latitude)
        + 0.00038 * eccentricity * math.sin(sun - 2 * latitude)
        - 0.00024 * eccentricity * math.sin(2 * moon - sun)
    )
    days = _FIRST_NEW_MOON_AFTER_J2000 + _SYNODIC_MONTH_DAYS * number + 0.00015437 * centuries**2 + correction
    return (_J2000 + timedelta(days=days) + _DYNAMICAL_TO_KOREAN_TIME).date()
