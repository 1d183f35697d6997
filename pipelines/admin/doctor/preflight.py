"""The checks that are cheap enough to precede a run on AWS: role, bucket, JumpStart, and quotas of instances."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.admin.doctor.finding import Finding, Status, failure, ok, query, skipped, warning
from pipelines.aws.responses import last_part, listed
from pipelines.errors import EnvironmentProblem
from pipelines.names import Layout
from pipelines.settings.fields import Settings
from pipelines.target.connection import CommandContext

DEPLOY = "boostpipe infra deploy"


def role(context: CommandContext) -> list[Finding]:
    """Check that the execution role exists and that SageMaker may assume it."""
    from botocore.exceptions import ClientError

    try:
        arn = context.connection.find_role()
    except EnvironmentProblem as error:
        return [failure("role", str(error), DEPLOY)]
    try:
        found = context.client("iam").get_role(RoleName=last_part(arn))["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return [failure("role", f"{arn} does not exist", DEPLOY)]
    if not _trusts_sagemaker(found["AssumeRolePolicyDocument"]):
        message = f"the trust policy of {arn} does not let sagemaker.amazonaws.com assume it"
        return [
            failure("role", message, f"{DEPLOY}, or aws iam update-assume-role-policy --role-name {found['RoleName']}")
        ]
    return [ok("role", f"{arn}, and SageMaker may assume it")]


def _trusts_sagemaker(document: Mapping[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and "sts:AssumeRole" in _listed(statement["Action"])
        and "sagemaker.amazonaws.com" in _listed(_services(statement.get("Principal")))
        for statement in _listed(document["Statement"])
    )


def _services(principal: Any) -> Any:
    return principal.get("Service", []) if isinstance(principal, dict) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def bucket(context: CommandContext) -> list[Finding]:
    """Check that the bucket exists, in this region."""
    from botocore.exceptions import ClientError

    s3, name = context.s3, context.connection.bucket
    make = f"aws s3 mb s3://{name} --region {context.connection.region}"
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        message = f"{name} cannot be used ({error.response['Error']['Code']})"
        return [failure("bucket", message, f"{DEPLOY}, or {make}, or name another with --bucket")]
    where = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
    if where != context.connection.region:
        message = f"{name} is in {where}, but the jobs run in {context.connection.region}"
        return [failure("bucket", message, f"--region {where}, or another --bucket")]
    return [ok("bucket", f"everything of this pipeline is below {Layout(name, context.pipeline).root}/")]


def jumpstart(context: CommandContext) -> list[Finding]:
    """Check that the manifest of JumpStart can be read, in which LightGBM and CatBoost are looked up."""
    from botocore.exceptions import ClientError

    if set(context.settings.algorithms) == {"xgboost"}:
        return [ok("JumpStart", "XGBoost needs nothing of it")]
    name = f"jumpstart-cache-prod-{context.connection.region}"
    try:
        body = context.s3.get_object(Bucket=name, Key="models_manifest.json")["Body"].read()
    except ClientError as error:
        message = f"s3://{name}/models_manifest.json cannot be read ({error.response['Error']['Code']})"
        fix = "allow s3:GetObject on that bucket, or --algorithms xgboost, which needs nothing of it"
        return [failure("JumpStart", message, fix)]
    known = {entry["model_id"] for entry in json.loads(body)}
    wanted = [f"{library}-{task}-model" for library in context.settings.algorithms for task in context.settings.tasks]
    missing = [model for model in wanted if model not in known and not model.startswith("xgboost")]
    if missing:
        message = f"s3://{name} has no {', '.join(missing)}"
        return [failure("JumpStart", message, "another --region, or --algorithms xgboost")]
    return [ok("JumpStart", f"s3://{name} can be read" + ("" if context.on_aws else " (the local stand-in)"))]


@dataclass(frozen=True)
class Use:
    """Instances of one type that one kind of job uses at the same time."""

    quota: str
    at_once: int
    of_a_job: int = 1
    option: str = ""
    """The option that sets the instances of a job."""


def uses(settings: Settings) -> Iterator[Use]:
    """Yield the most that one execution needs at the same time."""
    tasks, parallel = len(settings.tasks), settings.max_parallel_steps
    trainings = min(parallel, tasks * len(settings.algorithms)) * (settings.max_parallel_jobs if settings.tune else 1)
    processing, training = settings.processing_instance_count, settings.training_instance_count
    yield Use(
        f"{settings.processing_instance_type} for processing job usage",
        max(processing, min(parallel, tasks)),
        processing,
        "--processing-instance-count",
    )
    yield Use(
        f"{settings.training_instance_type} for training job usage",
        trainings * training,
        training,
        "--training-instance-count",
    )
    yield Use(f"{settings.transform_instance_type} for transform job usage", min(parallel, tasks))


def quotas(context: CommandContext) -> list[Finding]:
    """Compare the account's quotas with it: how many instances of a type run at once; in new accounts often none."""
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
    if value < use.of_a_job:
        return failure("quota", f"{message}, {use.of_a_job} of them for one job", f"{fix}, or {use.option} {value}")
    if value < use.at_once:
        return warning("quota", message, f"{fix}, or fewer at once with --max-parallel-steps {value // use.of_a_job}")
    return ok("quota", message)


CHECKS = {"role": role, "bucket": bucket, "JumpStart": jumpstart, "quotas": quotas}


def examine(context: CommandContext) -> list[Finding]:
    """Check role, bucket, JumpStart and quotas."""
    return [finding for what, check in CHECKS.items() for finding in query(what, check, context)]


def require_no_failure(context: CommandContext) -> None:
    """Raise `EnvironmentProblem` with every failure and the command that fixes it."""
    failures = [finding for finding in examine(context) if finding.status is Status.FAILURE]
    if failures:
        lines = "\n".join(f"{each.what}: {each.message}\n    fix it: {each.fix}" for each in failures)
        raise EnvironmentProblem(
            f"The run would fail, so nothing was uploaded or started (--no-preflight skips these checks):\n{lines}"
        )
