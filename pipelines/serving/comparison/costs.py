"""Costs of a day of each way of predicting on AWS, by the number of rows, and where they are equal.

Prices are AWS's, latencies are measured. Costs that hardly depend on the way (storage, requests to S3) are left out.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines.aws.prices import Prices
from pipelines.errors import BadInput

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
ROWS_A_DAY = (1, 1_000, 1_000_000)

ENDPOINT = "endpoint, one instance or more"
SERVERLESS = "serverless endpoint"
ONCE_A_DAY = "transform job once a day"
EVERY_HOUR = "transform job every hour"


@dataclass(frozen=True)
class Speed:
    """Measured speeds."""

    seconds_per_request: float
    """Median for one row through the endpoint, one request after another."""
    rows_per_second: float
    """Single rows through the endpoint, at its best number of requests at once."""
    transform_rows_per_second: float
    """Of the transform job, without its start."""
    bytes_per_row: float
    """Request and response of the endpoint for one row."""


@dataclass(frozen=True)
class Assumed:
    """Assumptions: instance types, a serverless endpoint's memory, and the seconds that AWS needs to start a job."""

    hosting_type: str
    transform_type: str
    serverless_mb: int
    start_seconds: float


Cost = Callable[[float], float]
"""Cost of a day by the number of rows in it, in the currency of the prices."""


def costs_of_a_day(prices: Prices, speed: Speed, assumed: Assumed) -> Mapping[str, Cost]:
    """Return the costs of the four ways.

    Raises `BadInput` if the list has no price for one of the instance types.
    """
    hosting = prices.per_hour("hosting", assumed.hosting_type)
    transform = prices.per_hour("transform", assumed.transform_type)
    if hosting is None or transform is None:
        missing = assumed.hosting_type if hosting is None else assumed.transform_type
        raise BadInput(f"The price of {missing} is not in the list; name yours with --prices.")
    gigabytes = speed.bytes_per_row / 1e9
    serverless_row = speed.seconds_per_request * prices.serverless_second(assumed.serverless_mb)

    def endpoint(rows: float) -> float:
        instances = max(1, math.ceil(rows / (speed.rows_per_second * DAY_SECONDS)))
        return 24 * hosting * instances + rows * gigabytes * prices.hosting_data_gb

    def serverless(rows: float) -> float:
        return rows * (serverless_row + gigabytes * prices.serverless_data_gb)

    def jobs(a_day: int) -> Cost:
        def of(rows: float) -> float:
            # A job for which there are no rows is not started.
            starts = min(a_day, math.ceil(rows)) * assumed.start_seconds
            return (starts + rows / speed.transform_rows_per_second) / HOUR_SECONDS * transform

        return of

    return {ENDPOINT: endpoint, SERVERLESS: serverless, ONCE_A_DAY: jobs(1), EVERY_HOUR: jobs(24)}


def crossings(ways: Mapping[str, Cost], most: float = 1e10) -> list[tuple[str, str, float]]:
    """Find the rows a day at which two ways cost the same: (the cheaper one below, the cheaper one above, rows).

    Costs grow with the rows, and two of them cross once or never in this range; where steps make them cross several
    times, the first crossing counts. Two that cost the same for a single row do not cross.
    """
    names = list(ways)
    found = []
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            cheaper, dearer = (one, other) if ways[one](1) < ways[other](1) else (other, one)
            rows = _first_crossing(ways[cheaper], ways[dearer], most)
            if rows is not None:
                found.append((cheaper, dearer, rows))
    return sorted(found, key=lambda crossing: crossing[2])


def _first_crossing(cheaper: Cost, dearer: Cost, most: float) -> float | None:
    """Search the range in small steps, then bisect the step in which the cheaper one becomes the dearer."""
    low = 1.0
    if cheaper(low) == dearer(low):
        return None
    while low < most:
        high = low * 1.05
        if cheaper(high) > dearer(high):
            for _ in range(60):
                middle = math.sqrt(low * high)
                low, high = (low, middle) if cheaper(middle) > dearer(middle) else (middle, high)
            return high
        low = high
    return None
