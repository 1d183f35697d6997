"""When a schedule is due: ``rate(...)``, ``cron(...)`` and ``at(...)``, in its time zone, between its dates.

A schedule here is a record with the members of GetSchedule, whose dates are seconds since 1970, and with ``After``: the
last time that was dealt with.
"""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_sagemaker.core.store import Record
from local_sagemaker.moto.schedules.cron import Cron, read_cron

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((.*)\)")
_LONGEST_DELAY = 86400
"""Seconds for which a start may be late, unless the schedule says otherwise: EventBridge Scheduler's default."""


def check(expression: str, timezone: str | None) -> None:
    """Check an expression and a time zone; raises ValueError with what is wrong."""
    _zone(timezone)
    _read(expression)


def is_one_time(schedule: Record) -> bool:
    """Whether a schedule starts something once only."""
    return isinstance(_read(schedule["ScheduleExpression"]), datetime)


def next_time(schedule: Record, after: float) -> float | None:
    """The first time of a schedule after a moment, in seconds since 1970; None if there is none."""
    zone, when = _zone(schedule.get("ScheduleExpressionTimezone")), _read(schedule["ScheduleExpression"])
    if isinstance(when, datetime):  # start and end dates have no effect then
        once = when.replace(tzinfo=zone).timestamp()
        return once if once > after else None
    start = schedule.get("StartDate")
    if isinstance(when, Cron):
        time = when.next_after(after if start is None else max(after, start - 0.001), zone)
    else:
        first = schedule["CreationDate"] if start is None else start
        time = first + max(0, (after - first) // when + 1) * when
    end = schedule.get("EndDate")
    return None if time is None or (end is not None and time > end) else time


def due(schedule: Record, moment: float) -> float | None:
    """The latest time at which a schedule should have started something by a moment, and has not.

    Several that were missed, while no service ran, count as one; one that is too late for the schedule counts no more.
    """
    if schedule["State"] != "ENABLED":
        return None
    retries = schedule["Target"].get("RetryPolicy", {})
    after = max(schedule["After"], moment - retries.get("MaximumEventAgeInSeconds", _LONGEST_DELAY))
    latest = None
    while (time := next_time(schedule, after)) is not None and time <= moment:
        latest = after = time
    return latest


def upcoming(schedule: Record, moment: float) -> float | None:
    """The next time of a schedule after a moment; None if it is disabled or has ended."""
    return next_time(schedule, max(schedule["After"], moment)) if schedule["State"] == "ENABLED" else None


@lru_cache
def _read(expression: str) -> Cron | datetime | int:
    """A cron expression, the one time of ``at``, or the seconds of a rate."""
    if rate := _RATE.fullmatch(expression):
        if seconds := int(rate[1]) * _SECONDS[rate[2]]:
            return seconds
        raise ValueError("a rate must be positive")
    if once := _AT.fullmatch(expression):
        return datetime.fromisoformat(once[1])
    if cron := _CRON.fullmatch(expression):
        return read_cron(cron[1])
    raise ValueError("it is none of rate(value unit), cron(fields) and at(yyyy-mm-ddThh:mm:ss)")


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name}") from error
