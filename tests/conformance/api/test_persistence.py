"""State that survives a restart: records, objects, buckets with their configuration, logs."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager

import boto3
import pytest

from local_sagemaker.core.errors import AddressError, StateDirectoryError
from local_sagemaker.core.state_directory import RunningService, find_service
from local_sagemaker.lifetime import open_service
from tests.conformance.callbacks import TYPES, Inbox, callback, output, succeed
from tests.conformance.conftest import Execution, Pipelines
from tests.conformance.stand_ins import ROLE, StandIns, definition, processing, processing_arguments


@pytest.fixture
def opened(tmp_path, aws):
    """Opens the service on one state directory, again and again."""

    @contextmanager
    def open_it():
        with open_service(tmp_path / "state", runners=StandIns().runners) as service:
            yield service, lambda name: aws(name, service)

    return open_it


def test_objects_survive_a_restart(opened):
    with opened() as (_, client):
        s3 = client("s3")
        s3.create_bucket(Bucket="kept")
        s3.put_object(
            Bucket="kept",
            Key="a/ü b+c%20.txt",
            Body=b"content",
            Metadata={"under_score": "1"},
            ContentType="text/plain",
            Tagging="k=v",
            StorageClass="STANDARD_IA",
        )
        s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
        first = s3.put_object(Bucket="kept", Key="versioned", Body=b"1")["VersionId"]
        s3.put_object(Bucket="kept", Key="versioned", Body=b"2")
        s3.put_object(Bucket="kept", Key="gone", Body=b"x")
        s3.delete_object(Bucket="kept", Key="gone")
        before = s3.head_object(Bucket="kept", Key="a/ü b+c%20.txt")
    with opened() as (_, client):
        s3 = client("s3")
        after = s3.get_object(Bucket="kept", Key="a/ü b+c%20.txt")
        assert after["Body"].read() == b"content"
        for member in ("ETag", "LastModified", "ContentType", "Metadata", "StorageClass", "ContentLength"):
            assert after[member] == before[member]
        assert s3.get_object_tagging(Bucket="kept", Key="a/ü b+c%20.txt")["TagSet"] == [{"Key": "k", "Value": "v"}]
        assert s3.get_object(Bucket="kept", Key="versioned")["Body"].read() == b"2"
        assert s3.get_object(Bucket="kept", Key="versioned", VersionId=first)["Body"].read() == b"1"
        listed = [each["Key"] for each in s3.list_objects_v2(Bucket="kept")["Contents"]]
        assert listed == ["a/ü b+c%20.txt", "versioned"]
        assert [marker["Key"] for marker in s3.list_object_versions(Bucket="kept")["DeleteMarkers"]] == ["gone"]


def test_object_changes_survive_a_restart(opened):
    with opened() as (_, client):
        s3 = client("s3")
        s3.create_bucket(Bucket="kept")
        for number in range(4):
            s3.put_object(Bucket="kept", Key=f"k{number}", Body=b"old")
        s3.put_object(Bucket="kept", Key="k0", Body=b"new")
        s3.delete_object(Bucket="kept", Key="k1")
        s3.delete_objects(Bucket="kept", Delete={"Objects": [{"Key": "k2"}]})
        s3.copy_object(Bucket="kept", Key="copy", CopySource={"Bucket": "kept", "Key": "k3"})
        s3.create_bucket(Bucket="dropped")
        s3.delete_bucket(Bucket="dropped")
    with opened() as (service, client):
        s3 = client("s3")
        contents = {
            each["Key"]: s3.get_object(Bucket="kept", Key=each["Key"])["Body"].read()
            for each in s3.list_objects_v2(Bucket="kept")["Contents"]
        }
        assert contents == {"k0": b"new", "k3": b"old", "copy": b"old"}
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["kept"]
        files = [path for path in (service.core.directory / "objects").rglob("*") if path.is_file()]
        assert len(files) == 3


def test_a_multipart_upload_is_one_object(opened):
    part = b"p" * (5 * 1024 * 1024)
    with opened() as (_, client):
        s3 = client("s3")
        s3.create_bucket(Bucket="kept")
        upload = s3.create_multipart_upload(Bucket="kept", Key="big", Metadata={"a": "1"})["UploadId"]
        common = {"Bucket": "kept", "Key": "big", "UploadId": upload}
        etags = [s3.upload_part(PartNumber=number, Body=part, **common)["ETag"] for number in (1, 2)]
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
        etag = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **common)["ETag"]
    with opened() as (_, client):
        answer = client("s3").get_object(Bucket="kept", Key="big", Range="bytes=0-9")
        assert (answer["ETag"], answer["Metadata"], answer["Body"].read()) == (etag, {"a": "1"}, b"p" * 10)
        assert client("s3").head_object(Bucket="kept", Key="big")["ContentLength"] == len(part) * 2


def test_bucket_configuration_survives_a_restart(opened):
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    with opened() as (_, client):
        s3 = client("s3")
        s3.create_bucket(Bucket="kept")
        s3.put_bucket_tagging(Bucket="kept", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
        s3.put_bucket_policy(Bucket="kept", Policy=policy)
        s3.put_bucket_cors(
            Bucket="kept", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
        )
        s3.delete_bucket_cors(Bucket="kept")
        created = s3.list_buckets()["Buckets"][0]["CreationDate"]
    with opened() as (_, client):
        s3 = client("s3")
        assert s3.get_bucket_tagging(Bucket="kept")["TagSet"] == [{"Key": "k", "Value": "v"}]
        assert json.loads(s3.get_bucket_policy(Bucket="kept")["Policy"]) == json.loads(policy)
        with pytest.raises(s3.exceptions.ClientError, match="NoSuchCORSConfiguration"):
            s3.get_bucket_cors(Bucket="kept")
        assert s3.list_buckets()["Buckets"][0]["CreationDate"] == created


def test_records_and_logs_survive_a_restart(opened):
    with opened() as (service, client):
        sagemaker = client("sagemaker")
        sagemaker.create_pipeline(
            PipelineName="kept",
            PipelineDefinition=definition(processing("Step")),
            RoleArn=ROLE,
            Tags=[{"Key": "k", "Value": "v"}],
        )
        arn = sagemaker.start_pipeline_execution(PipelineName="kept")["PipelineExecutionArn"]
        service.executions.wait(arn)
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    with opened() as (_, client):
        sagemaker = client("sagemaker")
        pipeline = sagemaker.describe_pipeline(PipelineName="kept")
        assert json.loads(pipeline["PipelineDefinition"])["Steps"][0]["Name"] == "Step"
        assert sagemaker.list_tags(ResourceArn=pipeline["PipelineArn"])["Tags"] == [{"Key": "k", "Value": "v"}]
        again = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        assert again == steps
        job = steps[0]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[1]
        assert sagemaker.describe_processing_job(ProcessingJobName=job)["ProcessingJobStatus"] == "Completed"
        events = client("logs").filter_log_events(logGroupName="/aws/sagemaker/ProcessingJobs")["events"]
        assert [event["message"] for event in events] == [f"working as {job}"]


def test_interrupted_work_never_succeeds(opened):
    with opened() as (_, client):
        sagemaker = client("sagemaker")
        sagemaker.create_pipeline(
            PipelineName="cut", PipelineDefinition=definition(processing("Slow", SECONDS="60")), RoleArn=ROLE
        )
        arn = sagemaker.start_pipeline_execution(PipelineName="cut")["PipelineExecutionArn"]
        sagemaker.create_processing_job(ProcessingJobName="alone", **processing_arguments(SECONDS="60"))
        time.sleep(0.1)
    with opened() as (_, client):
        sagemaker = client("sagemaker")
        assert sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Failed"
        (step,) = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
        assert step["StepStatus"] == "Failed"
        assert "local SageMaker ended" in step["FailureReason"]
        job = sagemaker.describe_processing_job(ProcessingJobName="alone")
        assert job["ProcessingJobStatus"] == "Stopped"
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="r" * 32)


def test_scaling_survives_until_deregistered(opened):
    def resource(name):
        dimension = "sagemaker:variant:DesiredInstanceCount"
        return {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{name}/variant/v",
            "ScalableDimension": dimension,
        }

    policy = {"PolicyName": "busy", "PolicyType": "TargetTrackingScaling"}
    with opened() as (_, client):
        scaling = client("application-autoscaling")
        for name in ("a", "b", "c"):
            scaling.register_scalable_target(**resource(name), MinCapacity=1, MaxCapacity=2)
            scaling.put_scaling_policy(
                **resource(name), **policy, TargetTrackingScalingPolicyConfiguration={"TargetValue": 10.0}
            )
        scaling.register_scalable_target(**resource("a"), MinCapacity=2, MaxCapacity=5)
    with opened() as (_, client):
        scaling = client("application-autoscaling")
        scaling.deregister_scalable_target(**resource("b"))
        scaling.delete_scaling_policy(**resource("c"), PolicyName="busy")
    with opened() as (_, client):
        scaling = client("application-autoscaling")
        targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
        assert [(each["ResourceId"], each["MinCapacity"], each["MaxCapacity"]) for each in targets] == [
            ("endpoint/a/variant/v", 2, 5),
            ("endpoint/c/variant/v", 1, 2),
        ]
        (kept,) = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
        assert kept["ResourceId"] == "endpoint/a/variant/v"
        assert kept["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 10.0


def test_late_starts_fail_on_close(opened):
    text = json.dumps({"Version": "2020-12-01", "Steps": [{"Name": "F", "Type": "Fail", "Arguments": {}}]})
    with opened() as (service, client):
        sagemaker = client("sagemaker")
        sagemaker.create_pipeline(
            PipelineName="late", PipelineDefinition=text, RoleArn=ROLE, ClientRequestToken="t" * 32
        )
        service.executions.close()
        arn = sagemaker.start_pipeline_execution(PipelineName="late")["PipelineExecutionArn"]
        service.executions.wait(arn)
        ran = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        assert ran["PipelineExecutionStatus"] == "Executing"
    with opened() as (_, client):
        found = client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
        assert found["PipelineExecutionStatus"] == "Failed"


def test_endpoint_survives_a_restart(opened):
    with opened() as (_, client):
        sagemaker = client("sagemaker")
        sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "stand-in:1"})
        variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="e", WaiterConfig={"Delay": 1, "MaxAttempts": 5})
    with opened() as (_, client):
        assert client("sagemaker").describe_endpoint(EndpointName="e")["EndpointStatus"] == "InService"
        answer = client("sagemaker-runtime").invoke_endpoint(EndpointName="e", Body=b"1")
        assert answer["InvokedProductionVariant"] == "v"


def test_opening_reads_no_objects(tmp_path):
    runners = StandIns().runners
    with open_service(tmp_path / "state", runners=runners) as service:
        service.core.objects.create_bucket("many")
        with service.core.store.transaction():
            for number in range(3000):
                service.core.objects.write(f"s3://many/k{number:04}", b"x")
    for path in (tmp_path / "state" / "objects").glob("*/*"):
        path.chmod(0)
    begin = time.process_time()  # this machine may be busy with other things
    with open_service(tmp_path / "state", runners=runners) as service:
        assert sum(1 for _ in service.core.objects.list("s3://many/")) == 3000
    assert time.process_time() - begin < 2


def test_unused_files_are_deleted(opened):
    with opened() as (service, _):
        stray = service.core.directory / "objects" / "ab" / "abcdef.partial"
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"half")
    with opened():
        assert not stray.exists()


def test_second_opening_shares_the_service(tmp_path, aws):
    runners = StandIns().runners
    with open_service(tmp_path / "state", runners=runners) as first:
        with open_service(tmp_path / "state", runners=runners) as second:
            assert isinstance(second, RunningService)
            assert second.endpoint_url == first.endpoint_url
            assert second.environment == first.environment
            assert (second.account_id, second.role_arn) == (first.account_id, first.role_arn)
        assert aws("sts", first).get_caller_identity()["Account"] == first.account_id


def test_patient_service_waits_for_users(tmp_path, aws):
    state, runners = tmp_path / "state", StandIns().runners
    used, ended = threading.Event(), threading.Event()

    def own() -> None:
        with open_service(state, runners=runners, patient=True):
            used.wait()
        ended.set()

    owner = threading.Thread(target=own)
    owner.start()
    while find_service(state) is None:  # it may be just starting
        time.sleep(0.01)
    with open_service(state, runners=runners) as user:
        assert isinstance(user, RunningService)
        used.set()
        assert not ended.wait(0.5)
        assert aws("sts", user).get_caller_identity()["Account"] == user.account_id
    owner.join()
    with open_service(state, runners=runners) as service:
        assert service.in_process


def test_second_directory_in_process_is_refused(tmp_path):
    runners = StandIns().runners
    with (
        open_service(tmp_path / "one", runners=runners),
        pytest.raises(StateDirectoryError, match="already runs a service on another"),
        open_service(tmp_path / "two", runners=runners),
    ):
        pass


def test_state_directory_keeps_its_region(tmp_path, aws):
    runners = StandIns().runners
    with open_service(tmp_path / "state", region="eu-west-1", runners=runners) as service:
        assert service.role_arn.startswith("arn:aws:iam::")
        assert service.environment["AWS_REGION"] == "eu-west-1"
        s3 = aws("s3", service)
        s3.create_bucket(Bucket="european", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        sagemaker = aws("sagemaker", service)
        model = sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "stand-in:1"})
        assert model["ModelArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:model/m"
    with (
        pytest.raises(StateDirectoryError, match="is for the region eu-west-1"),
        open_service(tmp_path / "state", runners=runners),
    ):
        pass


def test_file_as_state_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateDirectoryError, match="cannot be created"), open_service(tmp_path / "file"):
        pass


def test_records_that_are_none_are_refused(tmp_path):
    (tmp_path / "records.sqlite").write_bytes(b"no database" * 1000)
    with (
        pytest.raises(StateDirectoryError, match=r"records\.sqlite cannot be opened: file is not a database"),
        open_service(tmp_path, runners=StandIns().runners),
    ):
        pass


def test_used_port_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(AddressError, match=f"Port {port} is not available: Address already in use"),
            open_service(tmp_path / "state", port=port, runners=StandIns().runners),
        ):
            pass


def test_environment_configures_any_client(tmp_path, monkeypatch):
    with open_service(tmp_path / "state", runners=StandIns().runners) as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        assert boto3.Session().client("sagemaker").list_models()["Models"] == []


@pytest.mark.parametrize("stopped", [False, True])
def test_callback_keeps_waiting_over_a_restart(opened, stopped):
    steps = [
        callback("Ask", "", TYPES),
        processing("Use", TEXT=output("Ask", "text")),
        processing("Slow", SECONDS="60"),
    ]
    with opened() as (service, client):
        inbox = Inbox(client("sqs"), "inbox")
        steps[0]["SqsQueueUrl"] = inbox.url
        pipelines = Pipelines(service, client("sagemaker"))
        execution = pipelines.start(pipelines.create(definition(*steps[: 2 if stopped else 3])))
        token = inbox.next()["token"]
        if stopped:
            client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=execution.arn)
            inbox.next()
        else:
            while execution.statuses.get("Slow") != "Executing":
                time.sleep(0.01)
    with opened() as (service, client):
        execution = Execution(service, client("sagemaker"), execution.arn)
        assert execution.status == ("Stopping" if stopped else "Executing")
        succeed(client("sagemaker"), token, text="after")
        execution.wait()
        if stopped:
            assert (execution.status, execution.statuses) == ("Stopped", {"Ask": "Succeeded"})
        else:
            assert execution.statuses == {"Ask": "Succeeded", "Use": "Succeeded", "Slow": "Failed"}
            assert execution.status == "Failed"
            assert execution.job("Use")["Environment"] == {"TEXT": "after"}


def test_the_key_is_kept_and_private(tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    with open_service(state, runners=StandIns().runners) as service:
        first = service.environment
        assert first["AWS_ACCESS_KEY_ID"] in (state / "service.json").read_text()
        assert [oct(path.stat().st_mode & 0o777) for path in (state, state / "service.json")] == ["0o700", "0o600"]
    with open_service(state, runners=StandIns().runners) as service:
        assert service.environment["AWS_SECRET_ACCESS_KEY"] == first["AWS_SECRET_ACCESS_KEY"]
    with open_service(tmp_path / "other", runners=StandIns().runners) as service:
        assert service.environment["AWS_SECRET_ACCESS_KEY"] != first["AWS_SECRET_ACCESS_KEY"]
