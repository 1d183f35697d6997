"""A pipeline of the kind that AWS's samples show, in real containers: every step works on what others made."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator

import pytest

from local_sagemaker.api.service import Service
from local_sagemaker.lifetime import open_service
from tests.conformance.conftest import Execution, Pipelines
from tests.conformance.pipelines import abalone

FIRST = ["Preprocess", "Train", "Evaluate", "Gate"]
PROMOTED = ["Register-RepackModel-0", "Register-RegisterModel", "Create-CreateModel", "Transform"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Here with the real containers."""
    with open_service(tmp_path_factory.mktemp("state")) as opened:
        assert isinstance(opened, Service)
        opened.core.objects.create_bucket("bucket")
        for key, content in abalone.files().items():
            opened.core.objects.write(f"s3://bucket/{key}", content)
        yield opened


@pytest.fixture(scope="module")
def promoted(pipelines: Pipelines) -> Execution:
    execution = pipelines.run(abalone.definition_text(), {"ModelApprovalStatus": "Approved"})
    assert execution.status == "Succeeded", execution.steps
    return execution


def test_good_branch_runs_completely(promoted):
    assert sorted(promoted.statuses) == sorted(FIRST + PROMOTED)
    assert set(promoted.statuses.values()) == {"Succeeded"}


def test_model_has_its_inference_code(promoted, sagemaker, s3):
    name = promoted.steps["Register-RepackModel-0"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
    uri = sagemaker.describe_training_job(TrainingJobName=name)["ModelArtifacts"]["S3ModelArtifacts"]
    content = s3.get_object(Bucket="bucket", Key=uri.removeprefix("s3://bucket/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert {"code/inference.py", "xgboost-model"} <= set(archive.getnames())


@pytest.fixture(scope="module")
def endpoint(promoted, sagemaker) -> str:
    """An endpoint of the approved version, with a second configuration beside the one that it has."""
    (version,) = sagemaker.list_model_packages(ModelPackageGroupName="Abalone", ModelApprovalStatus="Approved")[
        "ModelPackageSummaryList"
    ]
    arn = version["ModelPackageArn"]
    assert arn == promoted.steps["Register-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
    sagemaker.create_model(
        ModelName="approved", ExecutionRoleArn=abalone.ROLE, PrimaryContainer={"ModelPackageName": arn}
    )
    for name in ("blue", "green"):
        variant = {"VariantName": name, "ModelName": "approved", "InstanceType": "ml.m5.large"}
        sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": 1}]
        )
    sagemaker.create_endpoint(EndpointName="approved", EndpointConfigName="blue")
    in_service(sagemaker, "approved")
    return "approved"


def in_service(sagemaker, name: str) -> None:
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})


def invoke(runtime, name: str) -> str:
    """The variant that answered, with a number."""
    answer = runtime.invoke_endpoint(EndpointName=name, Body=b"0.1,0.2,1,0,0", ContentType="text/csv")
    assert float(answer["Body"].read().strip(b"[]\n")) > 0
    return answer["InvokedProductionVariant"]


def test_update_drops_no_request(endpoint, sagemaker, aws, service):
    runtime = aws("sagemaker-runtime", service)
    answered: list[str] = []
    failed: list[Exception] = []
    over = threading.Event()

    def keep_invoking() -> None:
        while not over.is_set():
            try:
                answered.append(invoke(runtime, endpoint))
            except Exception as error:  # noqa: BLE001 - whatever a client would see
                failed.append(error)

    clients = [threading.Thread(target=keep_invoking) for _ in range(3)]
    for client in clients:
        client.start()
    for name in ("green", "blue", "green"):
        sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)
        in_service(sagemaker, endpoint)
    over.set()
    for client in clients:
        client.join()
    assert failed == []
    assert set(answered) == {"blue", "green"}
    assert invoke(runtime, endpoint) == "green"


def test_each_prediction_stands_beside_its_label(promoted, s3):
    prefix = f"abalone/predictions/{promoted.arn.rsplit('/', 1)[1]}/"
    (file,) = s3.list_objects_v2(Bucket="bucket", Prefix=prefix)["Contents"]
    assert file["Key"] == f"{prefix}test.csv.out"
    lines = s3.get_object(Bucket="bucket", Key=file["Key"])["Body"].read().decode().split()
    pairs = [tuple(float(cell) for cell in line.split(",")) for line in lines]
    assert len(pairs) == 60
    assert sum((label - predicted) ** 2 for label, predicted in pairs) / 60 < 6.0


def test_training_job_has_built_in_metrics(promoted, sagemaker):
    name = promoted.steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
    metrics = sagemaker.describe_training_job(TrainingJobName=name)["FinalMetricDataList"]
    assert {metric["MetricName"] for metric in metrics} == {"train:rmse", "validation:rmse"}


def test_bad_model_fails_the_execution(pipelines):
    execution = pipelines.run(abalone.definition_text(), {"MseThreshold": "0.001"})
    assert execution.status == "Failed"
    assert list(execution.steps) == [*FIRST, "TooBad"]
    assert execution.steps["TooBad"]["FailureReason"] == "The error is above 0.001"


def test_selection_reuses_the_trained_model(pipelines, promoted, sagemaker):
    name = promoted.describe()["PipelineArn"].rsplit("/", 1)[1]
    config = {"SelectedSteps": [{"StepName": "Evaluate"}], "SourcePipelineExecutionArn": promoted.arn}
    again = pipelines.start(name, SelectiveExecutionConfig=config).wait()
    assert again.status == "Succeeded"
    assert again.steps["Train"]["Metadata"] == promoted.steps["Train"]["Metadata"]
    assert again.steps["Evaluate"]["Metadata"] != promoted.steps["Evaluate"]["Metadata"]
    assert "Gate" not in again.steps
