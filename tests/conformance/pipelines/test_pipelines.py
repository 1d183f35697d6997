"""Pipelines and the start of their executions: names, versions, parameters, idempotence."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import ROLE, definition, fail, get, join, processing

ONE = definition(processing("A"))
PARAMETERS = [
    {"Name": "Text", "Type": "String", "DefaultValue": "a"},
    {"Name": "Count", "Type": "Integer", "DefaultValue": 1},
    {"Name": "Share", "Type": "Float", "DefaultValue": 0.5},
    {"Name": "Flag", "Type": "Boolean", "DefaultValue": False},
    {"Name": "Kind", "Type": "String", "DefaultValue": "x", "EnumValues": ["x", "y"]},
]
PARAMETRIZED = definition(
    processing("A", **{each["Name"]: join("", get(f"Parameters.{each['Name']}")) for each in PARAMETERS}),
    parameters=PARAMETERS,
)


def test_description_equals_the_request(sagemaker):
    answer = sagemaker.create_pipeline(
        PipelineName="Described",
        PipelineDisplayName="Shown",
        PipelineDescription="Described",
        PipelineDefinition=ONE,
        RoleArn=ROLE,
        ParallelismConfiguration={"MaxParallelExecutionSteps": 2},
    )
    pipeline = sagemaker.describe_pipeline(PipelineName="Described")
    assert pipeline["PipelineArn"] == answer["PipelineArn"]
    assert answer["PipelineArn"] == "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Described"
    assert pipeline["PipelineDefinition"] == ONE
    assert (pipeline["PipelineDisplayName"], pipeline["PipelineDescription"]) == ("Shown", "Described")
    assert (pipeline["PipelineStatus"], pipeline["RoleArn"]) == ("Active", ROLE)
    assert pipeline["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}
    assert "LastRunTime" not in pipeline
    assert sagemaker.describe_pipeline(PipelineName=answer["PipelineArn"])["PipelineName"] == "Described"


def test_duplicate_name_message_for_sdk_upsert(pipelines):
    name = pipelines.create(ONE)
    with pytest.raises(ClientError, match="Pipeline names must be unique within an AWS account and region") as refused:
        pipelines.create(ONE, name)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_create_with_same_token_is_idempotent(sagemaker):
    request = {"PipelineName": "Twice", "PipelineDefinition": ONE, "RoleArn": ROLE, "ClientRequestToken": "c" * 32}
    assert sagemaker.create_pipeline(**request)["PipelineArn"] == sagemaker.create_pipeline(**request)["PipelineArn"]


def test_update_makes_a_new_version(pipelines, sagemaker):
    name = pipelines.create(ONE)
    execution = pipelines.start(name).wait()
    two = definition(processing("B"))
    answer = sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=two, PipelineDescription="new")
    assert answer["PipelineVersionId"] == 2
    described = sagemaker.describe_pipeline(PipelineName=name)
    assert (described["PipelineDefinition"], described["PipelineDescription"]) == (two, "new")
    versions = sagemaker.list_pipeline_versions(PipelineName=name)["PipelineVersionSummaries"]
    assert [version["PipelineVersionId"] for version in versions] == [2, 1]
    second, first = pipelines.start(name).wait(), pipelines.start(name, PipelineVersionId=1).wait()
    assert (second.statuses, second.describe()["PipelineVersionId"]) == ({"B": "Succeeded"}, 2)
    assert (first.statuses, first.describe()["PipelineVersionId"]) == ({"A": "Succeeded"}, 1)
    stored = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=execution.arn)
    assert stored["PipelineDefinition"] == ONE


def test_a_pipeline_that_is_not_there(sagemaker):
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Nobody"
    for call in ("describe_pipeline", "update_pipeline", "delete_pipeline", "start_pipeline_execution"):
        with pytest.raises(ClientError, match=f"Pipeline '{arn}' does not exist") as refused:
            getattr(sagemaker, call)(PipelineName="Nobody")
        assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_deletion_includes_executions(pipelines, sagemaker):
    name = pipelines.create(ONE)
    execution = pipelines.start(name).wait()
    sagemaker.delete_pipeline(PipelineName=name)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_pipeline(PipelineName=name)
    with pytest.raises(ClientError, match="does not exist"):
        execution.describe()


def test_running_pipeline_cannot_be_deleted(pipelines, sagemaker):
    name = pipelines.create(definition(processing("Slow", SECONDS="20")))
    execution = pipelines.start(name)
    with pytest.raises(ClientError, match="while an execution of it is running") as refused:
        sagemaker.delete_pipeline(PipelineName=name)
    assert refused.value.response["Error"]["Code"] == "ConflictException"
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    execution.wait()


def test_pipelines_are_listed_by_prefix(pipelines, sagemaker):
    for name in ("Listed-a", "Listed-b", "Unlisted"):
        pipelines.create(ONE, name)
    pipelines.start("Listed-a").wait()

    def names(**request):
        answer = sagemaker.list_pipelines(PipelineNamePrefix="Listed", **request)
        return [summary["PipelineName"] for summary in answer["PipelineSummaries"]]

    assert names() == ["Listed-b", "Listed-a"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["Listed-a", "Listed-b"]
    summaries = sagemaker.list_pipelines(PipelineNamePrefix="Listed-a")["PipelineSummaries"]
    assert "LastExecutionTime" in summaries[0]


def test_executions_are_listed_newest_first(pipelines, sagemaker):
    name = pipelines.create(definition(processing("A", FAIL="AlgorithmError: list")))
    first, second = pipelines.start(name).wait(), pipelines.start(name, PipelineExecutionDisplayName="mine").wait()
    listed = sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert [each["PipelineExecutionArn"] for each in listed] == [second.arn, first.arn]
    assert listed[0]["PipelineExecutionDisplayName"] == "mine"
    assert listed[1]["PipelineExecutionDisplayName"].startswith("execution-")
    assert listed[0]["PipelineExecutionFailureReason"] == "Step failure: One or multiple steps failed."


def test_execution_can_be_renamed(pipelines, sagemaker):
    execution = pipelines.run(ONE, PipelineExecutionDescription="first")
    sagemaker.update_pipeline_execution(
        PipelineExecutionArn=execution.arn,
        PipelineExecutionDescription="second",
        PipelineExecutionDisplayName="renamed",
    )
    described = execution.describe()
    assert described["PipelineExecutionDescription"] == "second"
    assert described["PipelineExecutionDisplayName"] == "renamed"
    assert described["CreationTime"] <= described["LastModifiedTime"]


def test_start_with_same_token_is_idempotent(pipelines):
    name = pipelines.create(ONE)
    first = pipelines.start(name, ClientRequestToken="s" * 32)
    assert pipelines.start(name, ClientRequestToken="s" * 32).arn == first.arn
    assert pipelines.start(name, ClientRequestToken="t" * 32).arn != first.arn
    first.wait()


def test_concurrent_starts_are_idempotent(pipelines, sagemaker):
    name = pipelines.create(ONE)

    def start(_: int) -> str:
        answer = sagemaker.start_pipeline_execution(PipelineName=name, ClientRequestToken="o" * 32)
        return answer["PipelineExecutionArn"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(16)))) == 1


def test_parameters_are_listed_with_their_defaults(pipelines, sagemaker):
    execution = pipelines.run(PARAMETRIZED, {"Count": "5", "Flag": "true"})
    listed = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=execution.arn)
    values = {each["Name"]: each["Value"] for each in listed["PipelineParameters"]}
    assert values == {"Text": "a", "Count": "5", "Share": "0.5", "Flag": "true", "Kind": "x"}
    assert execution.job("A")["Environment"] == values


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Txet": "b"}, r"no parameter \[Txet\]\. Did you mean \[Text\]"),
        ({"Count": "many"}, r"\[Count\] is of type Integer, which 'many' is not"),
        ({"Count": "1.5"}, "is of type Integer"),
        ({"Share": "half"}, "is of type Float"),
        ({"Count": "1_000"}, "is of type Integer"),
        ({"Share": "NaN"}, "is of type Float"),
        ({"Flag": "perhaps"}, "is of type Boolean"),
        ({"Kind": "z"}, r"\[Kind\] must be one of \['x', 'y'\]"),
        ({"Text": ""}, "is too short"),
        ({"Text": "a" * 1025}, "Member must have length less than or equal to 1024"),
    ],
)
def test_invalid_parameters_are_refused(pipelines, given, message):
    name = pipelines.create(PARAMETRIZED)
    with pytest.raises(ClientError, match=message) as refused:
        pipelines.start(name, given)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_default_parameter_type_is_string(pipelines):
    described = definition(fail("Described", get("Parameters.Untyped")), parameters=[{"Name": "Untyped"}])
    assert pipelines.run(described, {"Untyped": "007"}).steps["Described"]["FailureReason"] == "007"


def test_parameter_without_value_is_refused(pipelines):
    text = definition(processing("A", X=get("Parameters.P")), parameters=[{"Name": "P", "Type": "String"}])
    with pytest.raises(ClientError, match=r"\[P\] has no default value"):
        pipelines.start(pipelines.create(text))


def test_two_hundred_parameters_at_most(pipelines):
    with pytest.raises(ClientError, match="Member must have length less than or equal to 200"):
        pipelines.start(pipelines.create(ONE), {f"P{number}": "1" for number in range(201)})


def test_sdk_v2_definition_runs(pipelines, s3):
    """As SDK 2.x writes it: metadata, an experiment, null members, parameters everywhere, a JsonGet condition."""
    text = json.dumps(
        {
            "Version": "2020-12-01",
            "Metadata": {},
            "Parameters": [
                {"Name": "ProcessingInstanceCount", "Type": "Integer", "DefaultValue": 1},
                {"Name": "ModelApprovalStatus", "Type": "String", "DefaultValue": "PendingManualApproval"},
                {"Name": "MseThreshold", "Type": "Float", "DefaultValue": 6.0},
            ],
            "PipelineExperimentConfig": {
                "ExperimentName": {"Get": "Execution.PipelineName"},
                "TrialName": {"Get": "Execution.PipelineExecutionId"},
            },
            "Steps": [
                {
                    "Name": "AbaloneEval",
                    "Type": "Processing",
                    "Arguments": {
                        "ProcessingResources": {
                            "ClusterConfig": {
                                "InstanceType": "ml.m5.xlarge",
                                "InstanceCount": {"Get": "Parameters.ProcessingInstanceCount"},
                                "VolumeSizeInGB": 30,
                            }
                        },
                        "AppSpecification": {
                            "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1",
                            "ContainerArguments": ["--input", {"Std:Join": {"On": "/", "Values": ["a", "b"]}}],
                            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/evaluation.py"],
                        },
                        "RoleArn": ROLE,
                        "ProcessingInputs": [
                            {
                                "InputName": "code",
                                "AppManaged": False,
                                "S3Input": {
                                    "S3Uri": "s3://bucket/code/evaluation.py",
                                    "LocalPath": "/opt/ml/processing/input/code",
                                    "S3DataType": "S3Prefix",
                                    "S3InputMode": "File",
                                    "S3DataDistributionType": "FullyReplicated",
                                    "S3CompressionType": "None",
                                },
                            }
                        ],
                        "ProcessingOutputConfig": {
                            "Outputs": [
                                {
                                    "OutputName": "evaluation",
                                    "AppManaged": False,
                                    "S3Output": {
                                        "S3Uri": "s3://bucket/v2/evaluation",
                                        "LocalPath": "/opt/ml/processing/evaluation",
                                        "S3UploadMode": "EndOfJob",
                                    },
                                }
                            ]
                        },
                        "Environment": {"WRITE": json.dumps({"regression_metrics": {"mse": {"value": 4.9}}})},
                    },
                    "PropertyFiles": [
                        {
                            "PropertyFileName": "EvaluationReport",
                            "OutputName": "evaluation",
                            "FilePath": "evaluation.json",
                        }
                    ],
                },
                {
                    "Name": "AbaloneMSECond",
                    "Type": "Condition",
                    "Arguments": {
                        "Conditions": [
                            {
                                "Type": "LessThanOrEqualTo",
                                "LeftValue": {
                                    "Std:JsonGet": {
                                        "PropertyFile": {"Get": "Steps.AbaloneEval.PropertyFiles.EvaluationReport"},
                                        "Path": "regression_metrics.mse.value",
                                    }
                                },
                                "RightValue": {"Get": "Parameters.MseThreshold"},
                            }
                        ],
                        "IfSteps": [
                            {
                                "Name": "AbaloneRegisterModel-RegisterModel",
                                "Type": "RegisterModel",
                                "Arguments": {
                                    "ModelPackageGroupName": "AbaloneModelPackageGroupName",
                                    "ModelMetrics": {
                                        "ModelQuality": {
                                            "Statistics": {
                                                "ContentType": "application/json",
                                                "S3Uri": {
                                                    "Std:Join": {
                                                        "On": "/",
                                                        "Values": [
                                                            {
                                                                "Get": "Steps.AbaloneEval.ProcessingOutputConfig."
                                                                "Outputs['evaluation'].S3Output.S3Uri"
                                                            },
                                                            "evaluation.json",
                                                        ],
                                                    }
                                                },
                                            }
                                        },
                                        "Bias": {},
                                        "Explainability": {},
                                    },
                                    "InferenceSpecification": {
                                        "Containers": [
                                            {
                                                "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/x:1",
                                                "Environment": {},
                                                "ModelDataUrl": "s3://bucket/v2/model.tar.gz",
                                            }
                                        ],
                                        "SupportedContentTypes": ["text/csv"],
                                        "SupportedResponseMIMETypes": ["text/csv"],
                                        "SupportedRealtimeInferenceInstanceTypes": ["ml.t2.medium"],
                                        "SupportedTransformInstanceTypes": ["ml.m5.large"],
                                    },
                                    "ModelApprovalStatus": {"Get": "Parameters.ModelApprovalStatus"},
                                    "SkipModelValidation": "None",
                                },
                            }
                        ],
                        "ElseSteps": [],
                    },
                },
            ],
        }
    )
    execution = pipelines.run(text)
    assert execution.status == "Succeeded", execution.steps
    assert list(execution.steps) == ["AbaloneEval", "AbaloneMSECond", "AbaloneRegisterModel-RegisterModel"]
    arn = execution.steps["AbaloneRegisterModel-RegisterModel"]["Metadata"]["RegisterModel"]["Arn"]
    package = execution.sagemaker.describe_model_package(ModelPackageName=arn)
    statistics = package["ModelMetrics"]["ModelQuality"]["Statistics"]
    assert statistics["S3Uri"] == "s3://bucket/v2/evaluation/evaluation.json"
