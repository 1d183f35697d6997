"""The model card, held against the reduced schema of a model package's card.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html#model-card-schema
"""

import json
import re

import pytest

from evaluation.output.model_card import MOST_BYTES, encoded_bytes, model_card
from evaluation.strict_json import read_json

LONGEST = {
    "purpose_of_model": 2048,
    "intended_uses": 2048,
    "factors_affecting_model_efficiency": 2048,
    "explanations_for_risk_rating": 2048,
    "training_observations": 1024,
    "evaluation_observation": 2096,
    "ethical_considerations": 2048,
    "caveats_and_recommendations": 2048,
    "model_creator": 1024,
    "notes": 1024,
    "y_axis_name": 63,
}


@pytest.fixture(scope="module")
def report(output):
    return read_json(output / "evaluation.json")


@pytest.fixture(scope="module")
def card(output):
    return json.loads((output / "model-card.json").read_text(), parse_constant=pytest.fail)


def texts(content, key=""):
    if isinstance(content, dict):
        for name, value in content.items():
            yield from texts(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value, key)
    elif isinstance(content, str):
        yield key, content


def test_card_is_accepted_by_the_api(output, report):
    text = (output / "model-card.json").read_text()
    assert text == report["model_card"]
    assert re.fullmatch(".*", text)
    assert encoded_bytes(text) <= MOST_BYTES


def test_card_sections(card):
    sections = {"model_overview", "intended_uses", "training_details", "evaluation_details", "additional_information"}
    assert card.keys() == sections
    assert card["model_overview"].keys() == {"model_creator", "model_artifact"}
    assert card["intended_uses"]["risk_rating"] in {"High", "Medium", "Low", "Unknown"}
    additional = {"ethical_considerations", "caveats_and_recommendations", "custom_details"}
    assert card["additional_information"].keys() == additional


def test_card_string_lengths(card):
    for key, text in texts(card):
        assert len(text) <= LONGEST.get(key, 1024), key
    for text in card["additional_information"]["custom_details"].values():
        assert isinstance(text, str)


def test_card_metric_types(card):
    for details in card["evaluation_details"]:
        assert 1 <= len(details["name"]) <= 63
        for group in details["metric_groups"]:
            assert group.keys() == {"name", "metric_data"}
            assert 1 <= len(group["name"]) <= 63
            for metric in group["metric_data"]:
                assert {"name", "type", "value"} <= metric.keys()
                if metric["type"] == "bar_chart":
                    assert len(metric["value"]) == len(metric["x_axis_name"]) >= 1
                else:
                    assert metric["type"] == "number"
                    assert isinstance(metric["value"], float)


def test_card_metrics(card, report):
    groups = card["evaluation_details"][0]["metric_groups"]
    assert [group["name"] for group in groups] == list(report["candidates"])
    for group in groups:
        values = {metric["name"]: metric["value"] for metric in group["metric_data"]}
        assert values == pytest.approx(report["candidates"][group["name"]]["test"], rel=1e-5)


def test_long_card_omits_slices(report):
    many = [{**slice_, "value": f"{number:063}"} for slice_ in report["slices"] for number in range(100)]
    card = json.loads(model_card({**report, "slices": many}))
    assert [details["name"] for details in card["evaluation_details"]] == ["Test set", "Baselines on the test set"]
