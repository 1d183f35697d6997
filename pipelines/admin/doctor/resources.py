"""Checks of the role, the bucket, and AWS's own JumpStart bucket."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok
from pipelines.aws.responses import last_part
from pipelines.errors import EnvironmentProblem
from pipelines.names import Layout
from pipelines.target import CommandContext

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
