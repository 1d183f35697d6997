"""``boostpipe schedule``: let EventBridge Scheduler start the pipeline."""

import argparse

from pipelines.cli.common.command import Command
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import ALL_SETTINGS, add_parameters, given_parameters, require_training
from pipelines.cli.run.command import execute
from pipelines.execution.workflow import RunRequest
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    parser.add_argument("expression", metavar='"cron(...)"|"rate(...)"|off', help="when to start, in UTC; off deletes")
    parser.add_argument("--upsert", action="store_true", help="create the pipeline first, or update it")
    add_parameters(parser)


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    require_training(settings)
    request = RunRequest(options.upsert, start=False, parameters=given_parameters(options), schedule=options.expression)
    return execute(request, settings)


COMMAND = Command(
    name="schedule",
    summary="start the pipeline at fixed times or intervals",
    description="Start the pipeline at fixed times or intervals, with the data and the parameters of this command.",
    options=_options,
    settings=ALL_SETTINGS,
    run=_run,
)
