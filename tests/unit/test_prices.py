import json
import re
from typing import get_args

import pytest

from pipelines.aws.prices import Use, load_prices
from pipelines.errors import BadInput
from pipelines.settings.fields import Settings


def test_listed_prices_say_when_and_where_they_were_read():
    prices = load_prices()
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", prices.as_of)
    assert prices.source.startswith("https://aws.amazon.com/")
    assert prices.as_of in prices.origin
    assert prices.region in prices.origin


def test_every_use_has_prices_for_the_default_instance_types():
    prices = load_prices()
    assert set(prices.instance_hour) == set(get_args(Use))
    settings = Settings()
    assert prices.per_hour("processing", settings.processing_instance_type)
    assert prices.per_hour("training", settings.training_instance_type)
    assert prices.per_hour("transform", settings.transform_instance_type)
    assert prices.per_hour("hosting", "ml.m5.large")


def test_the_instance_types_are_those_that_the_service_has():
    from botocore.session import get_session

    model = get_session().get_service_model("sagemaker")
    shapes = {"hosting": "ProductionVariantInstanceType"}
    for use, prices in load_prices().instance_hour.items():
        known = model.shape_for(shapes.get(use, f"{use.capitalize()}InstanceType")).enum
        assert set(prices) <= set(known)


def test_price_grows_with_instances_and_unknown_types_have_none():
    prices = load_prices()
    assert prices.per_hour("hosting", "ml.m5.large", 2) == 2 * prices.per_hour("hosting", "ml.m5.large")
    assert prices.per_hour("hosting", "ml.unheard.of") is None


def test_a_serverless_second_costs_by_its_memory():
    prices = load_prices()
    assert prices.serverless_second(2048) == pytest.approx(2 * prices.serverless_gb_second)


def test_a_file_of_ones_own_replaces_single_prices(tmp_path):
    own = tmp_path / "prices.json"
    own.write_text(json.dumps({"as_of": "2031-01-01", "instance_hour": {"hosting": {"ml.m5.large": 0.5}}}))
    prices = load_prices(own)
    assert prices.as_of == "2031-01-01"
    assert prices.per_hour("hosting", "ml.m5.large") == 0.5
    assert prices.per_hour("hosting", "ml.m5.xlarge") == load_prices().per_hour("hosting", "ml.m5.xlarge")
    assert load_prices().per_hour("hosting", "ml.m5.large") != 0.5


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        '{"instance_hour": {"ml.m5.large": 1}}',
        '{"instance_hour": {"hosting": {"ml.m5.large": "1"}}}',
        '{"serverless_gb_second": -1}',
        '{"gpu": 1}',
    ],
)
def test_a_file_that_holds_no_prices_is_refused_by_name(tmp_path, content):
    own = tmp_path / "mine.json"
    own.write_text(content)
    with pytest.raises(BadInput, match=r"mine\.json"):
        load_prices(own)


def test_a_missing_file_of_prices_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"absent\.json"):
        load_prices(tmp_path / "absent.json")
