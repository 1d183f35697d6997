"""What a step's arguments become when a parameter or a value out of JSON stands where another type is wanted."""

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
def test_a_number_where_a_text_is_wanted_is_written_as_one(value, expected):
    assert fitted(TRAINING, {"depth": value}, "HyperParameters") == {"depth": expected}


@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("3.0", 3), (3.0, 3), (3, 3), ("3.5", "3.5"), ("x", "x")])
def test_a_text_where_an_integer_is_wanted_is_read_if_it_is_one(value, expected):
    found = fitted(TRAINING, value, "ResourceConfig", "InstanceCount")
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("False", False), (True, True), ("x", "x")])
def test_a_text_where_a_truth_value_is_wanted_is_read_if_it_is_one(value, expected):
    assert fitted(TRAINING, value, "EnableNetworkIsolation") is expected or expected == "x"


def test_what_is_null_is_left_out_and_what_is_unknown_left_as_it_is():
    given = {"RoleArn": None, "Tags": [{"Key": 1, "Value": None}], "Unknown": {"A": 1}}
    assert fit(TRAINING, given) == {"Tags": [{"Key": "1"}], "Unknown": {"A": 1}}
