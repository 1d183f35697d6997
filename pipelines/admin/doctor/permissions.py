"""Permissions of the execution role and of the caller, checked with IAM's policy simulator."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok, skipped, warning
from pipelines.admin.doctor.preflight import DEPLOY
from pipelines.aws.responses import listed
from pipelines.errors import EnvironmentProblem
from pipelines.names import PREPROCESS, Layout, group_name
from pipelines.target.connection import CommandContext

PASSED_TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
LOOK = "a user or role that may call iam:SimulatePrincipalPolicy"


@dataclass(frozen=True)
class Need:
    """Actions on one kind of resource; ``x`` stands for an id that only the service knows."""

    actions: tuple[str, ...]
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def needs_of_the_role(context: CommandContext, role: str) -> Iterator[Need]:
    """Yield what the pipeline's steps and their jobs call with the role."""
    name = context.settings.pipeline_name
    job = f"pipelines-x-{PREPROCESS}-x"
    for kind, noun in (("Processing", "processing"), ("Training", "training"), ("Transform", "transform")):
        actions = tuple(f"sagemaker:{verb}{kind}Job" for verb in ("Create", "Describe", "Stop"))
        yield Need((*actions, "sagemaker:AddTags"), _sagemaker(context, f"{noun}-job/{job}"))
    if context.settings.tune:
        tuning = tuple(f"sagemaker:{verb}HyperParameterTuningJob" for verb in ("Create", "Describe", "Stop"))
        yield Need(tuning, _sagemaker(context, "hyper-parameter-tuning-job/x-TuneXGBoost-x"))
    yield Need(("sagemaker:CreateModel", "sagemaker:DescribeModel"), _sagemaker(context, f"model/{job}"))
    for task in context.settings.tasks:
        yield Need(("sagemaker:CreateModelPackage",), _sagemaker(context, f"model-package/{group_name(name, task)}/1"))
        yield Need(
            ("sagemaker:DescribeModelPackageGroup",),
            _sagemaker(context, f"model-package-group/{group_name(name, task)}"),
        )
    yield Need(("iam:PassRole",), role, PASSED_TO_SAGEMAKER)
    yield _objects(context)
    region, account = context.connection.region, context.caller["Account"]
    logs = f"arn:{_partition(context)}:logs:{region}:{account}:log-group:/aws/sagemaker/TrainingJobs"
    yield Need(("logs:CreateLogStream", "logs:PutLogEvents"), f"{logs}:log-stream:x")


def needs_of_the_caller(context: CommandContext, role: str) -> Iterator[Need]:
    """Yield what ``boostpipe run`` calls itself."""
    pipeline = _sagemaker(context, f"pipeline/{context.settings.pipeline_name}")
    verbs = ("CreatePipeline", "UpdatePipeline", "DescribePipeline", "StartPipelineExecution")
    yield Need(tuple(f"sagemaker:{verb}" for verb in verbs), pipeline)
    following = ("DescribePipelineExecution", "ListPipelineExecutionSteps")
    yield Need(tuple(f"sagemaker:{verb}" for verb in following), f"{pipeline}/execution/x")
    yield Need(("iam:PassRole",), role, PASSED_TO_SAGEMAKER)
    yield _objects(context)


def permissions(context: CommandContext) -> list[Finding]:
    """Check both with the simulator."""
    if not context.on_aws:
        return [skipped("permissions", "the local service enforces no policies; check AWS's with --target aws")]
    try:
        role = context.connection.find_role()
    except EnvironmentProblem:
        return [skipped("permissions", "there is no role to check")]
    findings = [_simulated(context, "role permissions", role, needs_of_the_role(context, role))]
    principal = principal_of(context.caller["Arn"])
    if principal is None:
        return [*findings, skipped("your permissions", f"IAM cannot simulate the policies of {context.caller['Arn']}")]
    return [*findings, _simulated(context, "your permissions", principal, needs_of_the_caller(context, role))]


def principal_of(caller_arn: str) -> str | None:
    """Return the user or role whose policies apply to a caller; None for the root user and federated users.

    Examples
    --------
    >>> principal_of("arn:aws:sts::123456789012:assumed-role/Builder/session")
    'arn:aws:iam::123456789012:role/Builder'
    """
    prefix, _, rest = caller_arn.partition(":assumed-role/")
    if rest:
        return f"{prefix.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"
    return caller_arn if ":user/" in caller_arn else None


def _simulated(context: CommandContext, what: str, principal: str, needs: Iterator[Need]) -> Finding:
    from botocore.exceptions import ClientError

    iam = context.client("iam")
    checked, denied = 0, []
    try:
        for need in needs:
            checked += len(need.actions)
            denied += [f"{action} on {need.resource}" for action in _denied(iam, principal, need)]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return warning(what, f"IAM does not simulate the policies of {principal} ({code})", f"run this again as {LOOK}")
    if denied:
        return failure(what, f"{principal} is not allowed: {'; '.join(denied)}", DEPLOY)
    return ok(what, f"all {checked} actions are allowed, by IAM's simulator")


def _denied(iam: Any, principal: str, need: Need) -> list[str]:
    results = listed(
        iam,
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=principal,
        ActionNames=list(need.actions),
        ResourceArns=[need.resource],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in need.context.items()
        ],
    )
    return [result["EvalActionName"] for result in results if result["EvalDecision"] != "allowed"]


def _objects(context: CommandContext) -> Need:
    executions = Layout(context.connection.bucket, context.pipeline).executions.removeprefix("s3://")
    return Need(("s3:GetObject", "s3:PutObject"), f"arn:{_partition(context)}:s3:::{executions}/x")


def _sagemaker(context: CommandContext, resource: str) -> str:
    return f"arn:{_partition(context)}:sagemaker:{context.connection.region}:{context.caller['Account']}:{resource}"


def _partition(context: CommandContext) -> str:
    return str(context.caller["Arn"]).split(":")[1]
