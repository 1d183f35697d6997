"""What the API's side and the containers' side of this service say to each other.

The API's side (records, pipelines, HTTP) calls the functions that this package exports::

    run_processing(request, context) -> JobOutcome      # request: a checked CreateProcessingJob request
    run_training(request, context) -> JobOutcome        # request: a checked CreateTrainingJob request
    run_transform(request, model, context) -> JobOutcome  # model: the CreateModel request it names
    start_hosting(model, variant, context) -> Hosting   # one endpoint variant behind a real server process

The containers' side does the work in real processes and knows nothing of records, pipelines or HTTP of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

from local_sagemaker.core.core import Isolation, Request, Work
from local_sagemaker.core.objects import ObjectStore

JobStatus = Literal["Completed", "Failed", "Stopped"]


@dataclass(frozen=True)
class JobContext:
    """All that a job may touch.

    Attributes
    ----------
    name, arn
        The job's own, as its container sees them.
    directory
        A private, empty folder that stays after the job: ``ml`` in it becomes ``/opt/ml``.
    store
        The objects.
    log
        ``log(host, text)`` appends the output of a host (``algo-1``) as it comes, in whole lines.
    advance
        ``advance("Downloading", "Downloading the training image")``: a secondary status with its message.
    stop
        Set when the job is to stop; the runner ends its processes and answers "Stopped".
    threads
        Asks, at the moment a process starts, how many threads it may use.
    environment
        Endpoint, region and local credentials for the container, and nothing of the caller's.
    isolation
        ``fork``: from the template process, in a namespace; ``process``: a plain new interpreter.
    """

    name: str
    arn: str
    directory: Path
    store: ObjectStore
    log: Callable[[str, str], None]
    advance: Callable[[str, str], None]
    stop: Event
    threads: Callable[[], int]
    environment: Mapping[str, str]
    isolation: Isolation = "fork"


@dataclass(frozen=True)
class Metric:
    """One value of FinalMetricDataList."""

    name: str
    value: float
    timestamp: float


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended, in the words of the Describe calls."""

    status: JobStatus
    failure_reason: str | None = None
    exit_message: str | None = None
    secondary_status: str | None = None
    """Where it differs from the status: ``MaxRuntimeExceeded``."""
    model_artifacts: str | None = None
    metrics: tuple[Metric, ...] = field(default=())


@dataclass(frozen=True)
class Answer:
    """What a model container answered.

    Attributes
    ----------
    headers
        By lower-case name.
    """

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Hosting(Protocol):
    """A running model server, in a process of its own."""

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, headers: Mapping[str, str]
    ) -> Answer:
        """Hand one request to the container; its own status and body come back."""
        ...

    def alive(self) -> bool:
        """Whether the process still answers."""
        ...

    def close(self) -> None:
        """Let running requests end, then end the process and everything it started."""
        ...


@dataclass(frozen=True)
class Runners:
    """The functions that do the work of jobs in containers; a test has stand-ins for them.

    Attributes
    ----------
    missing
        ``missing(image, work)`` names what an image lacks for a kind of work, or returns None.
    """

    processing: Callable[[Request, JobContext], JobOutcome]
    training: Callable[[Request, JobContext], JobOutcome]
    transform: Callable[[Request, Request, JobContext], JobOutcome]
    hosting: Callable[[Request, Request, JobContext], Hosting]
    missing: Callable[[str, Work], str | None] = lambda _image, _work: None
