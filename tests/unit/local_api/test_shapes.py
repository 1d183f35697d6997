"""Requests and answers against botocore's model."""

import re

import pytest

from local_sagemaker.core.errors import SerializationException, ValidationException
from local_sagemaker.definition.shapes import _pattern, check_request, only_members, service_model


def test_every_pattern_of_the_model_can_be_read():
    model = service_model()
    patterns = {
        shape.metadata["pattern"] for shape in map(model.shape_for, model.shape_names) if "pattern" in shape.metadata
    }
    assert len(patterns) > 100
    assert all(isinstance(_pattern(pattern), re.Pattern) for pattern in patterns)


@pytest.mark.parametrize(
    ("key", "fits"), [("team", True), ("équipe", True), ("a b/c:d=e+f-g@h_i.j", True), ("a#b", False), ("a\tb", False)]
)
def test_classes_of_characters_of_java_are_understood(key, fits):
    request = {"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m", "Tags": [{"Key": key, "Value": "v"}]}
    if fits:
        check_request("AddTags", request)
    else:
        with pytest.raises(ValidationException, match=r"tags\.1\.member\.key"):
            check_request("AddTags", request)


def test_a_token_that_clients_fill_in_is_not_missed():
    check_request("StartPipelineExecution", {"PipelineName": "name"})


def test_a_boolean_is_no_number():
    with pytest.raises(SerializationException, match="maxResults"):
        check_request("ListModels", {"MaxResults": True})


def test_members_of_the_services_own_stay_inside():
    shape = service_model().operation_model("DescribeModel").output_shape
    inside = {"ModelName": "m", "Secret": 1, "PrimaryContainer": {"Image": "i", "Secret": 2}, "Containers": None}
    assert only_members(shape, inside) == {"ModelName": "m", "PrimaryContainer": {"Image": "i"}}
