"""The doctor simulates exactly the actions that the stack's policies allow, so it raises no false alarm."""

from __future__ import annotations

import pytest

from pipelines.admin.doctor.permissions import Need, needs_of_the_caller, needs_of_the_role
from pipelines.aws.prices import load_prices
from pipelines.settings.fields import Settings
from pipelines.target.connection import CommandContext, Connection
from tests.support.policies import ACCOUNT, BUCKET, EXECUTION_ROLE, REGION, Call, allows, load


class Caller:
    """An STS client; nothing else is queried."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/somebody"}


def client(service: str) -> Caller:
    assert service == "sts"
    return Caller()


@pytest.fixture(params=[False, True], ids=["training", "tuning"])
def context(request: pytest.FixtureRequest) -> CommandContext:
    connection = Connection(name="aws", region=REGION, bucket=BUCKET, client=client, find_role=lambda: EXECUTION_ROLE)
    return CommandContext(Settings(tune=request.param), connection, load_prices())


def refused(policy: str, needs: list[Need]) -> list[str]:
    calls = [Call(action, need.resource, need.context) for need in needs for action in need.actions]
    return [f"{call.action} on {call.resource}" for call in calls if not allows(load(policy), call)]


def test_the_stacks_role_has_all_checked_permissions(context: CommandContext) -> None:
    assert refused("execution-role", list(needs_of_the_role(context, EXECUTION_ROLE))) == []


def test_the_callers_policy_has_all_checked_permissions(context: CommandContext) -> None:
    assert refused("caller", list(needs_of_the_caller(context, EXECUTION_ROLE))) == []


def test_without_its_policy_the_role_would_be_found_out(context: CommandContext) -> None:
    """Each statement of the role's policy that a first run needs is simulated in one way or another."""
    needs = list(needs_of_the_role(context, EXECUTION_ROLE))
    found_out = {
        statement["Sid"]
        for statement in load("execution-role")
        for need in needs
        for action in need.actions
        if allows([statement], Call(action, need.resource, need.context))
    }
    assert {"RunTheStepsOfThePipeline", "RegisterTheWinner", "HandTheRoleToTheJobs", "WriteAndReadLogs"} <= found_out
