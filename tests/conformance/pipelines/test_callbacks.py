"""Callback steps: the message, the answer, outputs, stopping and restarts."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.callbacks import TYPES, Inbox, callback, output, succeed
from tests.conformance.stand_ins import compare, condition, definition, depends_on, fail, get, processing


@pytest.fixture(scope="module")
def inbox(service, aws) -> Inbox:
    return Inbox(aws("sqs", service), "inbox")


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


def test_execution_that_only_waits_does_not_work(service, pipelines, inbox, sagemaker):
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url))))
    token = inbox.next()["token"]
    while execution.statuses.get("Ask") != "Executing":
        time.sleep(0.01)
    assert (service.executions.running, service.executions.working) == (1, 0)
    succeed(sagemaker, token)
    assert execution.wait().status == "Succeeded"


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
        ({}, "Steps.Ask.OutputParameters['count'] cannot be resolved"),
    ],
)
def test_wrong_and_missing_outputs_fail_the_execution(pipelines, inbox, sagemaker, given, reason):
    gate = condition("Gate", [compare("Equals", output("Ask", "count"), 1)], [])
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url, TYPES), gate)))
    succeed(sagemaker, inbox.next()["token"], **given)
    assert execution.wait().status == "Failed"
    (found,) = (step["FailureReason"] for step in execution.steps.values() if "FailureReason" in step)
    assert reason in found


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


def test_queue_can_refuse_the_message(pipelines, aws, service):
    attributes = {"MaximumMessageSize": "1024"}
    url = aws("sqs", service).create_queue(QueueName="small", Attributes=attributes)["QueueUrl"]
    execution = pipelines.run(definition(callback("Ask", url, Arguments={"text": "a" * 1024})))
    assert f"the queue {url} refused the message: " in execution.steps["Ask"]["FailureReason"]


def test_fifo_queues_receive_the_message(pipelines, aws, service, sagemaker):
    sqs = aws("sqs", service)
    inbox = Inbox(sqs, "ordered.fifo", FifoQueue="true")
    execution = pipelines.start(pipelines.create(definition(callback("Ask", inbox.url))))
    succeed(sagemaker, inbox.next()["token"])
    assert execution.wait().status == "Succeeded"


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
