"""The current time in the API's resolution."""

import time


def now() -> float:
    """Seconds since 1970 in whole milliseconds, so that a time survives the round trip through a client."""
    return round(time.time(), 3)
