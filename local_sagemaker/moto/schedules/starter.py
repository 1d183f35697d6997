"""Starts what schedules name, at their times, once.

A start and the note that it was made are one transaction, so that neither another thread nor a service that was killed
starts the same time twice.
"""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Call, Core
from local_sagemaker.core.errors import ApiError
from local_sagemaker.core.store import Record, Store
from local_sagemaker.moto.schedules.times import due, is_one_time, upcoming

KIND = "schedule"
_API = ":scheduler:::aws-sdk:sagemaker:"
"""In the ARN of a target that is any operation of SageMaker: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html."""
_LONGEST_WAIT = 30.0
"""Seconds after which the clock is read again: it may have been set, or the machine may have slept."""
_LOG = logging.getLogger(__name__)


class Starter:
    """The thread that waits for the next schedule; ``clock()`` returns seconds since 1970."""

    def __init__(self, store: Store, call: Call, clock: Callable[[], float] = now) -> None:
        self._store, self._call, self._clock = store, call, clock
        self._changed, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedules", daemon=True)

    def begin(self) -> None:
        """Start what was missed, and from now on what is due."""
        self._thread.start()

    def close(self) -> None:
        """Start nothing any more."""
        self._closing.set()
        self._changed.set()
        self._thread.join()

    def changed(self) -> None:
        """Look at the schedules again, because one has changed."""
        self._changed.set()

    def start_due(self) -> None:
        """Start what is due now."""
        for schedule in self._store.list(KIND):
            self._start_if_due(schedule["Key"])

    def _run(self) -> None:
        while not self._closing.is_set():
            self._changed.clear()
            wait = _LONGEST_WAIT
            try:
                self.start_due()
                wait = min(self._seconds_to_next(), wait)
            except Exception:  # noqa: BLE001 - such as a full disk, which must not end the thread
                _LOG.exception("the schedules could not be looked at")
            self._changed.wait(wait)

    def _seconds_to_next(self) -> float:
        moment = self._clock()
        times = (upcoming(schedule, moment) for schedule in self._store.list(KIND))
        return min((time - moment for time in times if time is not None), default=_LONGEST_WAIT)

    def _start_if_due(self, key: str) -> None:
        with self._store.transaction():
            schedule = self._store.get(KIND, key)
            if schedule is None or (time := due(schedule, self._clock())) is None:
                return
            if is_one_time(schedule) and schedule.get("ActionAfterCompletion") == "DELETE":
                self._store.delete(KIND, key)
            else:
                self._store.update(KIND, key, lambda record: record.update(After=time))
            try:
                self._call(*request_of(schedule, time))
            except (ApiError, ValueError) as error:
                _LOG.warning("the schedule %s could not start %s: %s", key, schedule["Target"]["Arn"], error)


def refusal(target: Record) -> str | None:
    """Say why a target cannot be started here; None if it can."""
    arn = str(target.get("Arn", ""))
    if _API in arn or (":sagemaker:" in arn and ":pipeline/" in arn):
        return None
    return (
        f"The target {arn} is not supported by the local SageMaker: schedules start pipelines, or call operations of "
        "SageMaker (...:scheduler:::aws-sdk:sagemaker:startPipelineExecution and its like)."
    )


def request_of(schedule: Record, time: float) -> tuple[str, Record]:
    """The operation and the request of one start, with the keywords of the input replaced by their values.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    target = schedule["Target"]
    arn, given = target["Arn"], target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    operation = arn.partition(_API)[2] or "startPipelineExecution"
    text = target.get("Input", "{}") if _API in arn else json.dumps({"PipelineName": arn, "PipelineParameters": given})
    for name, value in _keywords(schedule, time):
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return f"{operation[:1].upper()}{operation[1:]}", json.loads(text)


def _keywords(schedule: Record, time: float) -> Iterator[tuple[str, str]]:
    yield "schedule-arn", schedule["Arn"]
    yield "scheduled-time", datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "execution-id", str(uuid.uuid4())
    yield "attempt-number", "1"


def count_waiting(core: Core) -> int:
    """The number of schedules that will start something."""
    return sum(upcoming(schedule, now()) is not None for schedule in core.store.list(KIND))
