"""The contract between the API (records, pipelines, HTTP) and the jobs (containers).

The API calls these functions of the jobs, collected in ``Runners``::

    run_processing(request, context) -> JobOutcome      # request: a checked CreateProcessingJob request
    run_training(request, context) -> JobOutcome        # request: a checked CreateTrainingJob request
    run_transform(request, model, context) -> JobOutcome  # model: its CreateModel request
    start_hosting(model, variant, context) -> Hosting   # one endpoint variant behind a real server process

They do the work in real processes, and depend on no records, pipelines or HTTP of the service.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

from local_sagemaker.core.core import Isolation, Request, Work
from local_sagemaker.core.objects import ObjectStore

JobStatus = Literal["Completed", "Failed", "Stopped"]

LONGEST_REASON = 1024
"""The maximum length of FailureReason and ExitMessage."""


@dataclass(frozen=True)
class JobContext:
    """Everything that a job may access."""

    name: str
    arn: str
    """The name and ARN of the job, as its container sees them."""
    directory: Path
    """A private, empty folder that is kept after the job; its ``ml`` becomes ``/opt/ml``."""
    store: ObjectStore
    """The objects in S3."""
    log: Callable[[str, str], None]
    """``log(host, text)`` appends whole lines of a host (``algo-1``) as they come."""
    advance: Callable[[str, str], None]
    """``advance("Downloading", "Downloading the training image")``: sets a secondary status with its message."""
    stop: Event
    """Set when the job must stop; the runner ends its processes and returns "Stopped"."""
    threads: Callable[[], int]
    """Returns the number of threads for a process that starts now."""
    environment: Mapping[str, str]
    """The endpoint, the region and local credentials for the container, without the caller's environment."""
    isolation: Isolation = "fork"
    """``fork``: from the template process, in a namespace; ``process``: a new interpreter."""


@dataclass(frozen=True)
class Metric:
    """One value of FinalMetricDataList."""

    name: str
    value: float
    timestamp: float


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended, in the terms of the Describe operations."""

    status: JobStatus
    failure_reason: str | None = None
    exit_message: str | None = None
    secondary_status: str | None = None
    """Only if it differs from the status: ``MaxRuntimeExceeded``."""
    model_artifacts: str | None = None
    metrics: tuple[Metric, ...] = field(default=())


@dataclass(frozen=True)
class Answer:
    """The response of a model container. ``headers`` have lower-case names."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Hosting(Protocol):
    """A running model server, in a process of its own."""

    def invoke(
        self, body: bytes, *, content_type: str | None, accept: str | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send one request to the container; returns its status and body."""
        ...

    def alive(self) -> bool:
        """Whether the process still runs."""
        ...

    def close(self) -> None:
        """Wait for running requests, then end the process and everything it started."""
        ...


JobRunner = Callable[[Request, JobContext], JobOutcome]
TransformRunner = Callable[[Request, Request, JobContext], JobOutcome]


@dataclass(frozen=True)
class Runners:
    """The functions that do the work of jobs in containers; a test has stand-ins for them.

    ``missing(image, work)`` names what an image lacks for a kind of work, or returns None.
    """

    processing: JobRunner
    training: JobRunner
    transform: TransformRunner
    hosting: Callable[[Request, Request, JobContext], Hosting]
    missing: Callable[[str, Work], str | None] = lambda _image, _work: None
