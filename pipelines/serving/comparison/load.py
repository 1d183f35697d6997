"""Load on an endpoint: several requests at a time, and the latency of each."""

import math
import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pipelines.models.container_output import read_answers
from pipelines.models.postprocessing import require_as_many

FEWEST_REQUESTS = 100
"""Enough for percentiles."""


@dataclass(frozen=True)
class Load:
    """Latencies (percentiles in milliseconds) and throughput of an endpoint."""

    rows_per_request: int
    at_once: int
    """Requests at once."""
    requests: int
    p50: float
    p95: float
    p99: float
    rows_per_second: float
    """All rows over the total time."""


def send(
    client: Callable[[str], Any],
    endpoint: str,
    rows: Sequence[str],
    rows_per_request: int,
    at_once: int,
    classes: int = 1,
) -> tuple[Load, list[Any], float]:
    """Send all rows, repeatedly until there are `FEWEST_REQUESTS`.

    Raises `PipelineError` if a response does not have one number per row.

    Parameters
    ----------
    client
        Makes a client; each concurrent request has its own, with its own connection.
    rows
        CSV, one row each.
    classes
        Numbers of the response to each row.

    Returns
    -------
    The load, the predictions in the order of the rows as often as they were sent, and the bytes of request and response
    per row.
    """
    import numpy as np

    bodies = [
        "".join(f"{row}\n" for row in rows[start : start + rows_per_request]).encode()
        for start in range(0, len(rows), rows_per_request)
    ]
    times = math.ceil(FEWEST_REQUESTS / len(bodies))
    bodies *= times
    clients: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for _ in range(at_once):
        clients.put(client("sagemaker-runtime"))
    with ThreadPoolExecutor(at_once) as pool:
        # The first request of a client opens its connection.
        list(pool.map(lambda _: _timed(clients, endpoint, bodies[0]), range(at_once)))
        start = time.perf_counter()
        answered = list(pool.map(lambda body: _timed(clients, endpoint, body), bodies))
        seconds = time.perf_counter() - start
    answers = [number for _, text in answered for number in read_answers(text, classes)]
    require_as_many(len(answers), times * len(rows))
    milliseconds = [1000 * taken for taken, _ in answered]
    p50, p95, p99 = (float(np.percentile(milliseconds, percent)) for percent in (50, 95, 99))
    size = (sum(map(len, bodies)) + sum(len(text) for _, text in answered)) / len(answers)
    return Load(rows_per_request, at_once, len(bodies), p50, p95, p99, len(answers) / seconds), answers, size


def _timed(clients: queue.SimpleQueue[Any], endpoint: str, body: bytes) -> tuple[float, str]:
    client = clients.get()
    try:
        start = time.perf_counter()
        answer = client.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body)
        text: str = answer["Body"].read().decode()
        return time.perf_counter() - start, text
    finally:
        clients.put(client)
