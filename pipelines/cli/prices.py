"""``boostpipe prices``: the prices that estimates use, and their update from AWS."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.aws.price_list import USES, endpoint_region, read_price_list
from pipelines.aws.prices import Prices, load_prices, missing_prices, refreshed_file
from pipelines.cli.common.command import Command
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.rendering import table
from pipelines.data.whole_files import written_whole
from pipelines.settings.fields import Settings
from pipelines.target.clients import DEFAULT_REGION


def _options(parser: Parser) -> None:
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="read the region's prices from the AWS Price List API, and replace the file that --prices names, or else "
        "the region's own in the cache folder",
    )


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    region = settings.region or _configured_region()
    if options.refresh:
        return _refresh(region, Path(settings.prices) if settings.prices else refreshed_file(region))
    prices = load_prices(settings.prices, region)
    return Result(_as_text(prices), {**vars(prices), "origin": prices.origin})


def _refresh(region: str, file: Path) -> Result:
    own = read_price_list(_client(endpoint_region(region)), region, datetime.now(tz=UTC).date())
    with written_whole(file) as (partial,):
        partial.write_text(json.dumps(own, indent=2) + "\n", encoding="utf-8")
        load_prices(partial)  # raises if it is not a file of prices
    missing, count = missing_prices(own), sum(map(len, own["instance_hour"].values()))
    kept = f"AWS's response does not have these, which keep the shipped prices: {', '.join(missing)}."
    text = f"Wrote {file}: {count} prices of instances in {region}, {own['as_of']}.\n"
    return Result(text, {"file": str(file), "missing": missing, **own}, [kept] if missing else [])


def _as_text(prices: Prices) -> str:
    hours, uses = prices.instance_hour, tuple(USES.values())
    names = dict.fromkeys(name for use in uses for name in hours[use])
    rows = [(name, *(str(hours[use].get(name, "-")) for use in uses)) for name in names]
    return (
        f"{table((f'{prices.currency} per hour', *uses), rows)}\n"
        f"Endpoints: {prices.hosting_data_gb} per GB of requests and responses. Serverless: "
        f"{prices.serverless_gb_second:f} per second and GB of memory, {prices.serverless_data_gb} per GB.\n"
        f"Prices: {prices.origin}.\n"
    )


def _configured_region() -> str:
    import boto3

    return str(boto3.Session().region_name or DEFAULT_REGION)


def _client(region: str) -> Any:
    import boto3

    return boto3.client("pricing", region_name=region)


COMMAND = Command(
    name="prices",
    summary="show the prices that estimates use, or update them from AWS (--refresh)",
    exit_codes="exit codes: 0 success, 2 bad usage or bad input, 3 no credentials, or AWS cannot be reached",
    options=_options,
    settings=("region", "prices"),
    run=_run,
)
