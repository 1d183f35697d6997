"""The lineage of an execution's jobs and versions, as the SDK's lineage tables read it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.conformance.conftest import Execution, Pipelines
from tests.conformance.stand_ins import IMAGE, definition, get, processing, training

Rows = dict[str, list[tuple[str, str, str]]]


@pytest.fixture(scope="module")
def execution(pipelines: Pipelines) -> Execution:
    model = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    evaluate = processing("Evaluate", outputs={"report": "s3://bucket/report"})
    evaluate["Arguments"]["ProcessingInputs"] = [
        {
            "InputName": "model",
            "S3Input": {
                "S3Uri": model,
                "LocalPath": "/opt/ml/processing/model",
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }
    ]
    specification = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": model}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    arguments = {"ModelPackageGroupName": "lineage", "InferenceSpecification": specification}
    register = {"Name": "Register", "Type": "RegisterModel", "Arguments": arguments}
    return pipelines.run(definition(training("Train"), evaluate, register))


@pytest.fixture
def rows(sagemaker) -> Callable[[str], Rows]:
    """The inputs and the outputs of an entity, by the calls of the SDK's LineageTableVisualizer."""

    def of(arn: str) -> Rows:
        incoming = sagemaker.list_associations(DestinationArn=arn)["AssociationSummaries"]
        outgoing = sagemaker.list_associations(SourceArn=arn)["AssociationSummaries"]
        return {
            "in": [_row(sagemaker, each, "Source") for each in reversed(incoming)],
            "out": [_row(sagemaker, each, "Destination") for each in reversed(outgoing)],
        }

    return of


def _row(sagemaker, association, end: str) -> tuple[str, str, str]:
    name = association.get(f"{end}Name")
    if name is None:
        artifact = sagemaker.describe_artifact(ArtifactArn=association[f"{end}Arn"])
        name = artifact["Source"]["SourceUri"]
    return name, association[f"{end}Type"], association["AssociationType"]


def component_of(sagemaker, step: dict, word: str) -> str:
    listed = sagemaker.list_trial_components(SourceArn=step["Metadata"][word]["Arn"])
    (component,) = listed["TrialComponentSummaries"]
    return component["TrialComponentArn"]


def test_training_job_has_inputs_and_model(execution, sagemaker, rows):
    job = sagemaker.describe_training_job(
        TrainingJobName=execution.steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
    )
    found = rows(component_of(sagemaker, execution.steps["Train"], "TrainingJob"))
    assert sorted(found["in"]) == [(IMAGE, "Image", "ContributedTo"), ("s3://bucket/train", "DataSet", "ContributedTo")]
    assert found["out"] == [(job["ModelArtifacts"]["S3ModelArtifacts"], "Model", "Produced")]


def test_output_and_input_share_one_artifact(execution, sagemaker, rows):
    (made,) = rows(component_of(sagemaker, execution.steps["Train"], "TrainingJob"))["out"]
    found = rows(component_of(sagemaker, execution.steps["Evaluate"], "ProcessingJob"))
    assert (made[0], "Model", "ContributedTo") in found["in"]
    assert found["out"] == [("s3://bucket/report", "DataSet", "Produced")]


def test_version_has_approval_and_group(execution, sagemaker, rows):
    package = execution.steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    (artifact,) = sagemaker.list_artifacts(SourceUri=package)["ArtifactSummaries"]
    found = rows(artifact["ArtifactArn"])
    assert [kind for _, kind, _ in sorted(found["in"], key=lambda row: row[1])] == ["Approval", "Image", "Model"]
    ((context, kind, association),) = found["out"]
    assert (context.startswith("lineage-"), kind, association) == (True, "ModelGroup", "AssociatedWith")


def test_missing_artifact_is_not_found(sagemaker):
    arn = "arn:aws:sagemaker:us-east-1:123456789012:artifact/none"
    with pytest.raises(ClientError, match=f"ResourceNotFound.*Artifact '{arn}' does not exist"):
        sagemaker.describe_artifact(ArtifactArn=arn)
