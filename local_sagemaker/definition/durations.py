"""ISO 8601 durations, as a step's cache has them."""

import re
from datetime import timedelta

_DURATION = re.compile(
    r"P?(?=[\dT])(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)


def duration(text: object) -> timedelta:
    """Read a duration (``P30D``, ``PT1H``), also without its P as in the developer guide (``30d``, ``30dT5h``).

    Raises ValueError if it is none, or longer than any that Python has.
    """
    found = _DURATION.fullmatch(str(text).upper())
    if found is None:
        raise ValueError(f"ExpireAfter {text!r} is not an ISO 8601 duration such as P30D or PT1H.")
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    try:
        return timedelta(
            days=years * 365 + months * 30 + days, weeks=weeks, hours=hours, minutes=minutes, seconds=seconds
        )
    except OverflowError as error:
        raise ValueError(f"ExpireAfter {text!r} is too long.") from error
