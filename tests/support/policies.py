"""The policies of ``infra/policies``, resolved as in one deployed stack, and what they allow.

`allows` evaluates what these policies use: actions and resources with wildcards, and the condition operators below. It
fails for anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipelines.names import stack_name
from pipelines.settings.fields import Settings

POLICIES = Path(__file__).parents[2] / "infra" / "policies"

REGION, ACCOUNT, STACK, BUCKET = "us-east-1", "123456789012", stack_name(Settings()), "bikes-bucket"
PIPELINE = "SeoulBikeDemand"
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-ExecutionRole-X"
STARTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-StarterRole-X"
RULES = (
    "NewData",
    "Retraining",
    "MonitorFailed",
    "ModelApproved",
    "EndpointsExpire",
    "ExecutionFailed",
    "BuildFailed",
    "StartFailed",
)
NAMES = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "!aws:username": "moto",
    "Bucket": BUCKET,
    "PipelineName": PIPELINE,
    "PipelineNameInLowerCase": PIPELINE.lower(),
    "BuildLogs": f"{STACK}-BuildLogs-X",
    "RetrainLogs": f"{STACK}-RetrainLogs-X",
    "ExecutionRole.Arn": EXECUTION_ROLE,
    "StarterRole.Arn": STARTER_ROLE,
    "StartOnNewData": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:StartOnNewData-X",
    "Alerts": f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-Alerts-X",
    "UndeliveredEvents.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-UndeliveredEvents-X",
    **{f"{rule}.Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}-X" for rule in RULES},
}
"""The values of CloudFormation's functions in the stack of these tests."""

Statement = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One call as IAM sees it: an action on a resource, with the keys for conditions."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


def load(name: str, names: Mapping[str, str] = NAMES) -> list[Statement]:
    """Read the statements of a policy file, with CloudFormation's functions resolved."""
    document = yaml.load((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), _loader(names))
    assert document["Version"] == "2012-10-17"
    return document["Statement"]


def _loader(names: Mapping[str, str]) -> type[yaml.SafeLoader]:
    class Loader(yaml.SafeLoader):
        """Resolves ``!Sub``, ``!Ref`` and ``!GetAtt``."""

    Loader.add_constructor(
        "!Sub", lambda loader, node: re.sub(r"\$\{([^}]+)\}", lambda found: names[found[1]], node.value)
    )
    Loader.add_constructor("!Ref", lambda loader, node: names[node.value])
    Loader.add_constructor("!GetAtt", lambda loader, node: names[node.value])
    return Loader


def allows(statements: Iterable[Statement], call: Call) -> bool:
    """Whether identity policies allow a call: some statement does, and none denies it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    effects = {statement["Effect"] for statement in statements if _applies(statement, call)}
    return effects == {"Allow"}


def _applies(statement: Statement, call: Call) -> bool:
    known = {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert statement.keys() <= known, f"unknown: {statement.keys() - known}"
    return (
        any(_matches(action.lower(), call.action.lower()) for action in _listed(statement["Action"]))
        and any(_matches(resource, call.resource) for resource in _listed(statement["Resource"]))
        and all(_holds(operator, keys, call.context) for operator, keys in statement.get("Condition", {}).items())
    )


def _holds(operator: str, keys: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """Whether a condition holds: each key has one of its values. A key that is not there matches nothing."""
    matches = {"StringEquals": lambda pattern, value: pattern == value, "StringLike": _matches, "ArnLike": _matches}
    return all(
        key in context and any(matches[operator](value, context[key]) for value in _listed(values))
        for key, values in keys.items()
    )


def _matches(pattern: str, text: str) -> bool:
    """Match ``*`` (any characters) and ``?`` (one), and nothing else; case matters."""
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
