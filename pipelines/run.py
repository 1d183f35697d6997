"""``python -m pipelines.run --upsert --start``: build the pipeline, send it, start it, follow it, show the results."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipelines.cli import console
from pipelines.cli.options import parser, settings_of
from pipelines.errors import BadInput
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.execution.workflow import Outcome
    from pipelines.target import Choice, Target

LAST_EXECUTIONS = 5

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options, settings_of(options)), verbose=options.verbose)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.definition.algorithms import require_format
    from pipelines.definition.formats import FORMATS
    from pipelines.target import choose

    require_format(FORMATS[settings.batch_format], settings.algorithms)
    if options.dry_run:
        return _dry_run(settings)
    if options.estimate:
        return _estimate(options, settings)
    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    if not (options.upsert or options.start or options.schedule):
        return _say_what_it_would_do(settings, choice.name)
    return _carry_out(options, settings, choice)


def _dry_run(settings: Settings) -> int:
    from pipelines.data.code_bundles import bundles
    from pipelines.definition.build import Build
    from pipelines.target import offline

    with offline(settings) as target:
        console.write(Build(settings, target, bundles()).result().text)
    return 0


def _estimate(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.aws.prices import load_prices
    from pipelines.cli.execution_text import estimate_text
    from pipelines.data.code_bundles import bundles
    from pipelines.definition.build import Build
    from pipelines.execution.estimate import estimate
    from pipelines.execution.pipeline import check_parameters
    from pipelines.target import choose, offline

    with offline(settings) as target:
        definition = Build(settings, target, bundles()).result()
    parameters = check_parameters(definition, _unique(options.parameter))
    prices, seconds = load_prices(settings.prices), _last_seconds(settings, choose(settings))
    found = estimate(definition.content, parameters, prices, seconds, settings.max_parallel_steps)
    if options.json:
        console.write_json(found.as_json())
    else:
        console.write(estimate_text(found))
    return 0


def _last_seconds(settings: Settings, choice: Choice) -> dict[str, float]:
    """How long the steps of the last executions took; those of this machine say nothing of AWS."""
    from pipelines.execution.estimate import measured_seconds
    from pipelines.execution.lookup import recent
    from pipelines.execution.pipeline import describe_pipeline, look
    from pipelines.target import connect

    if choice.name == "local":
        return {}
    with connect(settings, choice) as connection:
        sagemaker = connection.client("sagemaker")
        if describe_pipeline(sagemaker, settings.pipeline_name) is None:
            return {}
        last = recent(sagemaker, settings.pipeline_name, LAST_EXECUTIONS)
        return measured_seconds(look(sagemaker, execution.arn, {}).steps for execution in last)


def _say_what_it_would_do(settings: Settings, target: str) -> int:
    tasks, algorithms = " and ".join(settings.tasks), ", ".join(settings.algorithms)
    where = "Amazon SageMaker" if target == "aws" else f"this machine (state in {settings.state_dir})"
    console.write(
        f"Pipeline {settings.pipeline_name}: {tasks} with {algorithms}, split by {settings.split}, on {where}.\n"
        "Nothing was done. --upsert creates or updates it, --start starts an execution, "
        "--dry-run prints the definition.\n"
    )
    return 0


def _carry_out(options: argparse.Namespace, settings: Settings, choice: Choice) -> int:
    from rich.console import Console

    from pipelines.cli.progress import shown_on
    from pipelines.execution.workflow import Wish, carry_out
    from pipelines.target import open_target

    parameters = _unique(options.parameter)
    wish = Wish(options.upsert, options.start, options.wait, parameters, options.execution_name, options.schedule)
    with open_target(settings, choice) as target, shown_on(Console(stderr=True)) as show:
        outcome = carry_out(wish, settings, target, show)
        costs = _costs_of_endpoints(settings, parameters, target, outcome)
    _report(outcome, as_json=options.json)
    for line in costs:
        logger.info("%s", line)
    progress = outcome.progress
    return 1 if progress and progress.finished and progress.status != "Succeeded" else 0


def _costs_of_endpoints(
    settings: Settings, parameters: Mapping[str, str], target: Target, outcome: Outcome
) -> list[str]:
    """Say of every endpoint that was deployed, or will be, what it costs and how to end it."""
    results = outcome.results or {}
    tasks = [task for task, result in results.items() if result.endpoint]
    if outcome.progress is not None and not outcome.progress.finished and settings.deploy:
        tasks = list(settings.tasks)
    if not tasks:
        return []
    from pipelines.aws.prices import load_prices
    from pipelines.serving.endpoints.costs import costs_of_deployed
    from pipelines.target import CommandContext

    context = CommandContext(settings, target, load_prices(settings.prices))
    return costs_of_deployed(context, tasks, parameters.get("HostingInstanceType", settings.hosting_instance_type))


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"--parameter {name} is given more than once.")
    return dict(pairs)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    from rich.console import Console

    from pipelines.cli.summary import show_outcome, to_json

    if as_json:
        console.write_json(to_json(outcome))
    show_outcome(Console(stderr=as_json), outcome)


if __name__ == "__main__":
    sys.exit(main())
