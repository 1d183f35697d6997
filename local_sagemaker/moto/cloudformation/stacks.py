"""Corrections of moto's CloudFormation stacks."""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.moto.cloudformation import resources


def prepare(account_id: str, region: str, request: Mapping[str, list[str]]) -> None:
    """Prepare moto's stacks for a request to CloudFormation: a posted form, with ``Action`` and ``StackName``.

    Raises NotImplementedError if a template has an unsupported SageMaker resource.
    """
    for template in request.get("TemplateBody", []):
        resources.check(template)
    from moto.cloudformation.models import cloudformation_backends

    updating = request.get("Action") in (["UpdateStack"], ["ExecuteChangeSet"])
    for stack in cloudformation_backends[account_id][region].stacks.values():
        if updating:
            resources.update_all(stack)
        if not stack.output_map.outputs and stack.status.endswith("_COMPLETE"):
            _compute_outputs(stack)
        if request.get("Action") == ["DeleteStack"] and request.get("StackName") in ([stack.name], [stack.stack_id]):
            _detach_managed_policies(stack)


def _compute_outputs(stack: Any) -> None:
    """Compute the outputs of a stack, which moto omits when a change set is executed."""
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def _detach_managed_policies(stack: Any) -> None:
    """Detach the managed policies of a stack's roles, as CloudFormation does; moto refuses to delete such roles."""
    for resource in stack.stack_resources:
        for policy in list(getattr(resource, "managed_policies", {}).values()):
            policy.detach_from(resource)
