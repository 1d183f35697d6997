"""The check of the definition: every mistake is found before anything is sent."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.definition.checks import check, findings
from pipelines.errors import InvalidDefinition
from tests.support.definitions import GOLDEN

Definition = dict[str, Any]
GOOD: Definition = json.loads((GOLDEN / "regression.json").read_text(encoding="utf-8"))


def step(definition: Definition, name: str) -> dict[str, Any]:
    gate = next(item for item in definition["Steps"] if item["Type"] == "Condition")
    return next(item for item in [*definition["Steps"], *gate["Arguments"]["IfSteps"]] if item["Name"] == name)


def found_after(change: Callable[[Definition], object]) -> str:
    definition = copy.deepcopy(GOOD)
    change(definition)
    return "\n".join(findings(json.dumps(definition)))


def arguments(definition: Definition, name: str) -> dict[str, Any]:
    return step(definition, name)["Arguments"]


def test_golden_definitions_pass() -> None:
    for file in GOLDEN.glob("*.json"):
        assert findings(file.read_text(encoding="utf-8")) == []


def test_an_unknown_parameter_is_found() -> None:
    text = found_after(lambda d: d["Parameters"].pop(0))
    assert (
        "Parameters.InputDataUri in step Preprocess names the parameter InputDataUri, which is not in the definition."
        in text
    )


def test_an_unknown_step_is_found() -> None:
    text = found_after(lambda d: d["Steps"].remove(step(d, "TrainCatBoostRegression")))
    assert "in step EvaluateRegression depends on the step TrainCatBoostRegression, which is not in the def" in text


def test_fixed_name_of_an_endpoint_configuration_is_found() -> None:
    def deploy(name: Any) -> Callable[[Definition], object]:
        variant = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        arguments = {"EndpointConfigName": name, "ProductionVariants": [variant]}
        return lambda d: d["Steps"].append({"Name": "Configure", "Type": "EndpointConfig", "Arguments": arguments})

    assert 'Step Configure names its endpoint configuration "mine" in every execution' in found_after(deploy("mine"))
    unique = {"Std:Join": {"On": "-", "Values": ["mine", {"Get": "Execution.PipelineExecutionId"}]}}
    assert found_after(deploy(unique)) == ""


def test_an_unknown_output_is_found() -> None:
    def rename(d: Definition) -> None:
        arguments(d, "Preprocess")["ProcessingOutputConfig"]["Outputs"][0]["OutputName"] = "other"

    assert "the step Preprocess has no output regression; it has other" in found_after(rename)


def test_property_that_describe_does_not_have_is_found() -> None:
    def misspell(d: Definition) -> None:
        arguments(d, "BatchPredictRegression")["ModelName"] = {"Get": "Steps.CreateBestRegressionModel.Name"}

    assert "Steps.CreateBestRegressionModel.Name in step BatchPredictRegression: DescribeModel returns no such" in (
        found_after(misspell)
    )


def test_a_property_file_that_nobody_declares_is_found() -> None:
    text = found_after(lambda d: step(d, "EvaluateRegression").pop("PropertyFiles"))
    assert "the step EvaluateRegression has no property file Verdict." in text


def test_property_file_in_a_missing_output_is_found() -> None:
    def rename(d: Definition) -> None:
        step(d, "EvaluateRegression")["PropertyFiles"][0]["OutputName"] = "elsewhere"

    assert "is in the output elsewhere, which the step does not have" in found_after(rename)


def test_a_json_path_that_is_not_a_literal_is_found() -> None:
    def compute(d: Definition) -> None:
        condition = arguments(d, "RegressionQualityGate")["Conditions"][0]
        condition["LeftValue"]["Std:JsonGet"]["Path"] = {"Get": "Parameters.InputDataUri"}

    assert "it must be a literal text." in found_after(compute)


def test_an_unknown_execution_variable_is_found() -> None:
    def misspell(d: Definition) -> None:
        arguments(d, "TrainXGBoostRegression")["OutputDataConfig"]["S3OutputPath"] = {"Get": "Execution.Id"}

    assert "Execution.Id in step TrainXGBoostRegression is not an execution variable" in found_after(misspell)


def test_a_step_outside_a_branch_cannot_need_one_inside() -> None:
    text = found_after(lambda d: step(d, "EvaluateRegression").update(DependsOn=["RegisterBestRegression"]))
    assert "needs step RegisterBestRegression, which lies in IfSteps of RegressionQualityGate" in text


def test_steps_that_wait_for_each_other_are_found() -> None:
    text = found_after(lambda d: step(d, "Preprocess").update(DependsOn=["EvaluateRegression"]))
    assert "The steps wait for each other in a circle:" in text


def test_a_name_used_twice_is_found() -> None:
    text = found_after(lambda d: d["Steps"].append(copy.deepcopy(step(d, "Preprocess"))))
    assert "Step names must be unique within a pipeline definition: Preprocess" in text


def test_a_name_with_a_blank_is_found() -> None:
    assert "Step name 'Pre process' must satisfy" in found_after(
        lambda d: step(d, "Preprocess").update(Name="Pre process")
    )


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        (
            ("ProcessingResources", "ClusterConfig", "InstanceCount"),
            0,
            "Value 0 at 'processingResources.clusterConfig.instanceCount' failed to satisfy",
        ),
        (
            ("ProcessingResources", "ClusterConfig", "InstanceCount"),
            "1",
            "str cannot be converted to integer at 'processingResources.clusterConfig.instanceCount'",
        ),
        (("ProcessingResources", "ClusterConfig", "InstanceType"), "ml.huge", "Member must satisfy enum value set"),
        (("AppSpecification", "ContainerEntrypoint"), [], "Member must have length greater than or equal to 1"),
        (("AppSpecification", "ContainerArguments"), ["x" * 257], "Member must have length less than or equal to 256"),
        (("AppSpecification", "Image"), "x", "Unknown Argument member 'Image' at 'appSpecification'"),
        (("RoleArn",), "role", "Value 'role' at 'roleArn' failed to satisfy constraint: Member must satisfy regular"),
        (("StoppingCondition",), "soon", "str cannot be converted to structure at 'stoppingCondition'"),
        (
            ("NetworkConfig",),
            {"EnableNetworkIsolation": "yes"},
            "str cannot be converted to boolean at 'networkConfig.enableNetworkIsolation'",
        ),
        (
            ("ProcessingResources", "ClusterConfig"),
            {"Get": "Parameters.InputDataUri"},
            "Expecting start of Json Object at 'processingResources.clusterConfig'",
        ),
        (
            ("ProcessingResources", "ClusterConfig", "InstanceCount"),
            {"Get": "Parameters.InputDataUri"},
            "Cannot assign property reference [Parameters.InputDataUri] to argument of type [Integer].",
        ),
        (
            ("ProcessingResources", "ClusterConfig", "InstanceCount"),
            {"Std:Join": {"On": "", "Values": ["1"]}},
            "Cannot assign Std:Join, which is a text, to argument of type [Integer].",
        ),
    ],
)
def test_what_the_service_behind_a_step_would_refuse_is_found(path: tuple[str, ...], value: Any, finding: str) -> None:
    def put(d: Definition) -> None:
        target = arguments(d, "Preprocess")
        for name in path[:-1]:
            target = target[name]
        target[path[-1]] = value

    assert finding in found_after(put)


def test_a_missing_member_is_found() -> None:
    text = found_after(lambda d: arguments(d, "Preprocess").pop("AppSpecification"))
    assert "in step Preprocess: 1 validation error detected: Value null at 'appSpecification' failed to sat" in text


def test_eleven_inputs_are_one_too_many() -> None:
    def multiply(d: Definition) -> None:
        inputs = arguments(d, "Preprocess")["ProcessingInputs"]
        inputs += [{**inputs[0], "InputName": f"input-{number}"} for number in range(8)]

    assert (
        "at 'processingInputs' failed to satisfy constraint: Member must have length less than or equal to 10"
        in found_after(multiply)
    )


def test_a_parameter_default_that_no_service_takes_is_found() -> None:
    def spoil(d: Definition) -> None:
        next(p for p in d["Parameters"] if p["Name"] == "TrainingInstanceType")["DefaultValue"] = "ml.m5.tiny"

    assert "the default 'ml.m5.tiny' of parameter TrainingInstanceType breaks: Member must satisfy enum" in found_after(
        spoil
    )


def test_a_definition_that_is_too_long_is_found() -> None:
    assert "at most 1048576 are allowed" in findings(json.dumps(GOOD) + " " * 1_048_576)[-1]


def test_what_only_the_service_found_is_found() -> None:
    package = "RegisterBestRegression"
    described = found_after(lambda d: arguments(d, package).update(ModelPackageDescription="two\nlines"))
    assert "at 'modelPackageDescription' failed to satisfy" in described
    keyed = found_after(lambda d: arguments(d, package)["CustomerMetadataProperties"].update({"a{b}": "v"}))
    assert "Value 'a{b}' at 'customerMetadataProperties' failed to satisfy" in keyed
    policy = {"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 99}
    retried = found_after(lambda d: step(d, "Preprocess").update(RetryPolicies=[policy]))
    assert "MaxAttempts of a retry policy of step Preprocess must be an integer from 0 to 20, not 99" in retried


def test_all_findings_come_in_one_error() -> None:
    definition = copy.deepcopy(GOOD)
    definition["Parameters"] = []
    with pytest.raises(InvalidDefinition) as caught:
        check(json.dumps(definition))
    assert len(caught.value.findings) > 3
    assert caught.value.exit_code == 2
