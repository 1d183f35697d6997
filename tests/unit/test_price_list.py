"""Prices from the AWS Price List API: products in the documented format, and the file that is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pipelines.aws.price_list import endpoint_region, read_price_list
from pipelines.aws.prices import load_prices, missing_prices, refreshed_file
from pipelines.cli import prices as command
from pipelines.cli.common.command import run_command
from pipelines.errors import BadInput
from pipelines.serving.endpoints.capacity import Instances
from tests.support.policies import Call, allows, load

REGION = "ap-northeast-2"
TODAY = date(2026, 11, 30)
REQUEST = {
    "ServiceCode": "AmazonSageMaker",
    "Filters": [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": REGION}],
}


def product(usage: str, price: str, unit: str = "Hrs", currency: str = "USD", **terms: Any) -> str:
    """An item of PriceList, which is JSON in a string."""
    dimension = {
        "unit": unit,
        "beginRange": "0",
        "endRange": "Inf",
        "description": f"${price} per {unit} for {usage}",
        "appliesTo": [],
        "rateCode": "224KFFKCD4VQDQY7.JRTCKXETXF.6YS6EN2CT7",
        "pricePerUnit": {currency: price},
    }
    term = {
        "sku": "224KFFKCD4VQDQY7",
        "offerTermCode": "JRTCKXETXF",
        "effectiveDate": "2026-11-01T00:00:00Z",
        "priceDimensions": {"224KFFKCD4VQDQY7.JRTCKXETXF.6YS6EN2CT7": dimension},
        "termAttributes": {},
    }
    attributes = {"servicecode": "AmazonSageMaker", "regionCode": REGION, "usagetype": usage}
    return json.dumps(
        {
            "product": {"productFamily": "ML Instance", "attributes": attributes, "sku": "224KFFKCD4VQDQY7"},
            "serviceCode": "AmazonSageMaker",
            "terms": terms or {"OnDemand": {"224KFFKCD4VQDQY7.JRTCKXETXF": term}},
            "version": "20261120000000",
            "publicationDate": "2026-11-20T00:00:00Z",
        }
    )


PAGES = [
    [
        product("APN2-Host:ml.m5.large", "0.1410000000"),
        product("APN2-Host:ml.m5.large", "0.0000000000"),  # the free tier
        product("APN2-Host:ml.m6i.large", "0.1420000000", unit="hours"),
        product("APN2-Train:ml.m5.xlarge", "0.2830000000"),
        product("APN2-SpotTraining:ml.m5.xlarge", "0.0900000000"),
        product("APN2-Notebk:ml.m5.xlarge", "0.2990000000"),
        product("APN2-Train:ml.c5.xlarge", "9", Reserved={}),
    ],
    [
        product("APN2-Processing:ml.m5.xlarge", "0.2840000000"),
        product("Tsform:ml.m5.large", "0.1430000000"),
        product("APN2-Hst:Data-Bytes-In", "0.0160000000", unit="GB"),
        product("APN2-Hst:Data-Bytes-Out", "0.0170000000", unit="GB"),
        product("APN2-ServerlessInf:Mem-1GB", "0.0000200000", unit="seconds"),
        product("APN2-ServerlessInf:Mem-3GB", "0.0000750000", unit="seconds"),
        product("APN2-ServerlessInf:Mem-2GB-ProvisionedConcurrency", "0.9", unit="seconds"),
    ],
]


@pytest.fixture
def pricing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stubber]:
    """The API's client, and an empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SAGEMAKER_PRICES", raising=False)
    monkeypatch.chdir(tmp_path)
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(command, "_client", lambda _region: client)
    with Stubber(client) as stub:
        yield stub


def answer(stub: Stubber, pages: list[list[str]] = PAGES) -> None:
    for number, page in enumerate(pages):
        token = {"NextToken": str(number)} if number else {}
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        stub.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": page, **more}, {**REQUEST, **token})


def refresh(*arguments: str) -> int:
    return run_command(command.COMMAND, ["--refresh", "--region", REGION, *arguments])


def test_prices_of_every_page_are_read_and_nothing_else(pricing: Stubber) -> None:
    answer(pricing)
    own = read_price_list(pricing.client, REGION, TODAY)
    assert own["instance_hour"] == {
        "processing": {"ml.m5.xlarge": 0.284},
        "training": {"ml.m5.xlarge": 0.283},
        "transform": {"ml.m5.large": 0.143},
        "hosting": {"ml.m5.large": 0.141, "ml.m6i.large": 0.142},
    }
    assert (own["hosting_data_gb"], own["serverless_data_gb"]) == (0.017, 0.017)
    assert own["serverless_gb_second"] == 0.000025  # the highest
    assert (own["region"], own["as_of"], own["currency"]) == (REGION, "2026-11-30", "USD")


def test_china_has_its_own_endpoint_and_currency(pricing: Stubber) -> None:
    page = [product("CNN1-Host:ml.m5.large", "1.1", currency="CNY"), product("CNN1-Host:ml.m5.xlarge", "1")]
    pricing.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": page})
    own = read_price_list(pricing.client, "cn-north-1", TODAY)
    assert (own["currency"], own["instance_hour"]["hosting"]) == ("CNY", {"ml.m5.large": 1.1})
    assert endpoint_region("cn-north-1") == "cn-northwest-1"
    assert endpoint_region(REGION) == "us-east-1"


def test_refreshed_prices_are_those_of_the_region(pricing: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    answer(pricing)
    assert refresh("--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["file"] == str(refreshed_file(REGION))
    prices = load_prices(region=REGION)
    assert prices.per_hour("hosting", "ml.m6i.large") == 0.142
    assert (prices.region, prices.as_of) == (REGION, datetime.now(tz=UTC).date().isoformat())
    assert "older than" not in prices.origin
    assert "not those of" not in prices.origin
    assert load_prices(region="us-east-1").region == "us-east-1"


def test_missing_price_is_reported_and_keeps_the_shipped_one(
    pricing: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(pricing)
    assert refresh() == 0
    report = capsys.readouterr().err
    assert "ml.t2.medium (hosting)" in report
    assert "ml.m5.large (hosting)" not in report
    prices, shipped = load_prices(region=REGION), load_prices()
    assert prices.per_hour("hosting", "ml.t2.medium") == shipped.per_hour("hosting", "ml.t2.medium")
    missing = len(missing_prices(json.loads(refreshed_file(REGION).read_text(encoding="utf-8"))))
    assert f"{missing} of the prices are those of us-east-1, {shipped.as_of}" in prices.origin


def test_prices_option_names_the_file(pricing: Stubber, tmp_path: Path) -> None:
    answer(pricing)
    own = tmp_path / "folder" / "mine.json"
    assert refresh("--prices", str(own)) == 0
    assert load_prices(own, REGION).per_hour("hosting", "ml.m5.large") == 0.141
    assert not refreshed_file(REGION).exists()


def test_file_is_written_whole_or_not_at_all(pricing: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    answer(pricing)
    assert refresh() == 0
    before = refreshed_file(REGION).read_text(encoding="utf-8")
    page = {"FormatVersion": "aws_v1", "PriceList": PAGES[1], "NextToken": "1"}
    pricing.add_response("get_products", page, REQUEST)
    pricing.add_client_error("get_products", "AccessDeniedException", "not authorized to perform: pricing:GetProducts")
    assert refresh() == 3
    assert "pricing:GetProducts" in capsys.readouterr().err
    assert refreshed_file(REGION).read_text(encoding="utf-8") == before
    assert list(refreshed_file(REGION).parent.iterdir()) == [refreshed_file(REGION)]


def test_region_without_prices_writes_nothing(pricing: Stubber) -> None:
    answer(pricing, [[product("APN2-Notebk:ml.m5.xlarge", "0.3")]])
    with pytest.raises(BadInput, match=f"no prices of SageMaker in {REGION}; nothing was written"):
        read_price_list(pricing.client, REGION, TODAY)
    answer(pricing, [[]])
    assert refresh() == 2
    assert not refreshed_file(REGION).exists()


@pytest.mark.parametrize(("as_of", "old"), [("2025-10-01", True), ("2999-01-01", False), ("last spring", False)])
def test_old_prices_are_reported_beside_every_amount(tmp_path: Path, as_of: str, *, old: bool) -> None:
    own = tmp_path / "prices.json"
    own.write_text(json.dumps({"as_of": as_of}), encoding="utf-8")
    amount = Instances("ml.m5.large", 1).cost_in_words(load_prices(own, "us-east-1"))
    assert ("older than six months: update them with boostpipe prices --refresh;" in amount) == old


def test_prices_of_another_region_are_reported(pricing: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(command.COMMAND, ["--region", REGION]) == 0
    text = capsys.readouterr().out
    assert "ml.m5.xlarge" in text
    assert "list prices of us-east-1" in text
    assert f"not those of {REGION} " in text
    assert f"update them with boostpipe prices --refresh --region {REGION};" in text


def test_caller_may_read_the_price_list() -> None:
    assert allows(load("caller"), Call("pricing:GetProducts", "*"))
