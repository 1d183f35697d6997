"""The registered model that a command uses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local_sagemaker import open_service
from pipelines.errors import BadInput, PipelineError
from pipelines.models.registry import approve, describe_model, find_model, read_metadata
from pipelines.settings.fields import Settings

SCHEMA = b'{"format_version": 2, "features": []}'
EVALUATION = {"best": {"algorithm": "xgboost"}, "candidates": {"xgboost": {"cut_off": 0.4}}}
METADATA = {
    "task": "classification",
    "algorithm": "xgboost",
    "evaluation": "s3://bucket/evaluation",
    "schema_sha256": hashlib.sha256(SCHEMA).hexdigest(),
    "preprocessing_code": "s3://bucket/code/0123/",
}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    with open_service(tmp_path_factory.mktemp("state"), isolation="process") as service:
        session = boto3.Session()
        s3 = session.client("s3", **service.client_arguments)
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="evaluation/schema.json", Body=SCHEMA)
        s3.put_object(Bucket="bucket", Key="evaluation/evaluation.json", Body=json.dumps(EVALUATION))
        yield session.client("sagemaker", **service.client_arguments), s3


def register(sagemaker: Any, group: str, status: str = "PendingManualApproval", **metadata: str) -> str:
    if group not in str(sagemaker.list_model_package_groups()):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
    containers = [{"Image": "image:1", "ModelDataUrl": "s3://bucket/model.tar.gz"}]
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={"Containers": containers, "SupportedContentTypes": ["text/csv"]},
        ModelApprovalStatus=status,
        CustomerMetadataProperties={**METADATA, **metadata},
    )["ModelPackageArn"]


def test_without_an_approved_version_the_newest_is_served(clients, caplog):
    sagemaker, _ = clients
    register(sagemaker, "Newest-classification")
    newest = register(sagemaker, "Newest-classification")
    register(sagemaker, "Newest-classification", "Rejected")
    with caplog.at_level("INFO"):
        model = find_model(sagemaker, Settings(pipeline_name="Newest"), task="classification")
    assert caplog.messages == [
        "Model: Newest-classification/2, the newest that passed the gate, because no version is approved."
    ]
    assert (model.arn, model.version, model.title) == (newest, 2, "Newest-classification/2")
    assert (model.task, model.algorithm, model.approved) == ("classification", "xgboost", False)
    assert (model.image, model.model_data) == ("image:1", "s3://bucket/model.tar.gz")
    assert (model.evaluation_uri, model.code_uri) == ("s3://bucket/evaluation", "s3://bucket/code/0123")


@pytest.mark.parametrize("approved", [True, False])
def test_the_newest_approved_version_is_served_before_newer_ones(clients, caplog, approved):
    sagemaker, name = clients[0], f"Approved{approved}"
    register(sagemaker, f"{name}-classification", "Approved")
    wanted = register(sagemaker, f"{name}-classification", "Approved")
    register(sagemaker, f"{name}-classification")
    with caplog.at_level("INFO"):
        model = find_model(sagemaker, Settings(pipeline_name=name), task="classification", approved=approved)
    assert model.arn == wanted
    assert caplog.messages == [
        f"Model: {name}-classification/2, the newest approved version; version 3 is newer, but PendingManualApproval."
    ]


def test_rejected_versions_are_served_by_name_only(clients):
    sagemaker, _ = clients
    arn = register(sagemaker, "Rejected-classification", "Rejected")
    with pytest.raises(BadInput, match=r"No version of Rejected-classification .* newest is .*/1, Rej"):
        find_model(sagemaker, Settings(pipeline_name="Rejected"), task="classification")
    assert find_model(sagemaker, Settings(pipeline_name="Rejected"), package=arn).approval_status == "Rejected"


def test_where_nothing_is_approved_the_newest_version_is_named(clients):
    sagemaker, _ = clients
    newest = register(sagemaker, "Pending-classification")
    with pytest.raises(BadInput, match=r"No version of Pending-classification is approved; the newest is .*/1, Pend"):
        find_model(sagemaker, Settings(pipeline_name="Pending"), task="classification", approved=True)
    model = approve(sagemaker, describe_model(sagemaker, newest), "looked at")
    assert model.approved
    assert find_model(sagemaker, Settings(pipeline_name="Pending"), task="classification", approved=True).arn == newest


def test_a_missing_group_is_reported_with_the_command(clients):
    with pytest.raises(BadInput, match="There is no model package group Nothing-regression with a version in it"):
        find_model(clients[0], Settings(pipeline_name="Nothing"))


def test_version_is_found_by_name_and_task(clients):
    sagemaker, _ = clients
    arn = register(sagemaker, "Named-classification")
    assert find_model(sagemaker, Settings(pipeline_name="Other"), package=arn).arn == arn
    with pytest.raises(BadInput, match="Named-classification/1 is a model for classification, but --task is reg"):
        find_model(sagemaker, Settings(pipeline_name="Other"), package=arn, task="regression")
    with pytest.raises(BadInput, match=r"There is no model package .*/7"):
        find_model(sagemaker, Settings(pipeline_name="Other"), package=f"{arn[:-1]}7")


def test_a_version_of_somebody_else_is_refused(clients):
    sagemaker, _ = clients
    sagemaker.create_model_package_group(ModelPackageGroupName="Foreign-regression")
    sagemaker.create_model_package(
        ModelPackageGroupName="Foreign-regression",
        InferenceSpecification={"Containers": [{"Image": "i"}], "SupportedContentTypes": ["text/csv"]},
    )
    with pytest.raises(BadInput, match="so another pipeline registered it"):
        find_model(sagemaker, Settings(pipeline_name="Foreign"))


def test_what_came_with_a_model_is_read_and_checked(clients):
    sagemaker, s3 = clients
    model = describe_model(sagemaker, register(sagemaker, "Known-classification"))
    metadata = read_metadata(s3, model)
    assert metadata.schema["format_version"] == 2
    assert metadata.schema_text == SCHEMA
    assert metadata.cut_off == 0.4
    other = describe_model(sagemaker, register(sagemaker, "Known-classification", schema_sha256="0" * 64))
    with pytest.raises(PipelineError, match="is not the schema that Known-classification/2 was registered with"):
        read_metadata(s3, other)
    gone = describe_model(sagemaker, register(sagemaker, "Known-classification", evaluation="s3://bucket/gone"))
    with pytest.raises(PipelineError, match=r"s3://bucket/gone/schema.json, the metadata of Known-classification/3"):
        read_metadata(s3, gone)
