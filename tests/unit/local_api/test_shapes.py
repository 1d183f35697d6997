"""Requests and responses against botocore's model."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local_sagemaker.core.errors import SerializationException, ValidationException
from local_sagemaker.definition.patterns import matches
from local_sagemaker.definition.shapes import check_request, only_members, service_model

DESCRIPTION = r"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*"
MODEL = "arn:aws:sagemaker:us-east-1:123456789012:model/m"


def test_every_pattern_is_checked():
    model = service_model()
    shapes = map(model.shape_for, model.shape_names)
    patterns = {shape.metadata["pattern"] for shape in shapes if "pattern" in shape.metadata}
    assert len(patterns) > 200
    for pattern in patterns:
        assert {matches(pattern, text) for text in ("", "a", "é", "\0")} <= {True, False}


@given(st.characters())
@example("\n")
@example("{")
@example("é")
@example("\U0001f6b2")
def test_unicode_properties(character):
    assert matches(DESCRIPTION, character) == (unicodedata.category(character)[0] in "LMZSNP")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\w+", "équipe", False),
        (r"\d+", "٣", False),
        (".*", "one\rtwo", False),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "\U0001f6b2", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "\ufffe", False),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", "a{b}", False),
        (r"[^ ~^:?*\[]+", "a]", True),
        (r"[\p{Alnum}\-]+", "a-1", True),
    ],
)
def test_patterns_match_as_in_java(pattern, text, fits):
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    ("key", "fits"), [("team", True), ("équipe", True), ("a b/c:d=e+f-g@h_i.j", True), ("a#b", False), ("a\tb", False)]
)
def test_tag_keys(key, fits):
    request = {"ResourceArn": MODEL, "Tags": [{"Key": key, "Value": "v"}]}
    if fits:
        check_request("AddTags", request)
    else:
        with pytest.raises(ValidationException, match=r"tags\.1\.member\.key"):
            check_request("AddTags", request)


def test_client_tokens_are_optional():
    check_request("StartPipelineExecution", {"PipelineName": "name"})


def test_unknown_members_are_ignored():
    check_request("ListModels", {"Unknown": 1})


def test_a_boolean_is_no_number():
    with pytest.raises(SerializationException, match="maxResults"):
        check_request("ListModels", {"MaxResults": True})


def test_internal_members_are_not_returned():
    shape = service_model().operation_model("DescribeModel").output_shape
    inside = {"ModelName": "m", "Secret": 1, "PrimaryContainer": {"Image": "i", "Secret": 2}, "Containers": None}
    assert only_members(shape, inside) == {"ModelName": "m", "PrimaryContainer": {"Image": "i"}}
