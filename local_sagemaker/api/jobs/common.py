"""The operations that processing, training, transform and tuning jobs have in common."""

from collections.abc import Callable

from local_sagemaker.api import listing
from local_sagemaker.api.jobs.description_defaults import with_defaults
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ResourceInUse, ResourceNotFound, ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.kinds import FINAL, TRAINING, TRANSFORM, TUNING, JobKind


def create(core: Core, kind: JobKind, request: Request, **more: object) -> str:
    """Insert the record of a new job, InProgress; returns its ARN. Raises ResourceInUse if the name is in use."""
    name = request[kind.name]
    arn = core.arn(f"{kind.noun}/{name}")
    moment = now()
    record = {
        **with_defaults(kind, request),
        kind.arn: arn,
        kind.status: "InProgress",
        "CreationTime": moment,
        "LastModifiedTime": moment,
        **more,
    }
    record.pop("Tags", None)
    if not core.store.insert(kind.noun, name, record):
        raise ResourceInUse(
            f"{kind.title.capitalize()} names must be unique within an AWS account and region, and a {kind.title} "
            f"with this name already exists ({arn})"
        )
    tags.put(core.store, arn, request.get("Tags", []))
    lifecycle.report_change(core, kind, record)
    return arn


def describe(core: Core, kind: JobKind, name: str) -> Record:
    """The record of a job.

    Raises ResourceNotFound or ValidationException if the name does not exist; SageMaker reports that differently for
    each kind of job.
    """
    record = core.store.get(kind.noun, name)
    if record is not None:
        return record
    if kind is TRAINING:
        raise ValidationException("Requested resource not found.")
    if kind is TUNING:
        raise ResourceNotFound(f"Amazon SageMaker can't find a tuning job with the name {name}.")
    raise ValidationException(f"Could not find requested job with name: {name}")


def stop(core: Core, kind: JobKind, name: str) -> None:
    """Stop a job; its status is Stopping until it has ended. Raises ValidationException if it has ended already."""
    status = describe(core, kind, name)[kind.status]
    if status in FINAL:
        raise ValidationException(f"The request was rejected because the {kind.title} is in status {status}.")

    def mark(record: Record) -> None:
        if record[kind.status] == "InProgress":
            record[kind.status] = "Stopping"
            if kind is TRAINING:
                lifecycle.advance_secondary(record, "Stopping", "Stopping the training job")

    lifecycle.change(core, kind, name, mark)
    core.supervisor.stop(core.arn(f"{kind.noun}/{name}"))


def delete(core: Core, kind: JobKind, name: str) -> None:
    """Delete the record of a job that has ended; raises ResourceInUse if it is still running."""
    if describe(core, kind, name)[kind.status] not in FINAL:
        raise ResourceInUse(f"The {kind.title} {name} cannot be deleted while it is running.")
    core.store.delete(kind.noun, name)
    tags.drop(core.store, core.arn(f"{kind.noun}/{name}"))


def operations(kind: JobKind) -> dict[str, Callable[[Core, Request], Response | None]]:
    """The operations that work alike for every kind of job, by name."""

    def describe_job(core: Core, request: Request) -> Response:
        return describe(core, kind, request[kind.name])

    def list_all(core: Core, request: Request) -> Response:
        # No job keeps its instances in a warm pool.
        records = [] if request.get("WarmPoolStatusEquals") else core.store.list(kind.noun)
        return listing.page(records, request, member=f"{kind.word}Summaries", name=kind.name, status=kind.status)

    def stop_job(core: Core, request: Request) -> None:
        stop(core, kind, request[kind.name])

    def delete_job(core: Core, request: Request) -> None:
        delete(core, kind, request[kind.name])

    deletion = (
        {f"Delete{kind.word}": delete_job} if kind is not TRANSFORM else {}
    )  # SageMaker has no DeleteTransformJob
    return {
        f"Describe{kind.word}": describe_job,
        f"List{kind.word}s": list_all,
        f"Stop{kind.word}": stop_job,
        **deletion,
    }
