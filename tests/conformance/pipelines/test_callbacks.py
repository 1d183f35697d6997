"""Callback steps: the message, the answer, outputs, stopping and restarts."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.lifetime import open_service
from tests.conformance.conftest import Execution, Pipelines
from tests.conformance.stand_ins import StandIns, compare, condition, definition, depends_on, fail, get, processing

TYPES = {"text": "String", "count": "Integer", "share": "Float", "good": "Boolean"}


def callback(name: str, queue: Any, outputs: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    declared = [{"OutputName": output, "OutputType": kind} for output, kind in (outputs or {}).items()]
    step = {"Name": name, "Type": "Callback", "SqsQueueUrl": queue, "OutputParameters": declared, "Arguments": {}}
    return {**step, **more}


def output(step: str, name: str) -> dict[str, str]:
    return get(f"Steps.{step}.OutputParameters['{name}']")


class Inbox:
    """A queue, and the messages in it."""

    def __init__(self, sqs: Any, name: str) -> None:
        self._sqs = sqs
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]

    def next(self) -> dict[str, Any]:
        (message,) = self._sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)["Messages"]
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])


@pytest.fixture(scope="module")
def inbox(service, aws) -> Inbox:
    return Inbox(aws("sqs", service.endpoint_url), "inbox")


def succeed(sagemaker: Any, token: str, **outputs: str) -> str:
    given = [{"Name": name, "Value": value} for name, value in outputs.items()]
    return sagemaker.send_pipeline_execution_step_success(CallbackToken=token, OutputParameters=given)[
        "PipelineExecutionArn"
    ]


def test_message_contains_token_and_arguments(pipelines, inbox, sagemaker):
    step = callback("Ask", get("Parameters.Queue"), Arguments={"number": 5, "rounds": get("Parameters.Rounds")})
    declared = [{"Name": "Queue", "Type": "String"}, {"Name": "Rounds", "Type": "Integer", "DefaultValue": 7}]
    execution = pipelines.start(pipelines.create(definition(step, parameters=declared)), {"Queue": inbox.url})
    message = inbox.next()
    token = message.pop("token")
    arguments = {"number": 5, "rounds": 7}
    assert message == {"pipelineExecutionArn": execution.arn, "arguments": arguments, "status": "Executing"}
    metadata = execution.steps["Ask"]["Metadata"]["Callback"]
    assert metadata == {"CallbackToken": token, "SqsQueueUrl": inbox.url}
    assert succeed(sagemaker, token) == execution.arn
    assert execution.wait().status == "Succeeded"


def test_outputs_have_their_declared_types(pipelines, inbox, sagemaker):
    tests = [
        compare("Equals", output("Ask", "text"), "a"),
        compare("GreaterThan", output("Ask", "count"), 9),
        compare("LessThan", output("Ask", "share"), 0.5),
        compare("Equals", output("Ask", "good"), True),
    ]
    used = processing("Use", TEXT=output("Ask", "text"))
    gate = condition("Gate", tests, [used], [fail("Wrong", "wrong types")])
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url, TYPES), gate)))
    values = {"text": "a", "count": "10", "share": "0.25", "good": "true", "undeclared": "x"}
    succeed(sagemaker, inbox.next()["token"], **values)
    assert execution.wait().status == "Succeeded", execution.steps
    listed = execution.steps["Ask"]["Metadata"]["Callback"]["OutputParameters"]
    assert {each["Name"]: each["Value"] for each in listed} == values
    assert execution.job("Use")["Environment"] == {"TEXT": "a"}


def test_failure_reason_fails_the_step(pipelines, inbox, sagemaker):
    steps = [callback("Ask", inbox.url), processing("Later", more=depends_on("Ask"))]
    execution = pipelines.start(pipelines.create(definition(*steps)))
    token = inbox.next()["token"]
    sagemaker.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="nobody is there")
    assert execution.wait().statuses == {"Ask": "Failed"}
    assert execution.steps["Ask"]["FailureReason"] == "ClientError: nobody is there"
    assert execution.status == "Failed"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"count": "ten"}, "the output parameter count is of type Integer, which 'ten' is not"),
        ({}, r"Steps.Ask.OutputParameters\['count'\] cannot be resolved"),
    ],
)
def test_wrong_and_missing_outputs_fail_the_execution(pipelines, inbox, sagemaker, given, reason):
    gate = condition("Gate", [compare("Equals", output("Ask", "count"), 1)], [])
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url, TYPES), gate)))
    succeed(sagemaker, inbox.next()["token"], **given)
    assert execution.wait().status == "Failed"
    (found,) = (step["FailureReason"] for step in execution.steps.values() if "FailureReason" in step)
    pytest.raises(ValueError, _raise, found).match(reason)


def _raise(message: str) -> None:
    raise ValueError(message)


def test_unknown_tokens_are_refused(sagemaker):
    with pytest.raises(ClientError, match=r"ResourceNotFound.*No callback step has the token aaaaaaaaaa"):
        succeed(sagemaker, "a" * 10)
    with pytest.raises(ClientError, match="ValidationException"):
        succeed(sagemaker, "too-short!")


def test_second_answers_are_refused_unless_repeated(pipelines, inbox, sagemaker):
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url))))
    answer = {"CallbackToken": inbox.next()["token"], "ClientRequestToken": "r" * 32}
    sagemaker.send_pipeline_execution_step_success(**answer)
    assert execution.wait().status == "Succeeded"
    sagemaker.send_pipeline_execution_step_success(**answer)
    with pytest.raises(ClientError, match=r"ConflictException.*no longer waits"):
        sagemaker.send_pipeline_execution_step_failure(CallbackToken=answer["CallbackToken"])


def test_missing_queue_fails_the_step(pipelines):
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/none"
    execution = pipelines.run(definition(callback("Ask", url)))
    reason = f"ClientError: the queue {url} does not exist: create it in the local SQS"
    assert execution.steps["Ask"]["FailureReason"] == reason


def test_stopped_execution_waits_for_the_answer(pipelines, inbox, sagemaker):
    steps = [callback("Ask", inbox.url), processing("Later", more=depends_on("Ask"))]
    execution = pipelines.start(pipelines.create(definition(*steps)))
    first = inbox.next()
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    assert inbox.next() == {**first, "status": "Stopping"}
    assert (execution.status, execution.statuses) == ("Stopping", {"Ask": "Stopping"})
    succeed(sagemaker, first["token"])
    assert execution.wait().status == "Stopped"
    assert execution.statuses == {"Ask": "Succeeded"}


@contextmanager
def reopened(state, aws):
    with open_service(state, runners=StandIns().runners) as service:
        yield service, aws("sagemaker", service.endpoint_url), aws("sqs", service.endpoint_url)


@pytest.mark.parametrize("stopped", [False, True])
def test_callback_keeps_waiting_over_a_restart(tmp_path, aws, stopped):
    with reopened(tmp_path, aws) as (service, sagemaker, sqs):
        inbox = Inbox(sqs, "inbox")
        steps = [
            callback("Ask", inbox.url, TYPES),
            processing("Use", TEXT=output("Ask", "text")),
            processing("Slow", SECONDS="60"),
        ]
        execution = Pipelines(service, sagemaker).start(
            Pipelines(service, sagemaker).create(definition(*steps[: 2 if stopped else 3]))
        )
        token = inbox.next()["token"]
        while not stopped and execution.statuses.get("Slow") != "Executing":
            time.sleep(0.01)
        if stopped:
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
            inbox.next()
    with reopened(tmp_path, aws) as (service, sagemaker, _):
        execution = Execution(service, sagemaker, execution.arn)
        assert execution.status == ("Stopping" if stopped else "Executing")
        succeed(sagemaker, token, text="after")
        execution.wait()
        if stopped:
            assert (execution.status, execution.statuses) == ("Stopped", {"Ask": "Succeeded"})
        else:
            assert execution.statuses == {"Ask": "Succeeded", "Use": "Succeeded", "Slow": "Failed"}
            assert execution.status == "Failed"
            assert execution.job("Use")["Environment"] == {"TEXT": "after"}
