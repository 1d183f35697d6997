"""What processing, training, transform and tuning jobs share: their records and their life."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from pipelines.local.errors import ResourceInUse, ResourceNotFound, ValidationException
from pipelines.local.operations import listing, tags
from pipelines.local.service import Request, Response, Service
from pipelines.local.store import Record

if TYPE_CHECKING:
    from pipelines.local.jobs.contract import JobContext, JobOutcome

FINAL = ("Completed", "Failed", "Stopped")
LONGEST_REASON = 1024
LOST = "InternalServerError: The local service ended while this job was running."


@dataclass(frozen=True)
class JobKind:
    """How one kind of job names things.

    Attributes
    ----------
    noun
        In ARNs, and the kind of its records: ``training-job``.
    word
        In the members of its API: ``TrainingJob``.
    log_group
        Of CloudWatch Logs.
    started, ended
        The members which hold when its work began and ended.
    """

    noun: str
    word: str
    log_group: str
    started: str
    ended: str

    @property
    def name(self) -> str:
        """The member which holds its name."""
        return f"{self.word}Name"

    @property
    def arn(self) -> str:
        """The member which holds its ARN."""
        return f"{self.word}Arn"

    @property
    def status(self) -> str:
        """The member which holds its status."""
        return f"{self.word}Status"


PROCESSING = JobKind(
    "processing-job", "ProcessingJob", "/aws/sagemaker/ProcessingJobs", "ProcessingStartTime", "ProcessingEndTime"
)
TRAINING = JobKind("training-job", "TrainingJob", "/aws/sagemaker/TrainingJobs", "TrainingStartTime", "TrainingEndTime")
TRANSFORM = JobKind(
    "transform-job", "TransformJob", "/aws/sagemaker/TransformJobs", "TransformStartTime", "TransformEndTime"
)
TUNING = JobKind(
    "hyper-parameter-tuning-job",
    "HyperParameterTuningJob",
    "",
    "CreationTime",
    "HyperParameterTuningEndTime",
)
KINDS = (PROCESSING, TRAINING, TRANSFORM, TUNING)


def create(service: Service, kind: JobKind, request: Request, **more: object) -> str:
    """Write down a new job, InProgress, and answer its ARN.

    Raises
    ------
    ResourceInUse
        There is a job of that name.
    """
    name = request[kind.name]
    arn = service.arn(f"{kind.noun}/{name}")
    now = time.time()
    record = {**request, kind.arn: arn, kind.status: "InProgress", "CreationTime": now, "LastModifiedTime": now, **more}
    record.pop("Tags", None)
    if not service.store.insert(kind.noun, name, record):
        raise ResourceInUse(
            f"{_title(kind)} names must be unique within an AWS account and region, and a {_noun(kind)} "
            f"with this name already exists ({arn})"
        )
    tags.put(service, arn, request.get("Tags", []))
    return arn


def run(
    service: Service,
    kind: JobKind,
    name: str,
    work: Callable[[JobContext], JobOutcome],
    conclude: Callable[[Record, JobOutcome], None],
    *,
    on_log: Callable[[str], None] | None = None,
) -> None:
    """Start the work of a job that is written down; the answer does not wait for it.

    Parameters
    ----------
    work
        The runner with its request.
    conclude
        Puts what is particular to this kind of job into the record when it has ended.
    on_log
        Is told what the job writes, as it comes.
    """
    arn = service.arn(f"{kind.noun}/{name}")

    def carry_out(stop: Event) -> None:
        context = _context(service, kind, name, arn, stop, on_log)
        _change(service, kind, name, lambda record: record.__setitem__(kind.started, time.time()))
        outcome = _outcome_of(work, context)
        _change(service, kind, name, lambda record: _end(kind, record, outcome, conclude))

    service.supervisor.start(arn, carry_out)


def end(service: Service, kind: JobKind, name: str, outcome: JobOutcome) -> None:
    """Write down how a job ended whose work is not a runner's."""
    _change(service, kind, name, lambda record: _end(kind, record, outcome, lambda _record, _outcome: None))


def _context(
    service: Service, kind: JobKind, name: str, arn: str, stop: Event, on_log: Callable[[str], None] | None
) -> JobContext:
    from pipelines.local.jobs.contract import JobContext

    directory = _fresh_directory(service.directory / "jobs" / kind.noun, name)
    epoch = int(time.time())

    def log(host: str, text: str) -> None:
        service.logs.append(kind.log_group, f"{name}/{host}-{epoch}", text)
        if on_log is not None:
            on_log(text)

    def advance(secondary: str, message: str) -> None:
        _change(service, kind, name, lambda record: advance_secondary(record, secondary, message))

    return JobContext(
        name=name,
        arn=arn,
        directory=directory,
        store=service.objects,
        log=log,
        advance=advance,
        stop=stop,
        threads=service.supervisor.threads_per_job,
        environment=service.environment,
        isolation=service.isolation,
    )


def _fresh_directory(parent: Path, name: str) -> Path:
    directory = parent / name
    if directory.exists():  # of a job that was deleted
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    return directory


def _outcome_of(work: Callable[[JobContext], JobOutcome], context: JobContext) -> JobOutcome:
    from pipelines.local.jobs.contract import JobOutcome

    try:
        return work(context)
    except Exception as error:  # noqa: BLE001 - a defect of the runner must end the job, and not the service
        context.log("algo-1", f"{type(error).__name__}: {error}")
        return JobOutcome("Failed", f"InternalServerError: {type(error).__name__}: {error}")


def _end(kind: JobKind, record: Record, outcome: JobOutcome, conclude: Callable[[Record, JobOutcome], None]) -> None:
    record[kind.status] = outcome.status
    record[kind.ended] = time.time()
    if outcome.failure_reason:
        record["FailureReason"] = outcome.failure_reason[:LONGEST_REASON]
    conclude(record, outcome)


def advance_secondary(record: Record, secondary: str, message: str) -> None:
    """Enter a secondary status: the transition before it ends, a new one begins."""
    now = time.time()
    transitions = record.setdefault("SecondaryStatusTransitions", [])
    if transitions and transitions[-1]["Status"] == secondary:
        transitions[-1]["StatusMessage"] = message
        return
    if transitions:
        transitions[-1].setdefault("EndTime", now)
    transitions.append({"Status": secondary, "StartTime": now, "StatusMessage": message})
    record["SecondaryStatus"] = secondary


def describe(service: Service, kind: JobKind, name: str) -> Record:
    """The record of a job.

    Raises
    ------
    ResourceNotFound, ValidationException
        There is none of that name; SageMaker's kinds of job differ in how they say so.
    """
    record = service.store.get(kind.noun, name)
    if record is not None:
        return record
    if kind is TRAINING:
        raise ValidationException("Requested resource not found.")
    if kind is TUNING:
        raise ResourceNotFound(f"Amazon SageMaker can't find a tuning job with the name {name}.")
    raise ValidationException(f"Could not find requested job with name: {name}")


def list_jobs(service: Service, kind: JobKind, request: Request) -> Response:
    """One page of the jobs of a kind."""
    records = service.store.list(kind.noun)
    return listing.page(records, request, member=f"{kind.word}Summaries", name=kind.name, status=kind.status)


def stop(service: Service, kind: JobKind, name: str) -> None:
    """Ask a job to end; it is Stopping until it has.

    Raises
    ------
    ValidationException
        It has ended already.
    """
    status = describe(service, kind, name)[kind.status]
    if status in FINAL:
        arn = service.arn(f"{kind.noun}/{name}")
        raise ValidationException(f"The request was rejected because the {_noun(kind)} {arn} is in status {status}.")

    def mark(record: Record) -> None:
        if record[kind.status] == "InProgress":
            record[kind.status] = "Stopping"
            if kind is TRAINING:
                advance_secondary(record, "Stopping", "Stopping the training job")

    _change(service, kind, name, mark)
    service.supervisor.stop(service.arn(f"{kind.noun}/{name}"))


def delete(service: Service, kind: JobKind, name: str) -> None:
    """Remove the record of a job that has ended.

    Raises
    ------
    ResourceInUse
        It is still running.
    """
    if describe(service, kind, name)[kind.status] not in FINAL:
        raise ResourceInUse(f"The {_noun(kind)} {name} cannot be deleted while it is running.")
    service.store.delete(kind.noun, name)
    tags.drop(service, service.arn(f"{kind.noun}/{name}"))


def fail_what_was_running(service: Service) -> None:
    """After the death of the service: jobs it left running have failed, those it was stopping have stopped."""
    for kind in KINDS:
        for record in service.store.list(kind.noun):
            if record[kind.status] not in FINAL:
                _change(service, kind, record[kind.name], functools.partial(_lose, kind))


def _lose(kind: JobKind, record: Record) -> None:
    stopped = record[kind.status] == "Stopping"
    record[kind.status] = "Stopped" if stopped else "Failed"
    record[kind.ended] = time.time()
    if not stopped:
        record["FailureReason"] = LOST
    if kind is TRAINING:
        advance_secondary(record, record[kind.status], "" if stopped else LOST)
        record["SecondaryStatusTransitions"][-1]["EndTime"] = time.time()


def _change(service: Service, kind: JobKind, name: str, change: Callable[[Record], object]) -> None:
    def changed(record: Record) -> None:
        change(record)
        record["LastModifiedTime"] = time.time()

    service.store.update(kind.noun, name, changed)


def _noun(kind: JobKind) -> str:
    return kind.noun.replace("-", " ").replace("hyper parameter", "hyperparameter")


def _title(kind: JobKind) -> str:
    return _noun(kind).capitalize()
