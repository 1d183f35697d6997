"""Conversion of arguments whose values have another type than the request."""

import pytest

from local_sagemaker.definition.shapes import service_model
from local_sagemaker.engine.arguments import fit

TRAINING = service_model().operation_model("CreateTrainingJob").input_shape


def fitted(shape, value, *path):
    document = value
    for name in reversed(path):
        document = {name: document}
    document = fit(shape, document)
    for name in path:
        document = document[name]
    return document


@pytest.mark.parametrize(("value", "expected"), [(6, "6"), (0.5, "0.5"), (True, "true"), ("text", "text")])
def test_numbers_become_text(value, expected):
    assert fitted(TRAINING, {"depth": value}, "HyperParameters") == {"depth": expected}


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("3.0", 3), (3.0, 3), (3, 3), ("3.5", "3.5"), ("x", "x")])
def test_text_becomes_an_integer(value, expected):
    found = fitted(TRAINING, value, "ResourceConfig", "InstanceCount")
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("False", False), (True, True), ("x", "x")])
def test_text_becomes_a_boolean(value, expected):
    assert fitted(TRAINING, value, "EnableNetworkIsolation") is expected or expected == "x"


def test_nulls_drop_unknown_members_stay():
    given = {"RoleArn": None, "Tags": [{"Key": 1, "Value": None}], "Unknown": {"A": 1}}
    assert fit(TRAINING, given) == {"Tags": [{"Key": "1"}], "Unknown": {"A": 1}}
