"""CloudFormation's stacks, where moto needs a hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_sagemaker.moto.cloudformation import resources


def prepare(account_id: str, region: str, request: Mapping[str, list[str]]) -> None:
    """Put right what moto would get wrong in a request to CloudFormation.

    Parameters
    ----------
    request
        The form that was posted, with ``Action`` and ``StackName``.

    Raises
    ------
    NotImplementedError
        It has a template with something of SageMaker that would not be made.
    """
    for template in request.get("TemplateBody", []):
        resources.check(template)
    from moto.cloudformation.models import cloudformation_backends

    updating = request.get("Action") in (["UpdateStack"], ["ExecuteChangeSet"])
    for stack in cloudformation_backends[account_id][region].stacks.values():
        if updating:
            resources.look_at_all(stack)
        if not stack.output_map.outputs and stack.status.endswith("_COMPLETE"):
            _work_out_outputs(stack)
        if request.get("Action") == ["DeleteStack"] and request.get("StackName") in ([stack.name], [stack.stack_id]):
            _detach_managed_policies(stack)


def _work_out_outputs(stack: Any) -> None:
    """Moto does this when a stack is created or updated, but not when a change set is executed."""
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def _detach_managed_policies(stack: Any) -> None:
    """Moto deletes no role that a managed policy is attached to, where CloudFormation would detach it first."""
    for resource in stack.stack_resources:
        for policy in list(getattr(resource, "managed_policies", {}).values()):
            policy.detach_from(resource)
