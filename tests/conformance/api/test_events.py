"""The events that SageMaker sends to EventBridge, delivered by moto to a queue."""

from __future__ import annotations

import json
import re
import time

import pytest
from botocore.exceptions import ClientError
from moto.events.models import events_backends

from tests.conformance.conftest import Execution
from tests.conformance.stand_ins import IMAGE, ROLE, definition, processing, training_arguments

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"


@pytest.fixture(scope="module")
def received(aws, service):
    """A function that returns the next events of a type about a resource, delivered by a rule that matches all."""
    sqs, eventbridge = (aws(name, service) for name in ("sqs", "events"))
    queue = sqs.create_queue(QueueName="tested")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    eventbridge.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    eventbridge.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])

    def next_events(detail_type: str, arn: str, number: int) -> list[dict]:
        """Wait for events: a status can be read just before its event is sent."""
        events: list[dict] = []
        while len(events) < number:
            answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                event = json.loads(message["Body"])
                events += [event] if event["detail-type"] == detail_type and arn in event["resources"] else []
        return events

    return next_events


def test_execution_statuses_reach_rules(received, pipelines):
    execution = pipelines.run(definition(processing("A", FAIL="AlgorithmError: tested")))
    executions = received("SageMaker Model Building Pipeline Execution Status Change", execution.arn, 2)
    statuses = [event["detail"]["currentPipelineExecutionStatus"] for event in executions]
    assert statuses == ["Executing", "Failed"]


def test_step_statuses_reach_rules(received, pipelines):
    execution = pipelines.run(definition(processing("A", FAIL="AlgorithmError: tested")))
    events = received("SageMaker Model Building Pipeline Execution Step Status Change", execution.arn, 3)
    steps = [event["detail"] for event in events]
    changes = [(step["previousStepStatus"], step["currentStepStatus"]) for step in steps]
    assert changes == [(None, "Starting"), ("Starting", "Executing"), ("Executing", "Failed")]
    assert steps[-1]["pipelineExecutionArn"] == execution.arn
    assert (steps[-1]["stepName"], steps[-1]["stepType"]) == ("A", "Processing")
    assert steps[-1]["metadata"]["processingJob"]["arn"] == execution.steps["A"]["Metadata"]["ProcessingJob"]["Arn"]
    assert "AlgorithmError: tested" in steps[-1]["failureReason"]
    assert "stepEndTime" in steps[-1]
    assert "stepEndTime" not in steps[0]


def test_job_statuses_reach_rules(received, sagemaker):
    job = sagemaker.create_training_job(
        TrainingJobName="tested", Tags=[{"Key": "k", "Value": "v"}], **training_arguments(a="1")
    )
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="tested", WaiterConfig={"Delay": 1})
    jobs = [event["detail"] for event in received("SageMaker Training Job State Change", job["TrainingJobArn"], 2)]
    assert [job["TrainingJobStatus"] for job in jobs] == ["InProgress", "Completed"]
    assert jobs[-1]["HyperParameters"] == {"a": "1"}
    assert jobs[-1]["Tags"] == {"k": "v"}
    described = sagemaker.describe_training_job(TrainingJobName="tested")
    assert jobs[-1]["TrainingEndTime"] == int(described["TrainingEndTime"].timestamp() * 1000)


def test_endpoint_statuses_are_in_capitals(received, sagemaker):
    sagemaker.create_model(ModelName="tested", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
    variant = {"VariantName": "v", "ModelName": "tested", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="tested", ProductionVariants=[variant])
    endpoint = sagemaker.create_endpoint(EndpointName="tested", EndpointConfigName="tested")
    change, arn = "SageMaker Endpoint State Change", endpoint["EndpointArn"]
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="tested", WaiterConfig={"Delay": 1})
    events = received(change, arn, 2)
    sagemaker.delete_endpoint(EndpointName="tested")
    statuses = [event["detail"]["EndpointStatus"] for event in (*events, *received(change, arn, 1))]
    assert statuses == ["CREATING", "IN_SERVICE", "DELETING"]


def test_unsupported_target_is_refused(aws, service):
    eventbridge = aws("events", service)
    eventbridge.put_rule(Name="machine", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    with pytest.raises(ClientError, match=f"The target {MACHINE} is not supported by the local SageMaker"):
        eventbridge.put_targets(Rule="machine", Targets=[{"Id": "m", "Arn": MACHINE}])
    assert eventbridge.list_targets_by_rule(Rule="machine")["Targets"] == []
    eventbridge.delete_rule(Name="machine")


def test_unsupported_target_fails_no_execution(aws, service, pipelines, caplog):
    eventbridge = aws("events", service)
    eventbridge.put_rule(Name="machine", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    events_backends[service.account_id][service.region].put_targets("machine", None, [{"Id": "m", "Arn": MACHINE}])
    assert pipelines.run(definition(processing("A"))).status == "Succeeded"
    eventbridge.remove_targets(Rule="machine", Ids=["m"])
    eventbridge.delete_rule(Name="machine")
    assert "has a target that is not supported by the local SageMaker" in caplog.text
    assert "Traceback" not in caplog.text


def test_event_starts_pipeline_with_parameters(aws, service, pipelines):
    eventbridge = aws("events", service)
    parameters = [{"Name": name, "Type": "String", "DefaultValue": "none"} for name in ("Fixed", "FromEvent")]
    name = pipelines.create(definition(processing("A"), parameters=parameters))
    arn = pipelines.sagemaker.describe_pipeline(PipelineName=name)["PipelineArn"]
    given = [{"Name": "Fixed", "Value": "here"}, {"Name": "FromEvent", "Value": "$.detail.object.key"}]
    eventbridge.put_rule(Name="start", EventPattern=json.dumps({"source": ["my.data"]}))
    target = {"Id": "p", "Arn": arn, "RoleArn": ROLE, "SageMakerPipelineParameters": {"PipelineParameterList": given}}
    eventbridge.put_targets(Rule="start", Targets=[target])

    detail = json.dumps({"object": {"key": "hours.csv"}})
    for source in ("my.data", "someone.else"):
        event = {"Source": source, "DetailType": "arrived", "Detail": detail}
        assert eventbridge.put_events(Entries=[event])["FailedEntryCount"] == 0
    listed = _wait_for(
        lambda: pipelines.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    )
    (execution,) = (Execution(service, pipelines.sagemaker, each["PipelineExecutionArn"]) for each in listed)
    assert execution.wait().status == "Succeeded"
    values = pipelines.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution.arn)
    assert {each["Name"]: each["Value"] for each in values["PipelineParameters"]} == {
        "Fixed": "here",
        "FromEvent": "hours.csv",
    }


def test_a_rule_publishes_to_a_topic(aws, service):
    sns, sqs, eventbridge = (aws(name, service) for name in ("sns", "sqs", "events"))
    topic = sns.create_topic(Name="news")["TopicArn"]
    queue = sqs.create_queue(QueueName="readers")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    eventbridge.put_rule(Name="news", EventPattern=json.dumps({"source": ["my.news"]}))
    eventbridge.put_targets(Rule="news", Targets=[{"Id": "t", "Arn": topic}])
    eventbridge.put_events(Entries=[{"Source": "my.news", "DetailType": "d", "Detail": '{"what": "this"}'}])
    (message,) = _wait_for(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    event = json.loads(json.loads(message["Body"])["Message"])
    assert event["detail"] == {"what": "this"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["time"])
    assert "ingestion-time" not in event


def test_unsupported_target_input_is_refused(aws, service):
    eventbridge = aws("events", service)
    topic = aws("sns", service).create_topic(Name="parts")["TopicArn"]
    eventbridge.put_rule(Name="parts", EventPattern=json.dumps({"source": ["my.parts"]}))
    target = {"Id": "t", "Arn": topic, "InputPath": "$.detail"}
    with pytest.raises(ClientError, match="InputPath of the target"):
        eventbridge.put_targets(Rule="parts", Targets=[target])
    assert eventbridge.list_targets_by_rule(Rule="parts")["Targets"] == []


def _wait_for(look):
    deadline = time.monotonic() + 60
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_model_packages_reach_rules(received, sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="tested")
    specification = {
        "Containers": [{"Image": IMAGE}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    package = sagemaker.create_model_package(ModelPackageGroupName="tested", InferenceSpecification=specification)
    sagemaker.update_model_package(ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved")

    events = received("SageMaker Model Package State Change", package["ModelPackageArn"], 2)
    packages = [event["detail"] for event in events]
    assert [detail["ModelApprovalStatus"] for detail in packages] == ["PendingManualApproval", "Approved"]
