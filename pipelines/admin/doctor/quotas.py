"""Service quotas: how many instances of each type the account may use at once; in new accounts often none."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.admin.doctor.finding import Finding, failure, ok, skipped, warning
from pipelines.aws.responses import listed
from pipelines.settings import Settings
from pipelines.target import CommandContext


@dataclass(frozen=True)
class Use:
    """Instances of one type that one kind of job uses at the same time."""

    quota: str
    at_once: int


def uses(settings: Settings) -> Iterator[Use]:
    """Yield the most that one execution needs at the same time."""
    tasks, parallel = len(settings.tasks), settings.max_parallel_steps
    trainings = min(parallel, tasks * len(settings.algorithms)) * (settings.max_parallel_jobs if settings.tune else 1)
    yield Use(f"{settings.processing_instance_type} for processing job usage", min(parallel, tasks))
    yield Use(f"{settings.training_instance_type} for training job usage", trainings)
    yield Use(f"{settings.transform_instance_type} for transform job usage", min(parallel, tasks))


def quotas(context: CommandContext) -> list[Finding]:
    """Compare the account's quotas with that."""
    if not context.on_aws:
        return [skipped("quotas", "the local service has none; check AWS's with --target aws")]
    found = listed(context.client("service-quotas"), "list_service_quotas", "Quotas", ServiceCode="sagemaker")
    by_name = {quota["QuotaName"]: quota for quota in found}
    return [_finding(context, use, by_name.get(use.quota)) for use in uses(context.settings)]


def _finding(context: CommandContext, use: Use, quota: dict[str, object] | None) -> Finding:
    if quota is None:
        return warning("quota", f"AWS lists none named {use.quota!r}; is there such an instance type in this region?")
    value = int(float(str(quota["Value"])))
    fix = (
        f"aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code {quota['QuotaCode']} "
        f"--desired-value {use.at_once} --region {context.connection.region}"
    )
    message = f"{use.quota}: {value}, and an execution uses up to {use.at_once} at once"
    if value == 0:
        return failure("quota", message, fix)
    if value < use.at_once:
        return warning("quota", message, f"{fix}, or fewer at once with --max-parallel-steps {value}")
    return ok("quota", message)
