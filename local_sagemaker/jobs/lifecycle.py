"""The life cycle of a job, from its start to its end, in its record. A job's status changes only here."""

import functools
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event

from local_sagemaker import events
from local_sagemaker.core import disk
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core
from local_sagemaker.core.store import Record
from local_sagemaker.jobs.contract import LONGEST_REASON, JobContext, JobOutcome
from local_sagemaker.jobs.kinds import FINAL, KINDS, TRAINING, JobKind

Conclude = Callable[[Record, JobOutcome], None]
"""Adds the members of a kind of job to the record of a job that has ended."""

LOST = "InternalServerError: The local SageMaker ended while this job was running."
_LOG = logging.getLogger(__name__)


def _add_nothing(record: Record, outcome: JobOutcome) -> None:
    """Add nothing."""
    del record, outcome


def run(
    core: Core,
    kind: JobKind,
    name: str,
    runner: Callable[[JobContext], JobOutcome],
    conclude: Conclude = _add_nothing,
    *,
    on_log: Callable[[str], None] | None = None,
) -> None:
    """Start the work of a job that has a record; does not wait for its end.

    ``runner`` does the work, in processes of its own; ``on_log`` gets the lines of the job's log as they come.
    """

    def attempt(stop: Event) -> JobOutcome:
        lost: list[OSError] = []
        outcome = runner(_context(core, kind, name, stop, on_log, lost))
        if lost and outcome.status == "Completed":
            raise lost[0]
        return outcome

    supervise(core, kind, name, attempt, conclude)


def supervise(
    core: Core,
    kind: JobKind,
    name: str,
    attempt: Callable[[Event], JobOutcome],
    conclude: Conclude = _add_nothing,
    *,
    computes: bool = True,
) -> None:
    """Run ``attempt(stop)`` in a thread of the supervisor, and record its start and end.

    ``computes``: whether the job uses cores itself; a tuning job only waits for others.
    """

    def run_and_record(stop: Event) -> None:
        if kind.started:
            change(core, kind, name, lambda record: record.__setitem__(kind.started, now()))
        outcome = _outcome_of(core, attempt, stop)
        change(core, kind, name, lambda record: _end(kind, record, outcome, conclude))

    core.supervisor.start(core.arn(f"{kind.noun}/{name}"), run_and_record, computes=computes)


def change(core: Core, kind: JobKind, name: str, how: Callable[[Record], object]) -> None:
    """Change the record of a job and its LastModifiedTime; a new status goes to EventBridge."""
    # The event needs the status that this change replaced, which may differ from one read before the transaction.
    before = None

    def changed(record: Record) -> None:
        nonlocal before
        before = record[kind.status]
        how(record)
        record["LastModifiedTime"] = now()

    record = core.store.update(kind.noun, name, changed)
    if record is not None and record[kind.status] != before:
        report_change(core, kind, record)


def report_change(core: Core, kind: JobKind, record: Record) -> None:
    """Send the event that the status of a job has changed."""
    title = kind.word.removesuffix("Job").replace("ParameterTuning", "Parameter Tuning")
    detail_type = f"SageMaker {title} Job State Change"
    events.described_changed(core, detail_type, f"Describe{kind.word}", record, record[kind.arn])


def advance_secondary(record: Record, secondary: str, message: str) -> None:
    """Enter a secondary status: end the current transition and begin a new one."""
    moment = now()
    transitions = record.setdefault("SecondaryStatusTransitions", [])
    if transitions and transitions[-1]["Status"] == secondary:
        transitions[-1]["StatusMessage"] = message
        return
    if transitions:
        transitions[-1].setdefault("EndTime", moment)
    transitions.append({"Status": secondary, "StartTime": moment, "StatusMessage": message})
    record["SecondaryStatus"] = secondary


def end_transitions(record: Record) -> None:
    """End the last transition, which has no duration."""
    last = record["SecondaryStatusTransitions"][-1]
    last["EndTime"] = last["StartTime"]


def fail_what_was_running(core: Core) -> None:
    """End the jobs that an earlier process of the service left running: Failed, or Stopped if they were Stopping."""
    for kind in KINDS:
        for record in core.store.list(kind.noun):
            if record[kind.status] not in FINAL:
                change(core, kind, record[kind.name], functools.partial(_lose, kind))


def _lose(kind: JobKind, record: Record) -> None:
    stopped = record[kind.status] == "Stopping"
    record[kind.status] = "Stopped" if stopped else "Failed"
    record[kind.ended] = now()
    if not stopped:
        record["FailureReason"] = LOST
    if kind is TRAINING:
        advance_secondary(record, record[kind.status], "" if stopped else LOST)
        end_transitions(record)


def _outcome_of(core: Core, attempt: Callable[[Event], JobOutcome], stop: Event) -> JobOutcome:
    try:
        outcome = attempt(stop)
    except Exception as error:  # noqa: BLE001 - a defect must fail the job with its own message, and not end the service
        if problem := disk.problem(error, core.directory):
            return JobOutcome("Failed", f"InternalServerError: {problem}")
        _LOG.exception("a job failed for a defect of the service")
        return JobOutcome("Failed", f"InternalServerError: {type(error).__name__}: {error}")
    if outcome.status == "Failed" and disk.is_full(core.directory):  # which the container's own words may not say
        reason = f"InternalServerError: {disk.sentence(core.directory)} {outcome.failure_reason}"
        return JobOutcome("Failed", reason)
    return outcome


def _end(kind: JobKind, record: Record, outcome: JobOutcome, conclude: Conclude) -> None:
    record[kind.status] = outcome.status
    record[kind.ended] = now()
    if outcome.failure_reason:
        record["FailureReason"] = outcome.failure_reason[:LONGEST_REASON]
    conclude(record, outcome)


def _context(
    core: Core, kind: JobKind, name: str, stop: Event, on_log: Callable[[str], None] | None, lost: list[OSError]
) -> JobContext:
    """The surroundings of a job; ``lost`` gets the errors of the disk that have cost lines of its log."""
    directory = _fresh_directory(core.directory / "jobs" / kind.noun, name)
    epoch = int(now())

    def log(host: str, text: str) -> None:
        try:
            core.logs.append(kind.log_group, f"{name}/{host}-{epoch}", text)
        except OSError as error:
            # The reader of the output goes on: the container would wait for it otherwise.
            lost.append(error)
        if on_log is not None:
            on_log(text)

    def advance(secondary: str, message: str) -> None:
        change(core, kind, name, lambda record: advance_secondary(record, secondary, message))

    return JobContext(
        name=name,
        arn=core.arn(f"{kind.noun}/{name}"),
        directory=directory,
        store=core.objects,
        log=log,
        advance=advance,
        stop=stop,
        threads=core.supervisor.threads_per_job,
        environment=core.environment,
        isolation=core.isolation,
    )


def _fresh_directory(parent: Path, name: str) -> Path:
    directory = parent / name
    if directory.exists():  # left by a deleted job of this name
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    return directory
