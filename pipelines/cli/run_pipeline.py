"""``run-pipeline``: upsert and start what a module's ``get_pipeline`` builds, as AWS's seed code has it."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from typing import TYPE_CHECKING

from pipelines.cli import console
from pipelines.cli.console import Result
from pipelines.cli.options import EXIT_CODES
from pipelines.cli.parser import Parser
from pipelines.cli.seed_code import add_module, pipeline_of, read_value

if TYPE_CHECKING:
    from pipelines.execution.pipeline import Progress

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return console.run(lambda: _run(_parser().parse_args(given)), given)


def _parser() -> Parser:
    command = Parser(
        prog="run-pipeline", description="Create or update the pipeline of a module and start it.", epilog=EXIT_CODES
    )
    add_module(command)
    command.add_argument("-role-arn", "--role-arn", required=True, metavar="ARN", help="execution role of the pipeline")
    command.add_argument("-description", "--description", metavar="TEXT", help="description of the pipeline")
    command.add_argument(
        "-tags", "--tags", default="[]", metavar="JSON", help='tags of the pipeline: [{"Key": "...", "Value": "..."}]'
    )
    command.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="follow the execution to its end, however long it takes (default: yes)",
    )
    return command


def _run(options: argparse.Namespace) -> Result:
    tags = read_value(options.tags, "--tags", list)
    pipeline = pipeline_of(options)
    with contextlib.redirect_stdout(sys.stderr):
        upserted = pipeline.upsert(role_arn=options.role_arn, description=options.description, tags=tags)
        arn = pipeline.start().arn
    begun = f"pipeline:  {upserted['PipelineArn']}\nexecution: {arn}\n"
    if not options.wait:
        return Result(begun)
    logger.info("%s", begun.rstrip())
    progress = _followed(arn)
    reason = f": {progress.failure_reason}" if progress.failure_reason else ""
    return Result(f"{begun}{progress.status}{reason}\n", exit_code=0 if progress.status == "Succeeded" else 1)


def _followed(arn: str) -> Progress:
    import boto3

    from pipelines.cli.progress import shown
    from pipelines.execution.follow import PATIENCE_SECONDS, POLL_SECONDS, follow

    with shown() as show:
        for progress in follow(boto3.client, arn, {}, POLL_SECONDS["aws"], PATIENCE_SECONDS["aws"]):
            show(progress)
    return progress


if __name__ == "__main__":
    sys.exit(main())
