"""Callback and Lambda steps: other services do their work.

A Callback step sends a message to a queue and waits until somebody sends its token back. All that it knows is in its
record, so it keeps waiting when the service starts again. A Lambda step runs a function.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

from local_sagemaker.core import names
from local_sagemaker.core.core import Core, Request
from local_sagemaker.core.errors import ConflictException, ExpressionError, ResourceNotFound
from local_sagemaker.core.store import Record, Store
from local_sagemaker.definition import output_parameters
from local_sagemaker.definition.expressions import Scope, resolve
from local_sagemaker.definition.parse import Step
from local_sagemaker.definition.step_types import TASK_STEPS
from local_sagemaker.engine import records
from local_sagemaker.engine.start_step import Started


@dataclass(frozen=True)
class Invocation:
    """How a Lambda function ended: its result, or an error with Lambda's members ``errorType`` and ``errorMessage``."""

    result: Any = None
    error: Mapping[str, Any] | None = None
    timed_out: bool = False


@dataclass(frozen=True)
class TaskServices:
    """The services that do the work of steps.

    Attributes
    ----------
    send
        ``send(queue_url, body)`` sends a message; raises ExpressionError if there is no such queue.
    invoke
        ``invoke(function_arn, event, stop)`` runs a function to its end, or until ``stop`` is set.
    """

    send: Callable[[str, str], None]
    invoke: Callable[[str, Any, Event], Invocation]


class Tasks:
    """The Callback and Lambda steps of one execution."""

    def __init__(self, core: Core, services: TaskServices, arn: str) -> None:
        self._core = core
        self._services = services
        self._arn = arn
        self._ended: dict[str, Invocation] = {}

    def start(self, step: Step, scope: Scope) -> Started:
        """Send the message of a Callback step, or start the function of a Lambda step.

        Raises ExpressionError if an argument cannot be resolved or there is no such queue.
        """
        member = TASK_STEPS[step.type]
        target = resolve(step.arguments[member], scope)
        if not isinstance(target, str):
            raise ExpressionError(f"the {member} of step {step.name} must be text, not {target!r}")
        arguments = resolve(step.arguments["Arguments"], scope)
        return (self._call_back if step.type == "Callback" else self._invoke)(step, target, arguments)

    def _call_back(self, step: Step, queue: str, arguments: Any) -> Started:
        token = names.new_random_suffix()
        metadata = {"Callback": {"CallbackToken": token, "SqsQueueUrl": queue}}
        # The record comes first: whoever receives the message may answer at once.
        self._write(step, metadata, PipelineExecutionArn=self._arn, Arguments=arguments)
        self._send(step.name, "Executing")
        return waiting(token)

    def _invoke(self, step: Step, function: str, event: Any) -> Started:
        self._write(step, {"Lambda": {"Arn": function}})
        work = f"{self._arn}/{step.name}/lambda"

        def run(stop: Event) -> None:
            self._ended[step.name] = self._services.invoke(function, event, stop)

        self._core.supervisor.start(work, run)
        return Started(work, work, {}, takes_time=True)

    def stop(self, step: Step) -> None:
        """Tell the receiver of a Callback step's messages to stop. A function cannot be stopped, as on AWS."""
        if step.type == "Callback":
            self._send(step.name, "Stopping")

    def result(self, step: Step) -> tuple[str, str | None]:
        """The status of a step that has ended, and why it failed; its outputs are in its record."""
        try:
            if step.type == "Callback":
                return self._of_answer(step)
            return self._of_invocation(step, self._ended.pop(step.name, None))
        except ExpressionError as error:
            return "Failed", str(error)

    def _of_answer(self, step: Step) -> tuple[str, str | None]:
        record = self._record(step.name)
        answer = record["Answer"]
        if not answer["Succeeded"]:
            return "Failed", answer.get("FailureReason")
        given = answer.get("OutputParameters", [])
        self._write_outputs(step, record, {each["Name"]: each["Value"] for each in given})
        return "Succeeded", None

    def _of_invocation(self, step: Step, ended: Invocation | None) -> tuple[str, str | None]:
        if ended is None:
            return "Failed", "InternalServerError: the function did not run; see the log of the local SageMaker."
        record = self._record(step.name)
        if ended.error is not None:
            records.change_step(self._core.store, self._arn, step.name, TimedOut=ended.timed_out)
            reason = ": ".join(
                str(ended.error[name]) for name in ("errorType", "errorMessage") if ended.error.get(name)
            )
            return "Failed", f"The function {record['Metadata']['Lambda']['Arn']} failed: {reason}"
        result = ended.result if isinstance(ended.result, Mapping) else {}
        declared = output_parameters.types(step)
        self._write_outputs(
            step, record, {name: _text_of(result[name]) for name in declared if result.get(name) is not None}
        )
        return "Succeeded", None

    def _write(self, step: Step, metadata: Mapping[str, Any], **members: Any) -> None:
        records.change_step(
            self._core.store, self._arn, step.name, StepStatus="Executing", Metadata=metadata, **members
        )

    def _write_outputs(self, step: Step, record: Record, values: Mapping[str, str]) -> None:
        outputs = output_parameters.typed(step, values)
        listed = [{"Name": name, "Value": value} for name, value in values.items()]
        metadata = {step.type: {**record["Metadata"][step.type], "OutputParameters": listed}}
        records.change_step(self._core.store, self._arn, step.name, Metadata=metadata, Outputs=outputs)

    def _send(self, step: str, status: str) -> None:
        record = self._record(step)
        metadata = record["Metadata"]["Callback"]
        body = {
            "token": metadata["CallbackToken"],
            "pipelineExecutionArn": self._arn,
            "arguments": record["Arguments"],
            "status": status,
        }
        self._services.send(metadata["SqsQueueUrl"], json.dumps(body))

    def _record(self, step: str) -> Record:
        return records.step(self._core.store, self._arn, step) or {}


def _text_of(value: Any) -> str:
    """A member of a function's result as an output parameter: nested documents become JSON text."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def waiting(token: str) -> Started:
    """A Callback step that waits for its token."""
    return Started(token, token, {}, takes_time=True, supervised=False)


def token_of(step: Record) -> str | None:
    """The token that a step waits for; None if it does not wait for one."""
    if step["StepStatus"] not in ("Executing", "Stopping"):
        return None
    token: str | None = step["Metadata"].get("Callback", {}).get("CallbackToken")
    return token


def only_wait(steps: Iterable[Record]) -> bool:
    """Whether all steps that have started have ended or wait for a callback, and at least one waits."""
    waiting = [token_of(step) is not None for step in steps if step["StepStatus"] not in records.FINAL]
    return bool(waiting) and all(waiting)


def answer(store: Store, request: Request, *, succeeded: bool) -> tuple[str, str]:
    """Record the answer to a callback; returns the ARN of the execution and the name of the step.

    Raises
    ------
    ResourceNotFound
        No step has this token.
    ConflictException
        The step has ended, or has another answer already.
    """
    token = request["CallbackToken"]
    with store.transaction():
        for step in store.list(records.STEP):
            # A step that reuses the result of this one has the same token, but is of no execution that waited for it.
            if step["Metadata"].get("Callback", {}).get("CallbackToken") != token or "PipelineExecutionArn" not in step:
                continue
            arn, name = step["PipelineExecutionArn"], step["StepName"]
            given = {**request, "Succeeded": succeeded}
            if step.get("Answer") != given:
                if "Answer" in step or token_of(step) is None:
                    raise ConflictException(
                        f"The step {name} of {arn} no longer waits for the callback token {token}: "
                        f"it has an answer, or is {step['StepStatus']}."
                    )
                records.change_step(store, arn, name, Answer=given)
            return arn, name
    raise ResourceNotFound(f"No callback step has the token {token}.")
