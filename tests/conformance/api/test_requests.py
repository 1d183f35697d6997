"""Requests are held against the service's own model, and refused in its words."""

from __future__ import annotations

import json
import logging
import socket
import time
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from local_sagemaker import server
from tests.conformance.stand_ins import ROLE, processing_arguments, training_arguments
from tests.support.random_requests import failures
from tests.support.signing import post, send, signed


def test_a_missing_member_is_named(service):
    status, answer = post(service, "CreateModel", b"{}")
    assert status == 400
    assert answer["__type"] == "ValidationException"
    assert answer["message"] == (
        "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be null"
    )


def test_null_member_counts_as_missing(service, sagemaker):
    nothing = {"InputDataConfig": None, "HyperParameters": None}
    request = {"TrainingJobName": "nulls", **training_arguments(), **nothing}
    request["ResourceConfig"] |= {"InstancePreferences": None}
    status, answer = post(service, "CreateTrainingJob", json.dumps(request).encode())
    assert (status, answer.get("message")) == (200, None)
    assert sagemaker.describe_training_job(TrainingJobName="nulls")["InputDataConfig"] == []


def test_training_job_needs_an_algorithm(service):
    request = {"TrainingJobName": "without", **training_arguments(), "AlgorithmSpecification": None}
    _, answer = post(service, "CreateTrainingJob", json.dumps(request).encode())
    assert answer["__type"] == "ValidationException"
    assert "Value null at 'algorithmSpecification'" in answer["message"]


def test_pattern_violation_names_the_pattern(sagemaker):
    with pytest.raises(ClientError) as refused:
        sagemaker.create_processing_job(ProcessingJobName="bad_name", **processing_arguments())
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith(
        "1 validation error detected: Value 'bad_name' at 'processingJobName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: "
    )


def test_enum_violation_names_the_values(service):
    request = {"ProcessingJobName": "n", **processing_arguments()}
    request["ProcessingResources"]["ClusterConfig"]["InstanceType"] = "ml.none"
    _, answer = post(service, "CreateProcessingJob", json.dumps(request).encode())
    assert "at 'processingResources.clusterConfig.instanceType'" in answer["message"]
    assert "Member must satisfy enum value set: [ml.t3.medium" in answer["message"]


def test_limit_violations_are_all_named(service):
    request = {"ProcessingJobName": "n" * 64, **processing_arguments()}
    request["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = 101
    _, answer = post(service, "CreateProcessingJob", json.dumps(request).encode())
    assert answer["message"].startswith("3 validation errors detected: ")  # the pattern holds the length, too
    assert "Member must have length less than or equal to 63" in answer["message"]
    assert "Member must have value less than or equal to 100" in answer["message"]


def test_wrong_type_is_a_serialization_error(service):
    status, answer = post(service, "DescribePipeline", b'{"PipelineName": 5}')
    assert (status, answer["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_invalid_body_is_a_serialization_error(service, body):
    status, answer = post(service, "ListModels", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_unsupported_operation_is_refused(sagemaker):
    with pytest.raises(ClientError, match="CreateNotebookInstance is not supported") as refused:
        sagemaker.create_notebook_instance(NotebookInstanceName="n", InstanceType="ml.t2.medium", RoleArn=ROLE)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("operation", "request_", "named"),
    [
        (
            "create_model",
            {
                "ModelName": "direct",
                "Containers": [{"Image": "i:1"}, {"Image": "i:1"}],
                "InferenceExecutionConfig": {"Mode": "Direct"},
            },
            "InferenceExecutionConfig.Mode Direct",
        ),
        (
            "create_model",
            {"ModelName": "many", "PrimaryContainer": {"Image": "i:1", "Mode": "MultiModel"}},
            "PrimaryContainer.Mode MultiModel",
        ),
        (
            "update_endpoint",
            {
                "EndpointName": "any",
                "EndpointConfigName": "any",
                "DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}},
            },
            "DeploymentConfig.AutoRollbackConfiguration",
        ),
        (
            "start_pipeline_execution",
            {"PipelineName": "any", "MlflowExperimentName": "experiment"},
            "MlflowExperimentName experiment",
        ),
    ],
)
def test_unsupported_members_are_refused(sagemaker, operation, request_, named):
    with pytest.raises(ClientError, match=f"ValidationException.*{named} is not supported"):
        getattr(sagemaker, operation)(**request_)


def test_default_behavior_is_accepted(sagemaker):
    containers = [{"Image": "i:1"}, {"Image": "i:1"}]
    sagemaker.create_model(ModelName="serial", Containers=containers, InferenceExecutionConfig={"Mode": "Serial"})


def test_unknown_operation_is_refused(service):
    status, answer = post(service, "MakeCoffee", b"{}")
    assert (status, answer["message"]) == (400, "The operation MakeCoffee is not supported by the local SageMaker.")


def test_invalid_next_token_is_refused(sagemaker):
    with pytest.raises(ClientError, match="NextToken"):
        sagemaker.list_models(NextToken="invented")


def test_experiments_are_kept_by_moto(sagemaker):
    sagemaker.create_experiment(ExperimentName="e")
    sagemaker.create_trial(TrialName="t", ExperimentName="e")
    assert [trial["TrialName"] for trial in sagemaker.list_trials()["TrialSummaries"]] == ["t"]


def test_log_events_of_a_stream_prefix(aws, service):
    logs = aws("logs", service)
    logs.create_log_group(logGroupName="/prefixes")
    for name in ("job-a/algo-1", "job-b/algo-1"):
        logs.create_log_stream(logGroupName="/prefixes", logStreamName=name)
        event = {"timestamp": int(time.time() * 1000), "message": name}
        logs.put_log_events(logGroupName="/prefixes", logStreamName=name, logEvents=[event])
    for prefix, streams in (("job-", 2), ("job-a/", 1), ("none", 0)):
        found = logs.filter_log_events(logGroupName="/prefixes", logStreamNamePrefix=prefix)["events"]
        assert len(found) == streams


def test_client_of_another_region_is_refused(service):
    elsewhere = boto3.client("sagemaker", **{**service.client_arguments, "region_name": "eu-west-1"})
    with pytest.raises(ClientError, match="scoped to a valid region, not 'eu-west-1'"):
        elsewhere.list_models()


def test_managed_policies_can_be_attached(aws, service):
    iam = aws("iam", service)
    name, policy = service.role_arn.rsplit("/", 1)[1], "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    assert policy in [each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]]


def test_managed_policies_are_read_for_one_partition(service, s3):
    """Moto would read them for all, at the first request and again at the service's end: seconds of each."""
    s3.list_buckets()
    assert list(iam_backends[service.account_id]) == ["aws"]


@pytest.mark.parametrize("service_name", ["sts", "iam", "logs", "events", "scheduler"])
def test_the_other_services_answer(aws, service, service_name):
    client = aws(service_name, service)
    calls = {
        "sts": lambda: client.get_caller_identity()["Account"] == service.account_id,
        "iam": lambda: client.get_role(RoleName=service.role_arn.rsplit("/", 1)[1])["Role"]["Arn"] == service.role_arn,
        "logs": lambda: "logGroups" in client.describe_log_groups(),
        "events": lambda: "Rules" in client.list_rules(),
        "scheduler": lambda: "Schedules" in client.list_schedules(),
    }
    assert calls[service_name]()


def test_caller_has_the_execution_role(aws, service):
    caller = aws("sts", service).get_caller_identity()["Arn"]
    assert caller == "arn:aws:sts::123456789012:assumed-role/SageMakerLocalExecutionRole/SageMaker"


def test_unknown_service_is_refused_once(aws, service):
    with pytest.raises(
        ClientError, match="The service sagemaker-geospatial is not supported by the local SageMaker"
    ) as refused:
        aws("sagemaker-geospatial", service).list_raster_data_collections()
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert refused.value.response["Error"]["Code"] == "NotImplemented"


def test_other_sagemaker_interfaces_are_refused(aws, service):
    features = aws("sagemaker-featurestore-runtime", service)
    with pytest.raises(ClientError, match="/FeatureGroup/f is not supported by the local SageMaker") as refused:
        features.get_record(FeatureGroupName="f", RecordIdentifierValueAsString="1")
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_every_response_has_a_request_id(sagemaker, aws, service):
    runtime = aws("sagemaker-runtime", service)
    with pytest.raises(ClientError) as refused:
        runtime.invoke_endpoint(EndpointName="none", Body=b"")
    answers = [sagemaker.list_models(), refused.value.response]
    assert len({answer["ResponseMetadata"]["RequestId"] for answer in answers}) == 2


def test_moto_gap_is_refused_once(aws, service):
    with pytest.raises(ClientError) as refused:
        aws("iam", service).simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=["s3:GetObject"])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_moto_control_interface_is_refused(service):
    assert send(signed(service, path="/moto-api/reset"))[0] == 400


def test_client_disconnect_is_no_defect(service, caplog):
    address = urlsplit(service.endpoint_url)
    request = signed(service, body=b"{}", headers={"X-Amz-Target": "SageMaker.ListModels"})
    lines = [f"{name}: {value}" for name, value in request.header_items()]
    head = "\r\n".join(["POST / HTTP/1.1", f"Host: {address.netloc}", "Content-Length: 100", *lines, "", "{"])
    with caplog.at_level(logging.DEBUG, logger="local_sagemaker.server"):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(head.encode())
        deadline = time.monotonic() + 30
        while not any("hung up" in record.getMessage() for record in caplog.records) and time.monotonic() < deadline:
            time.sleep(0.02)
    records = [record for record in caplog.records if record.name == "local_sagemaker.server"]
    assert any("hung up" in record.getMessage() for record in records)
    assert all(record.levelno == logging.DEBUG for record in records)


@pytest.mark.parametrize("sent", ["", "POST / HTTP/1.1\r\nHost: ", "body"])
def test_half_open_request_is_ended(service, sent):
    with server.bind(0) as listener:
        http_server = server.HttpServer(server.Application(service, None), listener, silence=0.1)
        http_server.start()
        try:
            if sent == "body":
                request = signed(service, body=b"{}")
                host = urlsplit(service.endpoint_url).netloc
                lines = [f"{name}: {value}" for name, value in request.header_items()]
                sent = "\r\n".join(["POST / HTTP/1.1", f"Host: {host}", "Content-Length: 100", *lines, "", "{"])
            with socket.create_connection(listener.getsockname()) as connection:
                connection.sendall(sent.encode())
                answer = connection.makefile("rb").read()  # to the end of the connection
        finally:
            http_server.close()
    assert b"The request ended before its body did" in answer if "{" in sent else answer == b""


@pytest.mark.parametrize(
    "members",
    [
        {"InstanceCount": 10**6},
        {"InstanceGroups": [{"InstanceType": "ml.m5.large", "InstanceGroupName": "g", "InstanceCount": 10**6}]},
    ],
)
def test_more_instances_than_the_machine_holds_are_refused(sagemaker, members):
    request = {"TrainingJobName": "huge", **training_arguments()}
    resources = {"InstanceType": "ml.m5.large", "VolumeSizeInGB": 1, **members}
    if "InstanceGroups" in members:
        del resources["InstanceType"]
    with pytest.raises(ClientError, match=r"job usage' is \d+ Instances, .* delta of 1000000") as refused:
        sagemaker.create_training_job(**{**request, "ResourceConfig": resources})
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"


@pytest.mark.parametrize("seed", [1, pytest.param(0, marks=pytest.mark.slow)])
def test_no_request_is_an_internal_failure(service, seed):
    """``python -m tests.support.random_requests`` sends 10,000."""
    assert list(failures(service, 400 if seed else 10_000, seed)) == []


@pytest.mark.parametrize(
    "head", [b"Host: [bad", b"X-Amz-Target: SageMaker.List\0Models", b"Transfer-Encoding: chunked"]
)
def test_requests_that_are_not_http_get_an_answer(service, head):
    address = urlsplit(service.endpoint_url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\nzz\r\n")
        answer = connection.recv(1000)
    assert answer.split()[1] in (b"400", b"403")


def test_processing_input_needs_a_local_path(sagemaker):
    inputs = [{"InputName": "in", "S3Input": {"S3Uri": "s3://bucket/in", "S3DataType": "S3Prefix"}}]
    with pytest.raises(ClientError, match="LocalPath of the processing input in is required"):
        sagemaker.create_processing_job(
            **{"ProcessingJobName": "no-path", **processing_arguments(), "ProcessingInputs": inputs}
        )
