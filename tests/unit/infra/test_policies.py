"""The policies as written: what they may never allow, that they mean something, that every wildcard has its reason."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.support.iam import resource_types
from tests.support.policies import (
    ACCOUNT,
    BUCKET,
    EXECUTION_ROLE,
    NAMES,
    PIPELINE,
    POLICIES,
    REGION,
    RULES,
    STACK,
    Call,
    allows,
    load,
)

IDENTITY_POLICIES = sorted({path.stem for path in POLICIES.glob("*.yaml")} - {"bucket", "alerts", "undelivered-events"})
"""All but those of resources, which name principals."""
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
SOURCE_KEY = "_source/source.zip"
NOBODY_MAY = [
    # somebody else's data
    Call("s3:GetObject", "arn:aws:s3:::somebody-elses-bucket/SeoulBikeDemand/secret.csv"),
    Call("s3:GetObject", f"arn:aws:s3:::{BUCKET}/AnotherPipeline/data.csv"),
    Call("s3:PutObject", f"arn:aws:s3:::jumpstart-cache-prod-{REGION}/models_manifest.json"),
    Call("s3:ListAllMyBuckets", "*"),
    Call("s3:PutBucketPolicy", f"arn:aws:s3:::{BUCKET}"),
    Call("s3:DeleteBucket", f"arn:aws:s3:::{BUCKET}"),
    Call("s3:PutBucketPublicAccessBlock", f"arn:aws:s3:::{BUCKET}"),
    Call("s3:DeleteObjectVersion", f"arn:aws:s3:::{BUCKET}/AnotherPipeline/data.csv"),
    Call("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:database"),
    Call("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/database"),
    Call("kms:Decrypt", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0123"),
    # the source that CodeBuild runs with its own rights
    Call("s3:PutObject", f"arn:aws:s3:::{BUCKET}/{SOURCE_KEY}"),
    Call("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/{SOURCE_KEY}"),
    Call("s3:DeleteObjectVersion", f"arn:aws:s3:::{BUCKET}/{SOURCE_KEY}"),
    # more rights than it was given
    Call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/Administrator", TO_SAGEMAKER),
    Call("iam:PassRole", f"{EXECUTION_ROLE}-and-more", TO_SAGEMAKER),
    Call("iam:PassRole", EXECUTION_ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    Call("iam:PassRole", EXECUTION_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
    Call("iam:PassRole", EXECUTION_ROLE),
    Call("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/New"),
    Call("iam:PutRolePolicy", EXECUTION_ROLE),
    Call("iam:AttachRolePolicy", EXECUTION_ROLE),
    Call("iam:UpdateAssumeRolePolicy", EXECUTION_ROLE),
    Call("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
    Call("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
    Call("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Administrator"),
    # a machine of one's own, or a way in
    Call("sagemaker:CreateNotebookInstance", f"{SAGEMAKER}:notebook-instance/mine"),
    Call("sagemaker:CreatePresignedNotebookInstanceUrl", f"{SAGEMAKER}:notebook-instance/mine"),
    Call("sagemaker:CreatePresignedDomainUrl", f"{SAGEMAKER}:user-profile/d-1/somebody"),
    Call("sagemaker:CreateDomain", f"{SAGEMAKER}:domain/d-1"),
    Call("sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/somebody-elses"),
    Call("sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/somebody-elses"),
    Call("ec2:RunInstances", "*"),
    Call("lambda:CreateFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"),
    Call("ecr:PutImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/sagemaker-xgboost"),
    # what others made, and what would be seen
    Call("sagemaker:UpdatePipeline", f"{SAGEMAKER}:pipeline/another"),
    Call("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/another"),
    Call("sagemaker:DeletePipeline", f"{SAGEMAKER}:pipeline/another"),
    Call("sagemaker:CreateModelPackage", f"{SAGEMAKER}:model-package/another/1"),
    Call("sagemaker:DeleteModelPackageGroup", f"{SAGEMAKER}:model-package-group/another"),
    Call("sagemaker:DeleteEndpoint", f"{SAGEMAKER}:endpoint/somebody-elses"),
    Call("codebuild:StartBuild", f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/another"),
    Call("codebuild:UpdateProject", f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/{STACK}-build"),
    Call("logs:DeleteLogGroup", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs"),
    Call("logs:GetLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/another:log-stream:x"),
    Call("cloudtrail:StopLogging", f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/all"),
    Call("cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/another/0123"),
    Call("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/Billing"}),
]


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_what_nobody_may_no_policy_allows(policy: str) -> None:
    allowed = [f"{call.action} on {call.resource}" for call in NOBODY_MAY if allows(load(policy), call)]
    assert allowed == []


@pytest.mark.parametrize("policy", [policy for policy in IDENTITY_POLICIES if policy != "operator"])
def test_only_operators_delete_data_and_models(policy: str) -> None:
    deletions = [
        Call("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/{PIPELINE}/data/x.csv"),
        Call("s3:DeleteObjectVersion", f"arn:aws:s3:::{BUCKET}/{PIPELINE}/data/x.csv"),
        Call("sagemaker:DeletePipeline", f"{SAGEMAKER}:pipeline/{PIPELINE}"),
        Call("sagemaker:DeleteModelPackage", f"{SAGEMAKER}:model-package/{PIPELINE}-regression/1"),
    ]
    assert not any(allows(load(policy), call) for call in deletions)


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_every_action_can_be_granted_on_the_resources_beside_it(policy: str) -> None:
    """By the Service Authorization Reference: an action on a resource of another type would be granted in vain."""
    in_vain = []
    for statement in load(policy):
        for action in statement["Action"]:
            types = resource_types(*action.split(":"))
            if not types:
                fits = statement["Resource"] == ["*"]
            else:
                fits = any(_could_be(resource, form) for resource in statement["Resource"] for form in types)
            if not fits:
                in_vain.append(f"{statement['Sid']}: {action}")
    assert in_vain == []


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_every_resource_has_an_action_beside_it_that_knows_it(policy: str) -> None:
    in_vain = [
        f"{statement['Sid']}: {resource}"
        for statement in load(policy)
        for resource in statement["Resource"]
        if resource != "*"
        and not any(
            _could_be(resource, form) for action in statement["Action"] for form in resource_types(*action.split(":"))
        )
    ]
    assert in_vain == []


def _could_be(resource: str, form: str) -> bool:
    """Whether a policy's resource can be one of a form such as ``arn:${Partition}:s3:::${BucketName}``."""
    return _overlap(resource, re.sub(r"\$\{\w+\}", "*", form))


@functools.cache
def _overlap(one: str, other: str) -> bool:
    """Whether two patterns have a text in common; ``*`` is any characters."""
    if not one and not other:
        return True
    if one[:1] == "*":
        return _overlap(one[1:], other) or (bool(other) and _overlap(one, other[1:]))
    if other[:1] == "*":
        return _overlap(other, one)
    return one[:1] == other[:1] and bool(one) and _overlap(one[1:], other[1:])


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_wildcard_has_a_comment_that_says_why(path: Any) -> None:
    statements = re.split(r"^  - Sid: ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert statements
    for statement in statements:
        lines = statement.splitlines()
        if any("*" in line for line in lines if not line.strip().startswith("#")):
            assert any(line.strip().startswith("#") for line in lines), f"{path.stem}: {lines[0]}"


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_only_calls_without_resources_are_granted_on_everything(policy: str) -> None:
    for statement in load(policy):
        assert not any("*" in action for action in statement["Action"]), statement["Sid"]
        if "*" in statement["Resource"]:
            assert not any(resource_types(*action.split(":")) for action in statement["Action"]), statement["Sid"]


@pytest.mark.parametrize("policy", IDENTITY_POLICIES)
def test_every_policy_fits_into_a_managed_policy(policy: str) -> None:
    """At most 6,144 characters, white space not counted; the names of a stack may be longer than those of the tests."""
    longest = {**NAMES, "PipelineName": "p" * 30, "PipelineNameInLowerCase": "p" * 30, "AWS::Region": "ap-southeast-99"}
    text = json.dumps({"Version": "2012-10-17", "Statement": load(policy, longest)}, separators=(",", ":"))
    assert len(text) <= 6144


def test_bucket_refuses_requests_without_tls() -> None:
    (statement,) = load("bucket")
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_topics_have_no_condition_for_eventbridge() -> None:
    """EventBridge delivers nothing to a topic whose policy has a Condition block."""
    statements = [statement for path in POLICIES.glob("*.yaml") for statement in load(path.stem)]
    of_topics = [
        statement
        for statement in statements
        if statement.get("Principal") == {"Service": "events.amazonaws.com"} and statement["Action"] == ["sns:Publish"]
    ]
    assert of_topics
    assert not any("Condition" in statement for statement in of_topics)


def test_undelivered_events_come_from_every_rule_of_the_stack_only() -> None:
    (statement,) = load("undelivered-events")
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [NAMES[f"{rule}.Arn"] for rule in RULES]}}


# The evaluator itself.

PARTS = st.sampled_from(["a", "b", "A", "*", "/", ":"])  # moto takes no "?"
PATTERNS = st.lists(PARTS, min_size=1, max_size=6).map("".join)
TEXTS = st.lists(st.sampled_from(["a", "b", "A", "/", ":"]), min_size=1, max_size=6).map("".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["Allow", "Deny"]), PATTERNS), min_size=1, max_size=4), TEXTS)
def test_the_evaluator_agrees_with_motos_on_effects_and_resources(effects: list[tuple[str, str]], text: str) -> None:
    statements = [
        {"Effect": effect, "Action": ["s3:GetObject"], "Resource": [f"arn:aws:s3:::{pattern}"]}
        for effect, pattern in effects
    ]
    call = Call("s3:GetObject", f"arn:aws:s3:::{text}")
    theirs = IAMPolicy(json.dumps({"Version": "2012-10-17", "Statement": statements})).is_action_permitted(
        call.action, call.resource
    )
    assert allows(statements, call) == (theirs is PermissionResult.PERMITTED)


@pytest.mark.parametrize(
    ("operator", "pattern", "value", "holds"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a*", "ab", False),
        ("StringLike", "a*", "ab", True),
        ("StringLike", "a?", "abc", False),
    ],
)
def test_the_evaluator_holds_a_call_to_conditions(operator: str, pattern: str, value: str, holds: bool) -> None:
    statement = {"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": {operator: {"a:key": pattern}}}
    assert allows([statement], Call("a:B", "x", {"a:key": value})) is holds
    assert not allows([statement], Call("a:B", "x"))


def test_evaluator_ignores_case_and_denies_by_default() -> None:
    statement = {"Effect": "Allow", "Action": ["S3:Get*"], "Resource": "*"}
    assert allows([statement], Call("s3:getobject", "x"))
    assert not allows([statement], Call("s3:PutObject", "x"))
    assert not allows([], Call("s3:GetObject", "x"))


def test_the_evaluator_refuses_to_judge_what_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="NotAction"):
        allows([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], Call("a:B", "x"))
    with pytest.raises(KeyError):
        allows(
            [{"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": {"IpAddress": {"a:ip": "10.0.0.0/8"}}}],
            Call("a:B", "x", {"a:ip": "10.0.0.1"}),
        )
