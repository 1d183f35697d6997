"""The AWS account as target: who is calling, in which region, with which role and bucket."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import delete_versions_below
from pipelines.errors import EnvironmentProblem
from pipelines.names import stack_name
from pipelines.settings.fields import Settings

logger = logging.getLogger(__name__)

INSIDE_SAGEMAKER = Path("/opt/ml/metadata/resource-metadata.json")
"""Present in Studio and on notebook instances, whose own role is then the execution role."""


@dataclass(frozen=True)
class Account:
    """The caller's identity, region and bucket."""

    region: str
    number: str
    caller_arn: str
    bucket: str
    session: Any
    outputs: Mapping[str, str]
    """Outputs of the CloudFormation stack of ``infra/template.yaml``; empty if there is no such stack."""


def find_account(settings: Settings) -> Account:
    """Query the caller's identity, and determine the region and the bucket.

    Raises `EnvironmentProblem` if there is no region, or there are no credentials.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    session = boto3.Session(region_name=settings.region)
    region = session.region_name
    if not region:
        raise EnvironmentProblem("No AWS region is set. Give one with --region or AWS_REGION.")
    try:
        identity = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentProblem(
            f"AWS does not accept any credentials of this machine ({error}). Log in (aws configure, aws sso login), "
            "or run locally with --target local."
        ) from error
    number = identity["Account"]
    outputs = {} if settings.bucket and settings.role_arn else stack_outputs(session, stack_name(settings))
    bucket = settings.bucket or outputs.get("BucketName") or default_bucket(region, number)
    return Account(region, number, identity["Arn"], bucket, session, outputs)


def stack_outputs(session: Any, stack: str) -> dict[str, str]:
    """Read the outputs of the stack that ``boostpipe infra`` deploys; empty if there is no such stack."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        described = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        logger.debug("The stack %s is not used: %s", stack, error)
        return {}
    logger.info("Stack %s: its bucket and its role, where no other is given", stack)
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def find_role(account: Account, settings: Settings) -> str:
    """Determine the execution role: the one given, else the stack's, else the role of this notebook.

    Raises `EnvironmentProblem` if there is none.
    """
    return (
        settings.role_arn or account.outputs.get("ExecutionRoleArn") or _own_role(account.session, account.caller_arn)
    )


def check_bucket(s3: Any, bucket: str, region: str) -> None:
    """Check that the bucket exists and can be used.

    Raises `EnvironmentProblem` if it cannot be used.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentProblem(
            f"The bucket {bucket} cannot be used ({error}). Name another with --bucket, or make it: "
            f"aws s3 mb s3://{bucket} --region {region}"
        ) from error


def default_bucket(region: str, account: str) -> str:
    """Name the bucket by the SDK's own convention."""
    return f"sagemaker-{region}-{account}"


def delete_bucket(s3: Any, bucket: str) -> None:
    """Delete a bucket with every version of every object in it."""
    delete_versions_below(s3, bucket)
    s3.delete_bucket(Bucket=bucket)


def _own_role(session: Any, caller_arn: str) -> str:
    """Inside SageMaker the caller has assumed the execution role itself; IAM has its ARN."""
    from botocore.exceptions import BotoCoreError, ClientError

    if ":assumed-role/" in caller_arn and INSIDE_SAGEMAKER.exists():
        try:
            arn: str = session.client("iam").get_role(RoleName=caller_arn.split("/")[1])["Role"]["Arn"]
        except (BotoCoreError, ClientError) as error:
            raise EnvironmentProblem(f"The role of this notebook cannot be read ({error}). {_NAME_A_ROLE}") from error
        return arn
    raise EnvironmentProblem(f"No execution role is given. {_NAME_A_ROLE}")


_NAME_A_ROLE = (
    "Name the role that SageMaker may assume with --role-arn or SAGEMAKER_PIPELINE_ROLE_ARN, or let the stack create "
    "one: boostpipe infra deploy"
)
