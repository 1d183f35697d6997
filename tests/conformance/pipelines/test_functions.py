"""Lambda steps on the real service: the function's Python handler runs in a process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.api.service import Service
from local_sagemaker.lifetime import open_service
from tests.conformance.callbacks import TYPES, Inbox, callback, output
from tests.conformance.stand_ins import ROLE, compare, condition, definition, depends_on, fail, get
from tests.support.failing_disk import ERRORS, SENTENCE, failing

CODE = """
import json, os, time
import boto3
from helper import add
import layered

def outputs(event, context):
    print("event:", json.dumps(event))
    buckets = [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]]
    assert "bucket" in buckets and context.get_remaining_time_in_millis() > 0
    assert context.function_name == os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    return {"text": {"nested": [layered.NAME]}, "count": add(event["a"], 1), "share": 0.25, "good": True, "more": None}

def fails(event, context):
    raise ValueError("no such table")

def sleeps(event, context):
    time.sleep(60)

def waits(event, context):
    while not boto3.client("s3").list_objects_v2(Bucket="bucket", Prefix="go")["KeyCount"]:
        time.sleep(0.05)

def exits(event, context):
    os._exit(3)

def unserializable(event, context):
    return {1, 2}

def answers(event, context):
    for record in event["Records"]:
        message = json.loads(record["body"])
        boto3.client("sagemaker").send_pipeline_execution_step_success(
            CallbackToken=message["token"],
            OutputParameters=[{"Name": "text", "Value": message["arguments"]["say"]}],
        )
"""


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, text in files.items():
            target.writestr(name.replace("__", "/") + ".py", text)
    return buffer.getvalue()


ARCHIVE = archive(function=CODE, helper="def add(a, b): return a + b")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Here with the real containers."""
    with open_service(tmp_path_factory.mktemp("state")) as opened:
        assert isinstance(opened, Service)
        opened.core.objects.create_bucket("bucket")
        yield opened


@pytest.fixture(scope="module")
def client(service, aws) -> Any:
    return aws("lambda", service)


@pytest.fixture(scope="module")
def create(client, s3):
    layer = client.publish_layer_version(
        LayerName="layer", Content={"ZipFile": archive(python__layered='NAME = "layered"')}
    )["LayerVersionArn"]
    s3.put_object(Bucket="bucket", Key="code.zip", Body=ARCHIVE)

    def create_function(name: str, handler: str, *, in_s3: bool = False, **more: Any) -> str:
        code: dict[str, Any] = {"S3Bucket": "bucket", "S3Key": "code.zip"} if in_s3 else {"ZipFile": ARCHIVE}
        given = {"Runtime": "python3.12", "Handler": f"function.{handler}", "Role": ROLE, "Layers": [layer], **more}
        return client.create_function(FunctionName=name, Code=code, **given)["FunctionArn"]

    return create_function


def function(name: str, arn: Any, outputs: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    step = callback(name, arn, outputs)
    step["FunctionArn"] = step.pop("SqsQueueUrl")
    return {**step, "Type": "Lambda", **more}


def test_result_becomes_typed_outputs(pipelines, create, aws, service):
    arn = create("outputs", "outputs", in_s3=True, Timeout=60)
    tests = [
        compare("Equals", output("Work", "text"), '{"nested":["layered"]}'),
        compare("Equals", output("Work", "count"), 3),
        compare("Equals", output("Work", "share"), 0.25),
        compare("Equals", output("Work", "good"), True),
    ]
    work = function("Work", get("Parameters.Arn"), TYPES, Arguments={"a": get("Parameters.A")})
    gate = condition("Gate", tests, [], [fail("Wrong", "wrong outputs")])
    parameters = [{"Name": "Arn", "Type": "String"}, {"Name": "A", "Type": "Integer", "DefaultValue": 2}]
    execution = pipelines.run(definition(work, gate, parameters=parameters), {"Arn": arn})
    assert execution.status == "Succeeded", execution.steps
    values = {"text": '{"nested":["layered"]}', "count": "3", "share": "0.25", "good": "true"}
    metadata = {"Arn": arn, "OutputParameters": [{"Name": name, "Value": text} for name, text in values.items()]}
    assert execution.steps["Work"]["Metadata"]["Lambda"] == metadata
    events = aws("logs", service).filter_log_events(logGroupName="/aws/lambda/outputs")["events"]
    assert [event["message"] for event in events] == ['event: {"a": 2}']
    assert list((service.core.directory / "functions").iterdir()) == []


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        ("fails", "ValueError: no such table"),
        ("exits", "Runtime.ExitError: Runtime exited with error: exit status 3"),
        ("unserializable", "Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON seri.*"),
        ("absent", "Runtime.HandlerNotFound: Handler 'absent' missing on module 'function'"),
        ("sleeps", "Sandbox.Timedout: Task timed out after 1.00 seconds"),
    ],
)
def test_errors_of_the_function_fail_the_step(pipelines, create, handler, reason):
    arn = create(handler, handler, Timeout=1 if handler == "sleeps" else 60)
    execution = pipelines.run(definition(function("Work", arn)))
    assert execution.status == "Failed"
    with pytest.raises(ValueError, match=f"^ClientError: The function {arn} failed: {reason}$"):
        raise ValueError(execution.steps["Work"]["FailureReason"])


@pytest.mark.parametrize("error", ERRORS)
def test_failing_disk_fails_the_step_with_one_sentence(pipelines, create, service, error):
    arn = create(f"disk-{error}", "unserializable", Timeout=60)
    with failing("/functions/", error):
        execution = pipelines.run(definition(function("Work", arn)))
    assert execution.status == "Failed"
    with pytest.raises(ValueError, match=f"^ClientError: The function {arn} failed: ServiceException: {SENTENCE}"):
        raise ValueError(execution.steps["Work"]["FailureReason"])
    assert list((service.core.directory / "functions").iterdir()) == []


def test_other_runtimes_are_refused_before_the_start(pipelines, create, client):
    arn = create("javascript", "handler", Runtime="nodejs22.x", Layers=[])
    reason = "the function javascript has the runtime nodejs22.x; only python3.* functions run locally"
    name = pipelines.create(definition(function("Work", arn)))
    with pytest.raises(ClientError, match=rf"does not support these steps: Work \({reason}\)"):
        pipelines.start(name)
    assert reason in client.invoke(FunctionName="javascript")["Payload"].read().decode()


def test_missing_function_fails_the_step(pipelines):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nothing"
    execution = pipelines.run(definition(function("Work", arn)))
    assert f"ResourceNotFoundException: Function not found: {arn}" in execution.steps["Work"]["FailureReason"]


@pytest.mark.parametrize(("handler", "status"), [("waits", "Stopped"), ("sleeps", "Failed")])
def test_stopped_execution_waits_for_the_function(pipelines, create, sagemaker, s3, handler, status):
    arn = create(f"stop-{handler}", handler, Timeout=60 if handler == "waits" else 5)
    steps = [function("Work", arn), function("Later", arn, **depends_on("Work"))]
    execution = pipelines.start(pipelines.create(definition(*steps)))
    while execution.statuses.get("Work") != "Executing":
        time.sleep(0.01)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    s3.put_object(Bucket="bucket", Key="go")
    assert execution.wait().status == status
    assert execution.statuses == {"Work": "Succeeded" if status == "Stopped" else "Failed"}


def test_clients_can_invoke_functions(create, client):
    create("invoked", "outputs", Timeout=60)
    answer = client.invoke(FunctionName="invoked", Payload=json.dumps({"a": 1}).encode())
    assert json.loads(answer["Payload"].read())["count"] == 2
    create("failing", "fails", Timeout=60)
    answer = client.invoke(FunctionName="failing")
    assert answer["FunctionError"]
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no such table")


def test_queue_can_trigger_a_function_that_answers(pipelines, create, client, aws, service):
    sqs = aws("sqs", service)
    queue = Inbox(sqs, "triggering").url
    source = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client.create_event_source_mapping(
        EventSourceArn=source, FunctionName=create("answers", "answers", Timeout=60), BatchSize=1
    )
    ask = callback("Ask", queue, TYPES, Arguments={"say": "hello"})
    gate = condition("Gate", [compare("Equals", output("Ask", "text"), "hello")], [], [fail("No", "no")])
    assert pipelines.run(definition(ask, gate)).status == "Succeeded"


SDK = """
import sys
from sagemaker.core.lambda_helper import Lambda
from sagemaker.mlops.workflow.callback_step import CallbackOutput, CallbackOutputTypeEnum, CallbackStep
from sagemaker.mlops.workflow.lambda_step import LambdaOutput, LambdaOutputTypeEnum, LambdaStep
from sagemaker.mlops.workflow.pipeline import Pipeline

queue, role, script = sys.argv[1:]
ask = CallbackStep("Ask", queue, {"say": "hello"}, [CallbackOutput("text", CallbackOutputTypeEnum.String)])
function = Lambda(function_name="from-sdk", execution_role_arn=role, script=script, handler="script.handler")
outputs = [LambdaOutput("length", LambdaOutputTypeEnum.Integer)]
work = LambdaStep("Work", function, inputs={"text": ask.properties.Outputs["text"]}, outputs=outputs)
Pipeline(name="FromSdk", steps=[ask, work]).upsert(role_arn=role)
"""


@pytest.mark.slow
def test_sdk_definition_runs(pipelines, sagemaker, aws, service, tmp_path):
    inbox = Inbox(aws("sqs", service), "from-sdk")
    script = tmp_path / "script.py"
    script.write_text("def handler(event, context): return {'length': len(event['text'])}")
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-c", SDK, inbox.url, ROLE, str(script)]
    done = subprocess.run(command, env=own | service.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    execution = pipelines.start("FromSdk")
    given = [{"Name": "text", "Value": "abc"}]
    sagemaker.send_pipeline_execution_step_success(CallbackToken=inbox.next()["token"], OutputParameters=given)
    assert execution.wait().status == "Succeeded", execution.steps
    assert execution.steps["Work"]["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "length", "Value": "3"}]


def test_bad_archives_and_roles_are_refused(pipelines, client):
    given = {"Runtime": "python3.12", "Handler": "a.b", "Code": {"ZipFile": b"no archive"}}
    arn = client.create_function(FunctionName="broken", Role=ROLE, **given)["FunctionArn"]
    execution = pipelines.run(definition(function("Work", arn)))
    assert "InvalidZipFileException" in execution.steps["Work"]["FailureReason"]
    with pytest.raises(ClientError, match="cannot be assumed"):
        client.create_function(FunctionName="none", Role=ROLE.replace("SageMaker", "No"), **given)
