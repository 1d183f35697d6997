"""docs/contracts.md, section 6: every expression, in any argument."""

from __future__ import annotations

import json

import pytest

from tests.conformance.stand_ins import compare, condition, definition, fail, get, join, json_get, processing, training

EVALUATION = {"PropertyFiles": [{"PropertyFileName": "Report", "OutputName": "report", "FilePath": "evaluation.json"}]}


def test_get_reads_every_parameter_type(pipelines):
    parameters = [
        {"Name": "Text", "Type": "String", "DefaultValue": "a b"},
        {"Name": "Whole", "Type": "Integer", "DefaultValue": 7},
        {"Name": "Part", "Type": "Float", "DefaultValue": 0.5},
        {"Name": "Flag", "Type": "Boolean", "DefaultValue": True},
        {"Name": "Down", "Type": "Boolean", "DefaultValue": False},
    ]
    step = processing("Step", **{each["Name"]: join("", get(f"Parameters.{each['Name']}")) for each in parameters})
    execution = pipelines.run(definition(step, parameters=parameters))
    assert execution.job("Step")["Environment"] == {
        "Text": "a b",
        "Whole": "7",
        "Part": "0.5",
        "Flag": "true",
        "Down": "false",
    }


def test_integer_parameter_fits_a_number(pipelines):
    step = processing("Step")
    step["Arguments"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = get("Parameters.Count")
    parameters = [{"Name": "Count", "Type": "Integer"}]
    execution = pipelines.run(definition(step, parameters=parameters), {"Count": "3"})
    assert execution.job("Step")["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 3


def test_get_reads_the_execution_variables(pipelines):
    names = (
        "PipelineExecutionId",
        "PipelineExecutionArn",
        "PipelineName",
        "PipelineArn",
        "StartDateTime",
        "CurrentDateTime",
        "ProcessingJobName",
    )
    execution = pipelines.run(definition(processing("Step", **{name: get(f"Execution.{name}") for name in names})))
    job = execution.job("Step")
    seen = job["Environment"]
    assert seen["PipelineExecutionId"] == execution.arn.rsplit("/", 1)[1]
    assert seen["PipelineExecutionArn"] == execution.arn
    assert seen["PipelineArn"] == execution.describe()["PipelineArn"]
    assert seen["PipelineArn"].endswith(seen["PipelineName"])
    assert seen["ProcessingJobName"] == job["ProcessingJobName"]
    assert seen["StartDateTime"] <= seen["CurrentDateTime"]


def test_get_reads_step_properties(pipelines):
    first = training("Train", depth="6")
    second = processing(
        "After",
        OfMap=get("Steps.Train.HyperParameters['depth']"),
        Artifact=get("Steps.Train.ModelArtifacts.S3ModelArtifacts"),
        ByIndex=get("Steps.Train.InputDataConfig[0].ChannelName"),
        ByName=get("Steps.Train.InputDataConfig['train'].DataSource.S3DataSource.S3Uri"),
    )
    execution = pipelines.run(definition(first, second))
    seen = execution.job("After")["Environment"]
    assert seen["Artifact"].startswith("s3://bucket/models/pipelines-")
    assert seen["OfMap"] == "6"
    assert (seen["ByIndex"], seen["ByName"]) == ("train", "s3://bucket/train")


def test_processing_output_by_name(pipelines):
    first = processing("First", outputs={"a": "s3://bucket/a", "b": "s3://bucket/b"})
    second = processing("Second", Uri=get("Steps.First.ProcessingOutputConfig.Outputs['b'].S3Output.S3Uri"))
    assert pipelines.run(definition(first, second)).job("Second")["Environment"]["Uri"] == "s3://bucket/b"


def test_join_joins_texts_numbers_and_expressions(pipelines):
    step = processing("Step", Joined=join("/", "s3:/", get("Parameters.Bucket"), 1, join("-", "x", True)))
    parameters = [{"Name": "Bucket", "Type": "String", "DefaultValue": "b"}]
    assert (
        pipelines.run(definition(step, parameters=parameters)).job("Step")["Environment"]["Joined"] == "s3://b/1/x-true"
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("metrics.mse.value", "4.25"),
        ("$.metrics.mse.value", "4.25"),
        ("metrics['a b']", "spaced"),
        ("list[1].name", "second"),
        ("flag", "true"),
    ],
)
def test_json_get_reads_a_property_file(pipelines, path, expected):
    document = {
        "metrics": {"mse": {"value": 4.25}, "a b": "spaced"},
        "list": [{"name": "first"}, {"name": "second"}],
        "flag": True,
    }
    first = processing("First", outputs={"report": "s3://bucket/report"}, more=EVALUATION, WRITE=json.dumps(document))
    execution = pipelines.run(definition(first, processing("Second", Value=json_get("First", "Report", path))))
    assert execution.job("Second")["Environment"]["Value"] == expected


def test_json_get_reads_an_s3_uri(pipelines, s3):
    s3.put_object(Bucket="bucket", Key="results/r.json", Body=b'{"Result": 3}')
    value = {"Std:JsonGet": {"S3Uri": join("/", "s3://bucket", "results/r.json"), "Path": "Result"}}
    assert pipelines.run(definition(processing("Step", Value=value))).job("Step")["Environment"]["Value"] == "3"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ({"Std:Join": {"On": "/", "Values": get("Parameters.Number")}}, "the Values of Std:Join must be a list, not 3"),
        (
            {"Std:JsonGet": {"S3Uri": get("Parameters.Number"), "Path": "a"}},
            "the S3Uri of Std:JsonGet must be text, not 3",
        ),
    ],
)
def test_wrong_parameter_type_fails_the_step(pipelines, expression, reason):
    parameters = [{"Name": "Number", "Type": "Integer", "DefaultValue": 3}]
    execution = pipelines.run(definition(processing("Step", Value=expression), parameters=parameters))
    assert execution.steps["Step"]["FailureReason"] == f"ClientError: {reason}"


def test_missing_json_path_fails_the_step(pipelines):
    first = processing("First", outputs={"report": "s3://bucket/report"}, more=EVALUATION, WRITE='{"a": {"b": 1}}')
    execution = pipelines.run(definition(first, processing("Second", Value=json_get("First", "Report", "a.c.d"))))
    assert execution.status == "Failed"
    assert "a.c.d" in execution.steps["Second"]["FailureReason"]
    assert "there is nothing at a.c" in execution.steps["Second"]["FailureReason"]


@pytest.mark.parametrize("content", ['{"a": NaN}', "{", ""])
def test_invalid_property_file_fails_the_step(pipelines, content):
    first = processing("First", outputs={"report": "s3://bucket/report"}, more=EVALUATION, WRITE=content)
    execution = pipelines.run(definition(first, processing("Second", Value=json_get("First", "Report", "a"))))
    assert execution.statuses == {"First": "Succeeded", "Second": "Failed"}
    assert "s3://bucket/report/evaluation.json is not JSON" in execution.steps["Second"]["FailureReason"]


def test_missing_property_fails_the_step(pipelines):
    steps = [training("Train"), processing("After", Value=get("Steps.Train.SecondaryStatusTransitions[99].Status"))]
    execution = pipelines.run(definition(*steps))
    assert execution.statuses == {"Train": "Succeeded", "After": "Failed"}


def test_expressions_in_fail_messages_and_conditions(pipelines):
    parameters = [{"Name": "Limit", "Type": "Float", "DefaultValue": 3.0}]
    first = processing("First", outputs={"report": "s3://bucket/report"}, more=EVALUATION, WRITE='{"rmse": 3.5}')
    rmse = json_get("First", "Report", "rmse")
    message = join(" ", "RMSE", rmse, ">", get("Parameters.Limit"))
    gate = condition("Gate", [compare("LessThanOrEqualTo", rmse, get("Parameters.Limit"))], [], [fail("Bad", message)])
    execution = pipelines.run(definition(first, gate, parameters=parameters))
    assert execution.steps["Bad"]["FailureReason"] == "RMSE 3.5 > 3.0"


def test_condition_outcome_is_a_property(pipelines):
    gate = condition("Gate", [compare("Equals", 1, 1)], [processing("Then", Outcome=get("Steps.Gate.Outcome"))])
    assert pipelines.run(definition(gate)).job("Then")["Environment"]["Outcome"] == "true"
