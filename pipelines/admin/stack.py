"""The CloudFormation stack of ``infra/template.yaml``: previewed as a change set, executed, described and deleted."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, PipelineError

TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
MADE_BY_A_CHANGE_SET_ALONE = "REVIEW_IN_PROGRESS"
CANNOT_BE_UPDATED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}


@dataclass(frozen=True)
class Change:
    """Change of one resource by a change set."""

    action: str
    name: str
    type: str
    replacement: str

    @property
    def is_replaced(self) -> bool:
        """Whether another resource replaces it, or may."""
        return self.replacement in ("True", "Conditional")


@dataclass(frozen=True)
class Stack:
    """A stack as CloudFormation describes it."""

    id: str
    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def exists(self) -> bool:
        """Whether it has resources; a change set that was only previewed leaves a stack without any."""
        return self.status != MADE_BY_A_CHANGE_SET_ALONE


class Stacks:
    """Operations on one stack; ``interval`` is in seconds, between two polls."""

    def __init__(self, cloudformation: Any, name: str, interval: float) -> None:
        self._cloudformation = cloudformation
        self._name = name
        self._interval = interval
        self._change_set = f"pipelines-infra-{time.time_ns()}"

    def find(self, name_or_id: str | None = None) -> Stack | None:
        """Describe the stack; None if there is none."""
        from botocore.exceptions import ClientError

        try:
            found = self._cloudformation.describe_stacks(StackName=name_or_id or self._name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return Stack(
            id=found["StackId"],
            name=found["StackName"],
            status=found["StackStatus"],
            parameters={item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", [])},
            outputs={item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", [])},
        )

    def preview(self, parameters: Mapping[str, str], tags: Mapping[str, str]) -> list[Change] | None:
        """Create a change set, and return its changes; None if the stack is up to date.

        A change set without changes of resources may still change parameters, outputs and tags. In an existing stack,
        parameters that are not given keep their values.

        Raises `BadInput` if CloudFormation does not accept a parameter, or the stack is in a state in which it cannot
        be changed.
        """
        from botocore.exceptions import ClientError

        stack = self.find()
        if stack and stack.status in CANNOT_BE_UPDATED:
            raise BadInput(
                f"The stack {self._name} is {stack.status} and cannot be updated. Delete it first: "
                f"boostpipe infra delete --stack {self._name}"
            )
        exists = stack is not None and stack.exists
        kept = {name for name in stack.parameters if name not in parameters} if stack and exists else set()
        try:
            self._cloudformation.create_change_set(
                StackName=self._name,
                ChangeSetName=self._change_set,
                ChangeSetType="UPDATE" if exists else "CREATE",
                TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
                Capabilities=["CAPABILITY_IAM"],
                Parameters=[
                    *({"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()),
                    *({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)),
                ],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                # A stack that fails is deleted whole, so that the next attempt starts from nothing.
                **({} if exists else {"OnStackFailure": "DELETE"}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            _refuse_unless_nothing_changed(error.response["Error"]["Message"])
            return None
        described = self._wait_for_the_change_set()
        if described["Status"] == "FAILED":
            self.discard()
            _refuse_unless_nothing_changed(described.get("StatusReason", "it gives no reason"))
            return None
        return [_change(change["ResourceChange"]) for change in described["Changes"]]

    def discard(self) -> None:
        """Delete the change set, and the empty stack that comes with the first one."""
        self._cloudformation.delete_change_set(StackName=self._name, ChangeSetName=self._change_set)
        stack = self.find()
        if stack and not stack.exists:
            self._cloudformation.delete_stack(StackName=self._name)

    def execute(self) -> Stack:
        """Execute the change set and wait for its end.

        Raises `PipelineError` if CloudFormation rolled it back; the message has the reasons.
        """
        stack = self.find()
        assert stack is not None
        self._cloudformation.execute_change_set(StackName=self._name, ChangeSetName=self._change_set)
        return self._settled(stack.id, {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})

    def delete(self) -> None:
        """Delete the stack and wait for its end; resources that the template retains stay."""
        stack = self.find()
        assert stack is not None
        self._cloudformation.delete_stack(StackName=self._name)
        self._settled(stack.id, {"DELETE_COMPLETE"})

    def resources(self) -> dict[str, str]:
        """Map the logical name of each existing resource to its physical one."""
        listed = self._cloudformation.describe_stack_resources(StackName=self._name)["StackResources"]
        return {
            resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
            for resource in listed
            if "LogicalResourceId" in resource and resource["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def _wait_for_the_change_set(self) -> dict[str, Any]:
        changes: list[dict[str, Any]] = []
        while True:
            described: dict[str, Any] = self._cloudformation.describe_change_set(
                StackName=self._name, ChangeSetName=self._change_set
            )
            if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
                break
            time.sleep(self._interval)
        changes += described["Changes"]
        while "NextToken" in described:
            described = self._cloudformation.describe_change_set(
                StackName=self._name, ChangeSetName=self._change_set, NextToken=described["NextToken"]
            )
            changes += described["Changes"]
        return {**described, "Changes": changes}

    def _settled(self, stack_id: str, good: set[str]) -> Stack:
        while True:
            stack = self.find(stack_id)
            if stack is None:  # a stack that is no longer described is deleted
                return Stack(stack_id, self._name, "DELETE_COMPLETE", {}, {})
            if not stack.status.endswith("_IN_PROGRESS"):
                break
            time.sleep(self._interval)
        if stack.status not in good:
            reasons = "\n".join(f"- {reason}" for reason in self._reasons(stack_id))
            raise PipelineError(f"The stack {self._name} ended as {stack.status}:\n{reasons}")
        return stack

    def _reasons(self, stack_id: str) -> list[str]:
        """List the failures, without the cancellations that they caused."""
        events = self._cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
        return [
            f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in event.get("ResourceStatusReason", "")
        ]


def _refuse_unless_nothing_changed(reason: str) -> None:
    """Refuse a change set that CloudFormation did not create, unless it only has no changes."""
    if not any(words in reason for words in NO_CHANGES):
        raise BadInput(f"CloudFormation refuses the template or a parameter: {reason}")


def _change(change: Mapping[str, Any]) -> Change:
    return Change(
        action=change["Action"],
        name=change["LogicalResourceId"],
        type=change["ResourceType"],
        replacement=change.get("Replacement", "False"),
    )


def check_parameters(parameters: Mapping[str, str]) -> None:
    """Check values against the template's own constraints, before anything is sent.

    Raises `BadInput` if CloudFormation would refuse a value; the message has the parameter's description.
    """
    declared = _declared()
    for name, value in parameters.items():
        parameter = declared[name]
        allowed = parameter.get("AllowedValues", [value])
        too_long = len(value) > parameter.get("MaxLength", len(value))
        if value not in allowed or too_long or not re.fullmatch(parameter.get("AllowedPattern", "(?s).*"), value):
            raise BadInput(f"{value!r} cannot be {name} of the stack. {parameter['Description'].strip()}.")


def _declared() -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads the parameters of a template, which contain no functions; functions elsewhere become None."""

    Loader.add_multi_constructor("!", lambda _loader, _tag, _node: None)
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is a SafeLoader
    parameters: dict[str, Any] = template["Parameters"]
    return parameters
