"""Jobs through the API, without a pipeline."""

from __future__ import annotations

import itertools
import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import IMAGE, ROLE, processing_arguments, training_arguments


def wait_for(describe, status_member: str, *, among=("Completed", "Failed", "Stopped"), **request):
    deadline = time.time() + 10
    while True:
        described = describe(**request)
        if described[status_member] in among or time.time() > deadline:
            return described
        time.sleep(0.01)


def code_of(refused) -> str:
    return refused.value.response["Error"]["Code"]


# Processing.


def test_processing_job_has_times_and_message(sagemaker):
    arguments = processing_arguments(EXIT_MESSAGE="all well")
    arn = sagemaker.create_processing_job(ProcessingJobName="P1", **arguments)["ProcessingJobArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:processing-job/P1"
    job = wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P1")
    assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Completed", "all well")
    assert job["CreationTime"] <= job["ProcessingStartTime"] <= job["ProcessingEndTime"] <= job["LastModifiedTime"]
    assert job["AppSpecification"] == arguments["AppSpecification"]


def test_a_failed_processing_job_says_why(sagemaker):
    sagemaker.create_processing_job(ProcessingJobName="P2", **processing_arguments(FAIL="AlgorithmError: no"))
    job = wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P2")
    assert (job["ProcessingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: no")


def test_runner_defect_is_an_internal_error(sagemaker):
    sagemaker.create_processing_job(ProcessingJobName="P3", **processing_arguments(RAISE="oops"))
    job = wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P3")
    assert job["FailureReason"] == "InternalServerError: ZeroDivisionError: oops"


def test_duplicate_job_name_is_refused(sagemaker):
    sagemaker.create_processing_job(ProcessingJobName="P4", **processing_arguments())
    with pytest.raises(ClientError, match=r"with this name already exists \(arn:aws") as refused:
        sagemaker.create_processing_job(ProcessingJobName="P4", **processing_arguments())
    assert code_of(refused) == "ResourceInUse"


def test_stop_goes_through_stopping(sagemaker):
    sagemaker.create_processing_job(ProcessingJobName="P5", **processing_arguments(SECONDS="30"))
    sagemaker.stop_processing_job(ProcessingJobName="P5")
    job = wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P5")
    assert job["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match=r"The request was rejected because the .* job is in status Stopped"):
        sagemaker.stop_processing_job(ProcessingJobName="P5")


@pytest.mark.parametrize(
    ("operation", "member", "message"),
    [
        ("describe_processing_job", "ProcessingJobName", "Could not find requested job with name: nobody"),
        ("describe_training_job", "TrainingJobName", "Requested resource not found."),
        ("describe_transform_job", "TransformJobName", "Could not find requested job with name: nobody"),
        (
            "describe_hyper_parameter_tuning_job",
            "HyperParameterTuningJobName",
            "can't find a tuning job with the name nobody",
        ),
    ],
)
def test_a_job_that_is_not_there(sagemaker, operation, member, message):
    with pytest.raises(ClientError, match=message):
        getattr(sagemaker, operation)(**{member: "nobody"})


def test_listing_filters_sorts_and_pages(sagemaker):
    for number in range(3):
        sagemaker.create_processing_job(ProcessingJobName=f"Listed-{number}", **processing_arguments())
        wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName=f"Listed-{number}")

    def names(**request):
        answer = sagemaker.list_processing_jobs(NameContains="listed", **request)
        return [summary["ProcessingJobName"] for summary in answer["ProcessingJobSummaries"]]

    assert names() == ["Listed-2", "Listed-1", "Listed-0"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["Listed-0", "Listed-1", "Listed-2"]
    assert names(MaxResults=2) == ["Listed-2", "Listed-1"]
    assert names(StatusEquals="Failed") == []
    created = sagemaker.describe_processing_job(ProcessingJobName="Listed-1")["CreationTime"]
    assert names(CreationTimeAfter=created) == ["Listed-2", "Listed-1"]


def test_a_deleted_job_is_gone(sagemaker):
    sagemaker.create_processing_job(ProcessingJobName="P6", **processing_arguments())
    wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P6")
    sagemaker.delete_processing_job(ProcessingJobName="P6")
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.describe_processing_job(ProcessingJobName="P6")


def test_job_output_is_in_its_log(sagemaker, service, aws):
    sagemaker.create_processing_job(ProcessingJobName="P7", **processing_arguments())
    wait_for(sagemaker.describe_processing_job, "ProcessingJobStatus", ProcessingJobName="P7")
    logs = aws("logs", service)
    group = "/aws/sagemaker/ProcessingJobs"
    (stream,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="P7/")["logStreams"]
    assert stream["logStreamName"].startswith("P7/algo-1-")
    events = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    assert [event["message"] for event in events] == ["working as P7"]


# Training.


def test_training_job_secondary_statuses(sagemaker):
    sagemaker.create_training_job(TrainingJobName="T1", **training_arguments(objectives="[3.0, 2.0]"))
    job = wait_for(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName="T1")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    transitions = job["SecondaryStatusTransitions"]
    assert [each["Status"] for each in transitions] == ["Starting", "Downloading", "Training", "Completed"]
    for before, after in itertools.pairwise(transitions):
        assert before["StartTime"] <= before["EndTime"] == after["StartTime"]
    assert "EndTime" in transitions[-1]


def test_training_job_artifact_metrics_and_times(sagemaker, s3):
    sagemaker.create_training_job(TrainingJobName="T2", **training_arguments(objectives="[3.0, 2.0]"))
    job = wait_for(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName="T2")
    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert uri == "s3://bucket/models/T2/output/model.tar.gz"
    assert s3.get_object(Bucket="bucket", Key="models/T2/output/model.tar.gz")["Body"].read() == b"a model"
    (metric,) = job["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("validation:rmse", 2.0)
    assert job["TrainingTimeInSeconds"] >= 1
    assert job["HyperParameters"] == {"objectives": "[3.0, 2.0]"}


def test_stopped_training_job_secondary_status(sagemaker):
    sagemaker.create_training_job(TrainingJobName="T3", **training_arguments(SECONDS="30"))
    sagemaker.stop_training_job(TrainingJobName="T3")
    job = wait_for(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName="T3")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")


def test_waiters_of_boto3_see_the_end(sagemaker):
    sagemaker.create_training_job(TrainingJobName="T4", **training_arguments())
    waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName="T4", WaiterConfig={"Delay": 1, "MaxAttempts": 10})


# Transform.


def transform_request(model: str) -> dict:
    return {
        "ModelName": model,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }


def test_transform_of_missing_model_is_refused(sagemaker):
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/none"'):
        sagemaker.create_transform_job(TransformJobName="B1", **transform_request("none"))


def test_transform_of_a_model_data_source_is_refused(sagemaker):
    source = {"S3Uri": "s3://bucket/plain/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    container = {"Image": IMAGE, "ModelDataSource": {"S3DataSource": source}}
    sagemaker.create_model(ModelName="sourced", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    with pytest.raises(ClientError, match="Batch currently doesn't support Model entity with container definitions"):
        sagemaker.create_transform_job(TransformJobName="B3", **transform_request("sourced"))


def test_transform_job_runs_its_model(sagemaker, stand_ins):
    container = {"Image": IMAGE, "Environment": {"A": "1"}}
    sagemaker.create_model(ModelName="batch", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    sagemaker.create_transform_job(TransformJobName="B2", **transform_request("batch"))
    job = wait_for(sagemaker.describe_transform_job, "TransformJobStatus", TransformJobName="B2")
    assert job["TransformJobStatus"] == "Completed"
    assert job["TransformStartTime"] <= job["TransformEndTime"]
    assert any(request.get("PrimaryContainer") == container for request in stand_ins.requests)


# Models and tags.


def test_model_life_cycle(sagemaker, s3):
    s3.put_object(Bucket="bucket", Key="x/model.tar.gz", Body=b"m")
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/x/model.tar.gz"}
    request = {"ModelName": "M1", "ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    arn = sagemaker.create_model(**request)["ModelArn"]
    with pytest.raises(ClientError, match=f'Cannot create already existing model "{arn}"'):
        sagemaker.create_model(**request)
    assert sagemaker.describe_model(ModelName="M1")["PrimaryContainer"].items() >= container.items()
    assert [model["ModelName"] for model in sagemaker.list_models(NameContains="M1")["Models"]] == ["M1"]
    sagemaker.delete_model(ModelName="M1")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="M1")


def test_model_without_data_is_refused(sagemaker):
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/none/model.tar.gz"}
    with pytest.raises(ClientError, match=r"Could not find model data at s3://bucket/none/model\.tar\.gz"):
        sagemaker.create_model(ModelName="M2", ExecutionRoleArn=ROLE, PrimaryContainer=container)


def test_tags_can_be_changed(sagemaker):
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    request = {"ModelName": "M3", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}, "Tags": tags}
    arn = sagemaker.create_model(**request)["ModelArn"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    added = sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}, {"Key": "c", "Value": "4"}])
    assert {tag["Key"]: tag["Value"] for tag in added["Tags"]} == {"a": "3", "b": "2", "c": "4"}
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "b"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "c", "Value": "4"}]


def test_missing_resource_cannot_be_tagged(sagemaker):
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model/never-made"
    with pytest.raises(ClientError, match=r"ValidationException.*Could not find the resource .*model/never-made"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])


def test_fifty_tags_at_most(sagemaker):
    request = {"ModelName": "M4", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}}
    arn = sagemaker.create_model(**request)["ModelArn"]
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    sagemaker.add_tags(ResourceArn=arn, Tags=many)
    with pytest.raises(ClientError, match="at most 50 tags"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "one more", "Value": "v"}])


# Invalid requests that have a valid shape.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"InputDataConfig": [training_arguments()["InputDataConfig"][0]] * 2}, r"names of channels must be unique"),
        ({"ResourceConfig": {"VolumeSizeInGB": 30}}, "InstanceCount must be at least 1"),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
        (
            {"AlgorithmSpecification": {"AlgorithmName": "mine", "TrainingInputMode": "File"}},
            "AlgorithmSpecification.AlgorithmName mine is not supported",
        ),
    ],
)
def test_invalid_training_job_is_refused(sagemaker, change, message):
    with pytest.raises(ClientError, match=message) as refused:
        sagemaker.create_training_job(TrainingJobName="refused", **{**training_arguments(), **change})
    assert code_of(refused) == "ValidationException"


def test_spot_job_with_equal_limits(sagemaker):
    arguments = training_arguments()
    arguments["StoppingCondition"] |= {"MaxWaitTimeInSeconds": 3600}
    sagemaker.create_training_job(TrainingJobName="spot", **arguments, EnableManagedSpotTraining=True)
    assert sagemaker.describe_training_job(TrainingJobName="spot")["EnableManagedSpotTraining"] is True


def test_no_job_has_a_warm_pool(sagemaker):
    sagemaker.create_training_job(TrainingJobName="cold", **training_arguments())
    assert sagemaker.list_training_jobs(WarmPoolStatusEquals="Available")["TrainingJobSummaries"] == []
