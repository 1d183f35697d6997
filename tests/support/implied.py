"""Calls that services make on their own, without a command: SageMaker, CodeBuild and EventBridge."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.definitions import LOCATIONS
from tests.support.iam import permissions
from tests.support.policies import ACCOUNT, BUCKET, EXECUTION_ROLE, NAMES, PIPELINE, REGION, STACK, Call

EXECUTION_ID = "0a1b2c3d4e5f"
EXECUTION_OBJECT = f"s3://{BUCKET}/{PIPELINE}/executions/{EXECUTION_ID}/something"
NAME_PATTERNS = {
    "Processing": ("ProcessingJob", f"pipelines-{EXECUTION_ID}-{{step}}-Xyz0123456"),
    "Training": ("TrainingJob", f"pipelines-{EXECUTION_ID}-{{step}}-Xyz0123456"),
    "Transform": ("TransformJob", f"pipelines-{EXECUTION_ID}-{{step}}-Xyz0123456"),
    "Tuning": ("HyperParameterTuningJob", f"{EXECUTION_ID}-{{step:.7}}-Xyz0123456"),
    "Model": ("Model", f"pipelines-{EXECUTION_ID}-{{step}}-Xyz0123456"),
}
"""Kind of step -> the resource it creates, and the name that SageMaker gives it (at most 32 characters for tuning)."""
LOG_GROUPS = ("ProcessingJobs", "TrainingJobs", "TransformJobs")
EXPERIMENT = (
    "CreateExperiment",
    "CreateTrial",
    "CreateTrialComponent",
    "UpdateTrialComponent",
    "AssociateTrialComponent",
)


def by_definition(text: str) -> set[Call]:
    """Return the calls of the execution role while a definition of `tests.support.definitions` is executed."""
    definition = json.loads(text.replace(LOCATIONS["role"], EXECUTION_ROLE).replace(LOCATIONS["bucket"], BUCKET))
    calls = {Call("ecr:GetAuthorizationToken", "*"), *_logs_and_metrics(), *_experiment()}
    for step in _steps(definition["Steps"]):
        calls |= {*_made_by(step), *_data_of(step["Arguments"]), *_images_in(step["Arguments"])}
    return calls


def _steps(steps: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if step["Type"] == "Condition":
            yield from _steps(step["Arguments"]["IfSteps"] + step["Arguments"]["ElseSteps"])
        else:
            yield step


def _made_by(step: Mapping[str, Any]) -> Iterator[Call]:
    """The calls that create a step's resource; its name in ARNs is as given, or in lower case."""
    if step["Type"] == "RegisterModel":
        group = step["Arguments"]["ModelPackageGroupName"]
        for name in (group, group.lower()):
            yield from permissions("sagemaker", "CreateModelPackageGroup", {"ModelPackageGroupName": name, "Tags": [1]})
            yield from permissions("sagemaker", "DescribeModelPackageGroup", {"ModelPackageGroupName": name})
            yield from permissions("sagemaker", "CreateModelPackage", {"ModelPackageGroupName": name, "Tags": [1]})
            yield from permissions("sagemaker", "DescribeModelPackage", {"ModelPackageName": f"{name}/1"})
            # The evaluation of tuned candidates looks for a version that was not tuned.
            yield Call("sagemaker:ListModelPackages", f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{name}/1")
    elif step["Type"] in NAME_PATTERNS:
        kind, form = NAME_PATTERNS[step["Type"]]
        roles = set(re.findall(r'"(arn:aws:iam::[^"]+)"', json.dumps(step["Arguments"])))
        for name in (form.format(step=step["Name"]), form.format(step=step["Name"]).lower()):
            yield from permissions("sagemaker", f"Create{kind}", {f"{kind}Name": name, "Tags": [1]})
            yield from permissions("sagemaker", f"Describe{kind}", {f"{kind}Name": name})
            if kind != "Model":
                yield from permissions("sagemaker", f"Stop{kind}", {f"{kind}Name": name})
            if kind == "HyperParameterTuningJob":
                yield from permissions("sagemaker", "ListTrainingJobsForHyperParameterTuningJob", {f"{kind}Name": name})
        for role in roles:
            yield Call("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})
    elif step["Type"] in ("EndpointConfig", "Endpoint"):
        yield from _deployed_by(step)
    else:
        assert step["Type"] == "Fail", f"which calls does a step of type {step['Type']} imply?"


def _deployed_by(step: Mapping[str, Any]) -> Iterator[Call]:
    """The calls for an endpoint and its configuration, which a later execution updates."""
    kind, arguments = step["Type"], step["Arguments"]
    given = _resolved(arguments[f"{kind}Name"])
    for name in (given, given.lower()):
        parameters = {f"{kind}Name": name, "Tags": [1]}
        if kind == "Endpoint":
            parameters["EndpointConfigName"] = f"{name}-{EXECUTION_ID}"
            yield from permissions("sagemaker", "UpdateEndpoint", parameters)
        yield from permissions("sagemaker", f"Create{kind}", parameters)
        yield from permissions("sagemaker", f"Describe{kind}", {f"{kind}Name": name})


def _data_of(value: Any, *, written: bool = False) -> Iterator[Call]:
    """The reads and writes for every S3 address in a step's arguments."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("S3Uri", "S3OutputPath", "ModelDataUrl"):
                bucket, _, prefix = _resolved(inner).removeprefix("s3://").partition("/")
                for action in ("PutObject", "AbortMultipartUpload") if written else ("GetObject",):
                    yield Call(f"s3:{action}", f"arn:aws:s3:::{bucket}/{prefix}")
                for action in ("ListBucket", "GetBucketLocation") if bucket == BUCKET else ("ListBucket",):
                    yield Call(f"s3:{action}", f"arn:aws:s3:::{bucket}")
            else:
                yield from _data_of(
                    inner, written=written or key in ("S3Output", "OutputDataConfig", "TransformOutput")
                )
    elif isinstance(value, list):
        for inner in value:
            yield from _data_of(inner, written=written)


def _resolved(value: Any) -> str:
    """Resolve the bucket and the prefix of an address."""
    if isinstance(value, str):
        return value
    if "Std:Join" in value:
        parts = [
            EXECUTION_ID if part == {"Get": "Execution.PipelineExecutionId"} else part
            for part in value["Std:Join"]["Values"]
        ]
        return value["Std:Join"]["On"].join(_resolved(part) for part in parts)
    return EXECUTION_OBJECT  # another step's output, or a parameter: data below the pipeline's prefix


def _images_in(arguments: Any) -> Iterator[Call]:
    for account, repository in re.findall(r"(\d{12})\.dkr\.ecr\.[^/]+/([a-z0-9-]+)", json.dumps(arguments)):
        image = f"arn:aws:ecr:{REGION}:{account}:repository/{repository}"
        for action in ("BatchGetImage", "GetDownloadUrlForLayer", "BatchCheckLayerAvailability"):
            yield Call(f"ecr:{action}", image)


def _logs_and_metrics() -> Iterator[Call]:
    """The logs and metrics of jobs; Evaluate reads the logs of training, for learning curves."""
    for group in LOG_GROUPS:
        parameters = {"logGroupName": f"/aws/sagemaker/{group}"}
        for operation in ("CreateLogGroup", "DescribeLogStreams"):
            yield from permissions("logs", operation, parameters)
        for operation in ("CreateLogStream", "PutLogEvents", "GetLogEvents"):
            yield from permissions("logs", operation, {**parameters, "logStreamName": "job/algo-1"})
        yield Call("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": f"/aws/sagemaker/{group}"})


def _experiment() -> Iterator[Call]:
    """The records of an execution: an experiment with the pipeline's name, a trial, and a component per job."""
    root = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
    resources = [
        *(f"{root}:experiment/{name}" for name in (PIPELINE, PIPELINE.lower())),
        f"{root}:experiment-trial/{EXECUTION_ID}",
        f"{root}:experiment-trial-component/pipelines-{EXECUTION_ID}-preprocess-xyz0123456-aws-processing-job",
    ]
    for resource in resources:
        for operation in (*EXPERIMENT, "AddTags"):
            yield Call(f"sagemaker:{operation}", resource)


def by_codebuild() -> set[Call]:
    """Return the calls of CodeBuild's role, besides those of the commands in the build.

    https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
    """
    source = f"arn:aws:s3:::{BUCKET}"
    log = {"logGroupName": NAMES["BuildLogs"], "logStreamName": "0123"}
    reports = [
        f"arn:aws:codebuild:{REGION}:{ACCOUNT}:report-group/{STACK}-build-{report}" for report in ("junit", "coverage")
    ]
    operations = ("CreateReportGroup", "CreateReport", "UpdateReport", "BatchPutTestCases", "BatchPutCodeCoverages")
    return {
        *(Call(f"s3:{action}", f"{source}/_source/source.zip") for action in ("GetObject", "GetObjectVersion")),
        *(Call(f"s3:{action}", source) for action in ("GetBucketAcl", "GetBucketLocation")),
        *permissions("logs", "CreateLogStream", log),
        *permissions("logs", "PutLogEvents", log),
        *(Call(f"codebuild:{operation}", report) for report in reports for operation in operations),
    }


def by_scaling() -> set[Call]:
    """Return the further calls of scaling: the alarms of target tracking, and once its own role.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
    """
    alarms = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm"
    alarm = f"{alarms}:TargetTracking-endpoint/{PIPELINE}-regression/variant/AllTraffic-AlarmHigh-0123"
    service = "sagemaker.application-autoscaling.amazonaws.com"
    role = f"role/aws-service-role/{service}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    return {
        Call("cloudwatch:PutMetricAlarm", alarm),
        Call("cloudwatch:DeleteAlarms", alarm),
        Call("cloudwatch:DescribeAlarms", f"{alarms}:*"),
        Call("iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:{role}", {"iam:AWSServiceName": service}),
    }


def by_vpc() -> set[Call]:
    """Return the calls of the execution role for jobs in a VPC, which another account may own.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    interface = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-0123"
    shared = f"arn:aws:ec2:{REGION}:210987654321"
    changes = ("CreateNetworkInterface", "CreateNetworkInterfacePermission", "DeleteNetworkInterface")
    described = ("NetworkInterfaces", "Vpcs", "DhcpOptions", "Subnets", "SecurityGroups")
    return {
        *(Call(f"ec2:{action}", interface) for action in (*changes, "DeleteNetworkInterfacePermission")),
        Call("ec2:CreateNetworkInterface", f"{shared}:subnet/subnet-0123"),
        Call("ec2:CreateNetworkInterface", f"{shared}:security-group/sg-0123"),
        *(Call(f"ec2:Describe{what}", "*") for what in described),
    }


def by_interruption() -> set[Call]:
    """Return the call of an interrupted batch, which stops its job."""
    return set(permissions("sagemaker", "StopTransformJob", {"TransformJobName": f"{PIPELINE}-regression-0123"}))


def by_stopping() -> set[Call]:
    """Return the call of ``executions stop``, which needs an execution that still runs."""
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/{PIPELINE}/execution/0123456789ab"
    return set(permissions("sagemaker", "StopPipelineExecution", {"PipelineExecutionArn": arn}))


def by_the_page() -> set[Call]:
    """Return the call of the web page about an execution that has tuned."""
    tuning = {"HyperParameterTuningJobName": "0123456789ab-TuneXGBoost-AbCdEf"}
    return set(permissions("sagemaker", "DescribeHyperParameterTuningJob", tuning))


def by_refreshing_prices() -> set[Call]:
    """Return the call of ``prices --refresh``; there is no local Price List API."""
    return {Call("pricing:GetProducts", "*")}


def by_events() -> set[Call]:
    """Return the calls of EventBridge's role for the rules of the template."""
    projects = [f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{STACK}-{project}" for project in ("build", "deploy")]
    return {
        Call("states:StartExecution", NAMES["StartOnNewData"]),
        *(Call("codebuild:StartBuild", project) for project in projects),
    }


def by_the_retraining() -> set[Call]:
    """Return the calls of the function that answers alarms, besides the start of the pipeline."""
    log = {"logGroupName": NAMES["RetrainLogs"], "logStreamName": "0123"}
    return {
        Call("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        *permissions("logs", "CreateLogStream", log),
        *permissions("logs", "PutLogEvents", log),
        *(
            call
            for name, monitor in ((PIPELINE, f"{PIPELINE}Monitor"), (PIPELINE.lower(), f"{PIPELINE}Monitor".lower()))
            for operation, parameters in (
                ("ListPipelineExecutions", {"PipelineName": name}),
                (
                    "ListPipelineExecutionSteps",
                    {"PipelineExecutionArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/{monitor}/execution/0123"},
                ),
            )
            for call in permissions("sagemaker", operation, parameters)
        ),
    }


def by_the_starter() -> set[Call]:
    """Return the calls of the role of the state machine and of EventBridge Scheduler."""
    return {
        call
        for name in (PIPELINE, PIPELINE.lower(), f"{PIPELINE}Monitor", f"{PIPELINE}Monitor".lower())
        for call in permissions("sagemaker", "StartPipelineExecution", {"PipelineName": name})
    }
