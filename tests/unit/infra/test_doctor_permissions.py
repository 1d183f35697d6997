"""What the doctor asks IAM about is what the stack's policies give: neither more, which would make it cry wolf."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.admin.doctor.context import Case
from pipelines.admin.doctor.permissions import Need, needs_of_the_caller, needs_of_the_role
from pipelines.settings import Settings
from pipelines.target import Connection
from tests.support.policies import ACCOUNT, BUCKET, EXECUTION_ROLE, REGION, Call, allows, load


def no_client(_service: str) -> Any:
    raise AssertionError("nothing is asked here")


@pytest.fixture(params=[False, True], ids=["training", "tuning"])
def case(request: pytest.FixtureRequest) -> Case:
    connection = Connection(
        name="aws", region=REGION, bucket=BUCKET, client=no_client, find_role=lambda: EXECUTION_ROLE
    )
    return Case(Settings(tune=request.param), connection, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/somebody")


def refused(policy: str, needs: list[Need]) -> list[str]:
    calls = [Call(action, need.resource, need.context) for need in needs for action in need.actions]
    return [f"{call.action} on {call.resource}" for call in calls if not allows(load(policy), call)]


def test_the_stacks_execution_role_may_do_all_that_is_asked(case: Case) -> None:
    assert refused("execution-role", list(needs_of_the_role(case, EXECUTION_ROLE))) == []


def test_with_the_callers_policy_one_may_do_all_that_is_asked(case: Case) -> None:
    assert refused("caller", list(needs_of_the_caller(case, EXECUTION_ROLE))) == []


def test_without_its_policy_the_role_would_be_found_out(case: Case) -> None:
    """Each statement of the role's policy that a first run needs is asked about in one way or another."""
    needs = list(needs_of_the_role(case, EXECUTION_ROLE))
    found_out = {
        statement["Sid"]
        for statement in load("execution-role")
        for need in needs
        for action in need.actions
        if allows([statement], Call(action, need.resource, need.context))
    }
    assert {"RunTheStepsOfThePipeline", "RegisterTheWinner", "HandTheRoleToTheJobs", "WriteLogs"} <= found_out
