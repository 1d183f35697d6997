"""A wrong definition is refused when the pipeline is created, and nothing is stored."""

from __future__ import annotations

import copy
import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from local_sagemaker.core.errors import ApiError, ValidationException
from local_sagemaker.definition.checks import inspect
from pipelines.definition.checks import beyond_the_service, findings
from tests.conformance.stand_ins import (
    ROLE,
    compare,
    condition,
    definition,
    depends_on,
    fail,
    get,
    join,
    json_get,
    processing,
    training,
)
from tests.support.definitions import GOLDEN

FILES = {"PropertyFiles": [{"PropertyFileName": "Report", "OutputName": "report", "FilePath": "e.json"}]}


def without(step: dict, *path: str) -> dict:
    step = json.loads(json.dumps(step))
    target = step["Arguments"]
    for key in path[:-1]:
        target = target[key]
    del target[path[-1]]
    return step


def with_argument(step: dict, name: str, value) -> dict:
    return {**step, "Arguments": {**step["Arguments"], name: value}}


def with_metrics(*metrics: dict) -> str:
    specification = {"TrainingImage": "i:1", "TrainingInputMode": "File", "MetricDefinitions": list(metrics)}
    return definition(with_argument(training("T"), "AlgorithmSpecification", specification))


WRONG = {
    "not JSON": ("{", "The definition is not JSON"),
    "not an object": ("[]", "Expecting start of Json Object"),
    "no steps": (definition(), "needs at least one step"),
    "a step that depends on a Fail step": (
        definition(fail("FailStep", "no"), {**processing("After"), "DependsOn": ["FailStep"]}),
        "After can not depends on FailStep",
    ),
    "a dependency that is no name": (
        definition({**processing("A"), "DependsOn": [{"Get": "Steps.B"}]}),
        "DependsOn of step A has {'Get': 'Steps.B'}, which is not text",
    ),
    "a retry policy that is none": (definition({**processing("A"), "RetryPolicies": [[]]}), "A retry policy of step A"),
    "a retry policy after one exception that is no list": (
        definition({**processing("A"), "RetryPolicies": [{"ExceptionType": 1}]}),
        "ExceptionType of a retry policy of step A is not one",
    ),
    "a cache that expires after an expression": (
        definition({**processing("A"), "CacheConfig": {"Enabled": True, "ExpireAfter": {"Get": "Parameters.P"}}}),
        "is not an ISO 8601 duration",
    ),
    "a parameter with several types": (
        definition(processing("A"), parameters=[{"Name": "P", "Type": ["String", "Integer"]}]),
        "Parameter P has the type",
    ),
    "a parameter with one allowed value that is no list": (
        definition(processing("A"), parameters=[{"Name": "P", "Type": "Integer", "EnumValues": 1, "DefaultValue": 1}]),
        "EnumValues of parameter P must be a list, not 1",
    ),
    "a property file whose name is none": (
        definition(processing("A", X={"Std:JsonGet": {"PropertyFile": {"Get": 1}, "Path": "a"}})),
        "is not a property file",
    ),
    "a step without a name": (json.dumps({"Steps": [{"Type": "Fail"}]}), "Name is missing in a step"),
    "a step name with a space": (definition(processing("a b")), r"must satisfy regular expression pattern"),
    "a step name of 65 characters": (definition(processing("a" * 65)), r"must satisfy regular expression pattern"),
    "two steps of one name": (definition(processing("A"), processing("A")), "Step names must be unique"),
    "the same name in a branch": (
        definition(processing("A"), condition("C", [compare("Equals", 1, 1)], [processing("A")])),
        "Step names must be unique within a pipeline definition: A",
    ),
    "the same step in both branches": (
        definition(condition("C", [compare("Equals", 1, 1)], [processing("A")], [processing("A")])),
        "Step names must be unique within a pipeline definition: A",
    ),
    "an unknown type": (definition({**processing("A"), "Type": "Nonsense"}), "Unknown step type 'Nonsense' of step A"),
    "an unknown dependency": (
        definition(processing("Prepare"), processing("B", more=depends_on("Prepair"))),
        "depends on the step Prepair, which is not in the definition. Did you mean Prepare?",
    ),
    "a circle": (
        definition(processing("A", more=depends_on("B")), processing("B", more=depends_on("A"))),
        "wait for each other in a circle: A -> B -> A",
    ),
    "a circle through a property": (
        definition(processing("A", X=get("Steps.B.ProcessingJobName")), processing("B", more=depends_on("A"))),
        "in a circle",
    ),
    "an unknown parameter": (definition(processing("A", X=get("Parameters.P"))), "names the parameter P"),
    "an unknown execution variable": (definition(processing("A", X=get("Execution.Id"))), "not an execution variable"),
    "an unknown step in a Get": (definition(processing("A", X=get("Steps.B.C"))), "depends on the step B"),
    "an unknown property": (
        definition(processing("A"), processing("B", X=get("Steps.A.ModelArtifacts.S3ModelArtifacts"))),
        "DescribeProcessingJob returns no such property",
    ),
    "an unknown root": (definition(processing("A", X=get("Something.Else"))), "starts with none of"),
    "an unknown property file": (
        definition(processing("A"), processing("B", X=json_get("A", "Report", "x"))),
        "the step A has no",
    ),
    "a property file of an output that is not there": (
        definition(processing("A", outputs={"other": "s3://bucket/o"}, more=FILES)),
        "is in the output report, which the step does not have",
    ),
    "a JsonGet path that is no literal": (
        definition(
            processing("A", outputs={"report": "s3://bucket/r"}, more=FILES),
            processing("B", X=json_get("A", "Report", get("Execution.PipelineName"))),
        ),
        "it must be a literal text",
    ),
    "a Join without values": (definition(processing("A", X={"Std:Join": {"On": "/"}})), "no list of Values"),
    "an unknown member": (
        definition(with_argument(processing("A"), "ModelPackageName", "x")),
        "Unknown Argument member 'ModelPackageName'",
    ),
    "a missing member": (
        definition(without(processing("A"), "RoleArn")),
        "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    ),
    "a value outside its enumeration": (
        definition(
            with_argument(
                processing("A"),
                "ProcessingInputs",
                [
                    {
                        "InputName": "in",
                        "S3Input": {
                            "S3Uri": "s3://bucket/in",
                            "LocalPath": "/opt/ml/processing/in",
                            "S3DataType": "S3Prefix",
                            "S3InputMode": "FastFile",
                        },
                    }
                ],
            )
        ),
        "Member must satisfy enum value set: \\[Pipe, File\\]",
    ),
    "eleven inputs": (
        definition(with_argument(processing("A"), "ProcessingInputs", [{"InputName": f"i{n}"} for n in range(11)])),
        "Member must have length less than or equal to 10",
    ),
    "an argument of 257 characters": (
        definition(
            with_argument(processing("A"), "AppSpecification", {"ImageUri": "i:1", "ContainerArguments": ["a" * 257]})
        ),
        "Member must have length less than or equal to 256",
    ),
    "a hundred and one arguments": (
        definition(
            with_argument(processing("A"), "AppSpecification", {"ImageUri": "i:1", "ContainerArguments": ["a"] * 101})
        ),
        "Member must have length less than or equal to 100",
    ),
    "a regex of 501 characters": (
        with_metrics({"Name": "m", "Regex": "x" * 501}),
        "Member must have length less than or equal to 500",
    ),
    "forty-one metric definitions": (
        with_metrics(*({"Name": f"m{n}", "Regex": "x"} for n in range(41))),
        "Member must have length less than or equal to 40",
    ),
    "an expression in place of an object": (
        definition(with_argument(processing("A"), "AppSpecification", get("Execution.PipelineName"))),
        "Expecting start of Json Object",
    ),
    "an expression in place of a list": (
        definition(with_argument(processing("A"), "ProcessingInputs", get("Execution.PipelineName"))),
        "Expecting start of Json Array",
    ),
    "an unknown condition": (
        definition(condition("C", [compare("Resembles", 1, 1)], [])),
        "Unknown condition type 'Resembles' in step C",
    ),
    "a condition without a side": (
        definition(condition("C", [{"Type": "Equals", "LeftValue": 1}], [])),
        "has no RightValue",
    ),
    "a wrong condition inside a Not": (
        definition(condition("C", [{"Type": "Not", "Condition": {"Type": "In", "QueryValue": 1}}], [])),
        "A condition of type In in step C has no Values",
    ),
    "two parameters of one name": (
        definition(processing("A"), parameters=[{"Name": "P", "Type": "String"}] * 2),
        "Parameter names must be unique: P",
    ),
    "an unknown parameter type": (
        definition(processing("A"), parameters=[{"Name": "P", "Type": "Date"}]),
        "Parameter P has the type 'Date'",
    ),
    "a default of another type": (
        definition(processing("A"), parameters=[{"Name": "P", "Type": "Integer", "DefaultValue": "many"}]),
        "is of type Integer, which 'many' is not",
    ),
    "a default outside the enumeration": (
        definition(
            processing("A"), parameters=[{"Name": "P", "Type": "String", "DefaultValue": "c", "EnumValues": ["a", "b"]}]
        ),
        "must be one of",
    ),
    "a cache duration that is none": (
        definition(processing("A", more={"CacheConfig": {"Enabled": True, "ExpireAfter": "soon"}})),
        "is not an ISO 8601 duration",
    ),
    "a retry policy for a job's exception on a model step": (
        definition(
            {
                "Name": "M",
                "Type": "Model",
                "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "i:1"}},
                "RetryPolicies": [{"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "MaxAttempts": 1}],
            }
        ),
        "cannot retry after SageMaker.CAPACITY_ERROR",
    ),
    "a retry policy of a step that takes none": (
        definition(
            {
                "Name": "C",
                "Type": "EndpointConfig",
                "Arguments": {
                    "EndpointConfigName": "c",
                    "ProductionVariants": [{"VariantName": "v", "ModelName": "m"}],
                },
                "RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 1}],
            }
        ),
        "The step C of type EndpointConfig takes no RetryPolicies.",
    ),
    "another version of the language": (
        json.dumps({"Version": "2019-01-01", "Steps": []}),
        "The Version of the definition is '2019-01-01'; it must be '2020-12-01'",
    ),
    "a retry policy with two ends": (
        definition(
            processing(
                "A",
                more={"RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 2, "ExpireAfterMin": 5}]},
            )
        ),
        "has both MaxAttempts and ExpireAfterMin",
    ),
    "a retry policy beyond its limits": (
        definition(
            processing("A", more={"RetryPolicies": [{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 21}]})
        ),
        "MaxAttempts of a retry policy of step A must be an integer from 0 to 20, not 21",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_definition_is_refused(sagemaker, text, message):
    with pytest.raises(ClientError, match=message) as refused:
        sagemaker.create_pipeline(PipelineName="wrong", PipelineDefinition=text, RoleArn=ROLE)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert refused.value.response["Error"]["Message"].startswith("Unable to parse pipeline definition. ")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_pipeline(PipelineName="wrong")


def test_oversized_definition_is_refused(sagemaker, s3):
    text = definition(processing("A", X="a" * 1_048_576))
    s3.put_object(Bucket="bucket", Key="large.json", Body=text.encode())
    location = {"Bucket": "bucket", "ObjectKey": "large.json"}
    with pytest.raises(ClientError, match="at most 1048576"):
        sagemaker.create_pipeline(PipelineName="large", PipelineDefinitionS3Location=location, RoleArn=ROLE)


def test_a_definition_in_s3(sagemaker, s3):
    text = definition(processing("A"))
    s3.put_object(Bucket="bucket", Key="pipeline.json", Body=text.encode())
    location = {"Bucket": "bucket", "ObjectKey": "pipeline.json"}
    sagemaker.create_pipeline(PipelineName="located", PipelineDefinitionS3Location=location, RoleArn=ROLE)
    assert sagemaker.describe_pipeline(PipelineName="located")["PipelineDefinition"] == text


def test_definition_version_in_s3(sagemaker, s3):
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    first, second = (
        s3.put_object(Bucket="versioned", Key="p.json", Body=definition(fail("F", text)).encode())["VersionId"]
        for text in ("first", "second")
    )
    for version, text in ((first, "first"), (second, "second")):
        location = {"Bucket": "versioned", "ObjectKey": "p.json", "VersionId": version}
        sagemaker.create_pipeline(PipelineName=f"V-{text}", PipelineDefinitionS3Location=location, RoleArn=ROLE)
        assert f'"{text}"' in sagemaker.describe_pipeline(PipelineName=f"V-{text}")["PipelineDefinition"]
    lost = {"Bucket": "versioned", "ObjectKey": "p.json", "VersionId": "none"}
    with pytest.raises(ClientError, match=r"There is no version none of the object s3://versioned/p\.json"):
        sagemaker.create_pipeline(PipelineName="V", PipelineDefinitionS3Location=lost, RoleArn=ROLE)


def test_missing_s3_definition_is_refused(sagemaker):
    location = {"Bucket": "bucket", "ObjectKey": "none.json"}
    with pytest.raises(ClientError, match=r"s3://bucket/none\.json cannot be read"):
        sagemaker.create_pipeline(PipelineName="lost", PipelineDefinitionS3Location=location, RoleArn=ROLE)


@pytest.mark.parametrize("kind", ["QualityCheck", "EMR", "ClarifyCheck", "AutoML", "ForEach"])
def test_start_refuses_unsupported_step_types(pipelines, stand_ins, kind):
    other = {"Name": "Other", "Type": kind, "Arguments": {}}
    name = pipelines.create(definition(processing("First"), other))
    before = len(stand_ins.requests)
    with pytest.raises(ClientError, match=rf"does not support these steps: Other \({kind}\)"):
        pipelines.start(name)
    assert pipelines.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"] == []
    assert len(stand_ins.requests) == before


def test_start_refuses_unsupported_arguments(pipelines, stand_ins):
    output = {"OutputName": "fg", "AppManaged": True, "FeatureStoreOutput": {"FeatureGroupName": "group"}}
    ingest = with_argument(processing("Ingest"), "ProcessingOutputConfig", {"Outputs": [output]})
    name = pipelines.create(definition(processing("First"), ingest))
    before = len(stand_ins.requests)
    with pytest.raises(ClientError, match=r"Ingest \(ProcessingOutputConfig.Outputs.FeatureStoreOutput\)"):
        pipelines.start(name)
    assert len(stand_ins.requests) == before


def test_selection_can_omit_unsupported_steps(pipelines):
    other = {"Name": "Other", "Type": "EMR", "Arguments": {}}
    name = pipelines.create(definition(processing("First"), other))
    config = {"SelectedSteps": [{"StepName": "First"}]}
    assert pipelines.start(name, SelectiveExecutionConfig=config).wait().statuses == {"First": "Succeeded"}


def test_nested_expressions_pass_the_check(pipelines):
    gate = condition(
        "Gate",
        [{"Type": "Or", "Conditions": [compare("Equals", join("", "a", get("Execution.PipelineName")), "b")]}],
        [],
        [fail("Bad", join(" ", "no", get("Steps.Gate.Outcome")))],
    )
    execution = pipelines.run(definition(gate))
    assert execution.steps["Bad"]["FailureReason"] == "no false"


NAMES = ["Name", "Type", "DependsOn", "RetryPolicies", "CacheConfig", "PropertyFiles", "Unknown", "Conditions"]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**6),
    st.text(max_size=5),
    st.sampled_from(["", "x" * 300, "two\nlines", "a{b}", "é", "ml.m5.tiny", "Preprocess", "Fail", "Or", "P30D"]),
    st.sampled_from([[], {}, [[]], [{}], {"a{b}": "v"}, ["Preprocess"], ["EvaluateRegression"], 0.5, 10**30]),
    st.sampled_from([{"Get": "Parameters.InputDataUri"}, {"Get": "Parameters.None"}, {"Get": 1}, {"Std:Join": 1}]),
    st.sampled_from(
        [get("Steps.Preprocess.ProcessingJobName"), get("Steps.Preprocess"), get("Execution.PipelineName")]
    ),
    st.sampled_from([join("", "1"), {"Std:JsonGet": {"Path": "a"}}, {"Std:Join": {"Values": "a"}}]),
    st.sampled_from([{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": attempts} for attempts in (1, 99)]).map(
        lambda policy: [policy]
    ),
    st.sampled_from([{"Type": "Not", "Condition": {}}, {"Type": "Or", "Conditions": {}}, {"Type": "In"}]),
)
NAMED = {"PipelineName": "random", "ClientRequestToken": "t" * 32}
GOLDEN_DEFINITIONS = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(GOLDEN.glob("*.json"))]


class Text(str):
    """A definition, which a failing test need not print."""

    __repr__ = object.__repr__


def places(document: object, path: tuple = ()):
    """The path to every value in a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


@st.composite
def mutated(draw) -> str:
    """One of our own golden definitions, changed in one or two places."""
    document = copy.deepcopy(draw(st.sampled_from(GOLDEN_DEFINITIONS)))
    for _ in range(draw(st.integers(1, 2))):
        *path, key = draw(st.sampled_from(list(places(document))))
        target = document
        for each in path:
            target = target[each]
        change = draw(st.sampled_from(["replace", "replace", "delete", "duplicate", "add"]))
        note(f"{change} {'.'.join(map(str, [*path, key]))}")
        if change == "replace":
            target[key] = copy.deepcopy(draw(VALUES))
        elif change == "delete":
            del target[key]
        elif change == "duplicate" and isinstance(target, list):
            target.append(copy.deepcopy(target[key]))
        elif isinstance(target, dict):
            target[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(VALUES))
    return Text(json.dumps(document))


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(text=mutated())
def test_workflow_check_agrees_with_create_pipeline(service, text):
    """The workflow finds everything that the service refuses, and nothing else but what is beyond the service."""
    found = findings(text)
    definition, _ = inspect(text)
    beyond = [] if definition is None else list(beyond_the_service(definition))
    refusal: Exception | None = None
    try:
        service.call("CreatePipeline", {**NAMED, "PipelineDefinition": text, "RoleArn": ROLE})
        service.call("DeletePipeline", NAMED)
    except ApiError as error:
        refusal = error
    if found == beyond:
        assert refusal is None
    else:
        assert isinstance(refusal, ValidationException)
        assert str(refusal).endswith(found[0])
