"""Callback and Lambda steps in a definition: their members, and the types of their output parameters."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition.checks import inspect
from local_sagemaker.definition.output_parameters import typed
from local_sagemaker.definition.parameters import TYPES
from local_sagemaker.definition.parse import read

ARN = "arn:aws:lambda:us-east-1:123456789012:function:work"
OUTPUTS = [{"OutputName": f"an {kind}", "OutputType": kind} for kind in TYPES]
LAMBDA = {"Name": "S", "Type": "Lambda", "FunctionArn": ARN, "Arguments": {"a": 1}, "OutputParameters": OUTPUTS}
CALLBACK = {"Name": "S", "Type": "Callback", "SqsQueueUrl": "https://queue", "OutputParameters": OUTPUTS}


def found(*steps: dict) -> list[str]:
    return inspect(json.dumps({"Version": "2020-12-01", "Steps": steps}))[1]


def reading(reference: str) -> dict:
    return {"Name": "R", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": f"Steps.S.{reference}"}}}


def test_documented_members_are_accepted():
    more = {"DisplayName": "d", "Description": "d", "DependsOn": [], "CacheConfig": {"Enabled": True}}
    assert found({**LAMBDA, **more}, reading("OutputParameters['an Integer']")) == []
    assert found({**CALLBACK, **more}, {**LAMBDA, "Name": "T", "FunctionArn": f"{ARN}:$LATEST"}) == []
    by_reference = {"FunctionArn": {"Get": "Steps.S.OutputParameters['an String']"}, "Name": "T"}
    assert found(CALLBACK, {**LAMBDA, **by_reference}) == []


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({**LAMBDA, "RetryPolicies": []}, "The Lambda step S has the unknown member RetryPolicies."),
        ({**CALLBACK, "FunctionArn": ARN}, "The Callback step S has the unknown member FunctionArn."),
        ({**LAMBDA, "FunctionArn": "work"}, "FunctionArn of step S is not the ARN of a Lambda function: work"),
        ({**CALLBACK, "SqsQueueUrl": 1}, "SqsQueueUrl of step S must be a text of 1 to 256 characters."),
        (
            {**LAMBDA, "OutputParameters": [{"OutputName": "a"}]},
            "OutputType is missing in an output parameter of step S.",
        ),
        (
            {**LAMBDA, "OutputParameters": [OUTPUTS[0]] * 2},
            "Output parameter names of a step must be unique: an String",
        ),
        (
            {**LAMBDA, "OutputParameters": [{"OutputName": "a", "OutputType": "Text"}]},
            "has the type 'Text'; use one of",
        ),
        (
            {**CALLBACK, "SqsQueueUrl": {"Get": "Parameters.Q"}},
            "names the parameter Q, which is not in the definition.",
        ),
    ],
)
def test_wrong_steps_are_named(step, message):
    (finding,) = found(step)
    assert message in finding


@pytest.mark.parametrize("reference", ["OutputParameters['none']", "OutputParameters", "FunctionArn", "Outputs['", ""])
def test_references_name_declared_outputs(reference):
    (finding,) = found(LAMBDA, reading(reference))
    assert "its OutputParameters are [an String, an Integer, an Float, an Boolean]" in finding


def test_outputs_must_fit_the_arguments_that_read_them():
    reader = {"Get": "Steps.S.OutputParameters['an Integer']"}
    model = {"ExecutionRoleArn": reader, "PrimaryContainer": {"Image": "i"}}
    (finding,) = found(LAMBDA, {"Name": "M", "Type": "Model", "Arguments": model})
    assert "Cannot assign property reference [Steps.S.OutputParameters['an Integer']] to argument of type" in finding


def test_values_are_read_in_their_types():
    (step,) = read({"Steps": [LAMBDA]}).steps.values()
    values = {"an String": "", "an Integer": "-3", "an Float": "1e3", "an Boolean": "True", "other": "x"}
    assert typed(step, values) == {"an String": "", "an Integer": -3, "an Float": 1000.0, "an Boolean": True}


@settings(deadline=None)
@given(st.sampled_from(TYPES), st.text(max_size=1100))
def test_any_text_is_read_in_its_type_or_refused(kind, text):
    (step,) = read({"Steps": [LAMBDA]}).steps.values()
    with contextlib.suppress(ExpressionError):
        (value,) = typed(step, {f"an {kind}": text}).values()
        assert type(value).__name__ == {"String": "str", "Integer": "int", "Float": "float", "Boolean": "bool"}[kind]
