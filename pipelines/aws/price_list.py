"""Prices of SageMaker in one region from the AWS Price List API, as a file of prices has them."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipelines.aws.prices import Use
from pipelines.aws.responses import listed
from pipelines.errors import BadInput

NOTE = "Public on-demand list prices, read from the AWS Price List API by boostpipe prices --refresh"
USES: Mapping[str, Use] = {"Processing": "processing", "Train": "training", "Tsform": "transform", "Host": "hosting"}
# Usage types begin with a code of the region, such as USE1-, in some regions with none.
_INSTANCE = re.compile(rf"(?:[A-Z0-9]+-)?({'|'.join(USES)}):(ml\.[a-z0-9-]+\.[a-z0-9]+)")
_DATA = re.compile(r"(?:[A-Z0-9]+-)?Hst:Data-Bytes-(?:In|Out)")
_SERVERLESS = re.compile(r"(?:[A-Z0-9]+-)?ServerlessInf:Mem-(\d+)GB")


def endpoint_region(region: str) -> str:
    """Return the region whose endpoint of the API has a region's prices."""
    return "cn-northwest-1" if region.startswith("cn-") else "us-east-1"


def read_price_list(pricing: Any, region: str, today: date) -> dict[str, Any]:
    """Read the prices; those that AWS's response does not have are missing.

    Raises `BadInput` if it has no instance of SageMaker in that region.
    """
    currency = "CNY" if region.startswith("cn-") else "USD"
    hours: dict[str, dict[str, float]] = {use: {} for use in USES.values()}
    numbers: dict[str, float] = {}
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    for text in listed(pricing, "get_products", "PriceList", ServiceCode="AmazonSageMaker", Filters=filters):
        product = json.loads(str(text))
        usage = product["product"]["attributes"].get("usagetype", "")
        if instance := _INSTANCE.fullmatch(usage):
            _keep_highest(hours[USES[instance[1]]], instance[2], _price(product, "h", currency))
        elif _DATA.fullmatch(usage):  # serverless endpoints have no usage type of their own for it
            for name in ("hosting_data_gb", "serverless_data_gb"):
                _keep_highest(numbers, name, _price(product, "g", currency))
        elif memory := _SERVERLESS.fullmatch(usage):
            _keep_highest(numbers, "serverless_gb_second", _price(product, "s", currency) / int(memory[1]))
    if not any(hours.values()):
        raise BadInput(
            f"The AWS Price List API has no prices of SageMaker in {region}; nothing was written. Check --region."
        )
    by_name = {use: dict(sorted(prices.items())) for use, prices in hours.items()}
    texts = {"note": NOTE, "as_of": today.isoformat(), "region": region, "currency": currency}
    return {**texts, "instance_hour": by_name, **numbers}


def _keep_highest(prices: dict[str, float], name: str, price: float) -> None:
    """Add a price; free tiers cost 0 and are not prices."""
    if price:
        prices[name] = round(max(price, prices.get(name, 0)), 10)


def _price(product: Mapping[str, Any], unit: str, currency: str) -> float:
    """Return the on-demand price of the first unit; 0 if there is none in a unit with this initial."""
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    prices = [
        float(dimension["pricePerUnit"].get(currency, 0))
        for term in terms
        for dimension in term["priceDimensions"].values()
        if dimension["unit"].lower().startswith(unit) and dimension.get("beginRange", "0") == "0"
    ]
    return max(prices, default=0.0)
