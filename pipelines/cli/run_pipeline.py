"""``run-pipeline``: upsert and start what a module's ``get_pipeline`` builds, as AWS's seed code has it."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys

from pipelines.cli import console
from pipelines.cli.options import EXIT_CODES
from pipelines.cli.seed_code import add_module, pipeline_of, read_value

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = _parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options), verbose=options.verbose)


def _parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(
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


def _run(options: argparse.Namespace) -> int:
    tags = read_value(options.tags, "--tags", list)
    pipeline = pipeline_of(options)
    with contextlib.redirect_stdout(sys.stderr):
        upserted = pipeline.upsert(role_arn=options.role_arn, description=options.description, tags=tags)
        arn = pipeline.start().arn
    console.write(f"pipeline:  {upserted['PipelineArn']}\nexecution: {arn}\n")
    return _follow(arn) if options.wait else 0


def _follow(arn: str) -> int:
    import boto3
    from rich.console import Console

    from pipelines.cli.progress import shown_on
    from pipelines.execution.follow import PATIENCE_SECONDS, POLL_SECONDS, follow

    with shown_on(Console(stderr=True)) as show:
        for progress in follow(boto3.client, arn, {}, POLL_SECONDS["aws"], PATIENCE_SECONDS["aws"]):
            show(progress)
    console.write(f"{progress.status}{f': {progress.failure_reason}' if progress.failure_reason else ''}\n")
    return 0 if progress.status == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
