"""``boostpipe estimate``: cost and duration of an execution on AWS, step by step, before it is started."""

import argparse

from pipelines.aws.prices import load_prices
from pipelines.cli.common.command import Command, choose
from pipelines.cli.common.console import Result
from pipelines.cli.common.options import ALL_SETTINGS, add_parameters, given_parameters, require_training
from pipelines.cli.common.rendering import table
from pipelines.data.code_bundles import bundles
from pipelines.definition.build import Build
from pipelines.execution.estimate import Estimate, estimate, seconds_of_last
from pipelines.execution.parameters import check_parameters
from pipelines.execution.pipeline import describe_pipeline
from pipelines.settings.fields import Settings
from pipelines.target.opening import connect, offline


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Build the definition without a network, and estimate its execution."""
    require_training(settings)
    with offline(settings) as target:
        definition = Build(settings, target, bundles(settings.table)).result()
    parameters = check_parameters(definition, given_parameters(options))
    region, seconds = _measured_seconds(settings, target.region)
    prices = load_prices(settings.prices, region)
    found = estimate(definition.content, parameters, prices, seconds, settings.max_parallel_steps)
    return Result(_as_text(found), found.as_json())


def _measured_seconds(settings: Settings, region: str) -> tuple[str, dict[str, float]]:
    """Return the region, and how long the steps of the last executions took there.

    Durations of local steps say nothing about AWS.
    """
    choice = choose(settings)
    if choice.name == "local":
        return region, {}
    with connect(settings, choice) as connection:
        sagemaker = connection.client("sagemaker")
        if describe_pipeline(sagemaker, settings.pipeline_name) is None:
            return connection.region, {}
        return connection.region, seconds_of_last(sagemaker, settings.pipeline_name)


def _as_text(found: Estimate) -> str:
    currency = found.prices.currency
    rows = [
        (
            step.name,
            step.instance_type,
            f"{step.minutes:.1f}",
            f"{step.billed_minutes:.1f}",
            _money(step.cost),
            "last executions" if step.measured else "assumed",
        )
        for step in found.steps
    ]
    headings = ("step", "instance", "minutes", "billed", currency, "minutes are")
    hourly = f"{_money(found.endpoints_per_hour)} {currency} per hour"
    endpoints = f"Endpoints ({len(found.endpoints)}): {hourly} from then on, until they are deleted.\n"
    return (
        f"{table(headings, rows)}\nOne execution: {_money(found.cost)} {currency}, about {found.minutes:.0f} minutes "
        f"with at most {found.at_once} steps at once.\n{endpoints if found.endpoints else ''}"
        f"Prices: {found.prices.origin}.\n"
        "Not included: S3, logs, and savings from steps whose result comes from the cache.\n"
    )


def _money(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.3f}"


COMMAND = Command(
    name="estimate",
    summary="estimate what an execution costs on AWS and how long it takes, per step",
    options=add_parameters,
    settings=ALL_SETTINGS,
    run=run,
)
