"""``run-pipeline`` and ``get-pipeline-definition``, as AWS's seed code has them.

Both take a module with ``get_pipeline`` and its arguments, spelled as the seed code spells them.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.common import console
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import EXIT_CODES
from pipelines.errors import BadInput, quoted

if TYPE_CHECKING:
    from pipelines.execution.pipeline import Progress

MODULE = "pipelines.seoul_bike.pipeline"

logger = logging.getLogger("pipelines")


def get_pipeline_definition(arguments: list[str] | None = None) -> int:
    """Write the definition of a module's pipeline, and return the exit code."""
    command = _parser("get-pipeline-definition", "Build the pipeline of a module and write its definition.")
    command.add_argument("-f", "--file-name", type=Path, metavar="PATH", help="where to (default: standard output)")
    return _main(command, _write_definition, arguments)


def run_pipeline(arguments: list[str] | None = None) -> int:
    """Create or update a module's pipeline, start it, and return the exit code."""
    command = _parser("run-pipeline", "Create or update the pipeline of a module and start it.")
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
    return _main(command, _upsert_and_start, arguments)


def _main(command: Parser, run: Callable[[argparse.Namespace], Result], arguments: list[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    return console.run(lambda: run(command.parse_args(given)), given)


def _parser(prog: str, description: str) -> Parser:
    command = Parser(prog=prog, description=description, epilog=EXIT_CODES)
    command.add_argument("-n", "--module-name", default=MODULE, help=f"module with get_pipeline (default: {MODULE})")
    command.add_argument(
        "-kwargs",
        "--kwargs",
        default="{}",
        metavar="JSON",
        help="arguments of get_pipeline, as JSON or as a Python literal",
    )
    command.add_argument("-v", "--verbose", action="store_true", help="log more on stderr, tracebacks included")
    return command


def _write_definition(options: argparse.Namespace) -> Result:
    text = _pipeline_of(options).definition()
    if not options.file_name:
        return Result(text)
    options.file_name.write_text(text, encoding="utf-8")
    return Result("")


def _upsert_and_start(options: argparse.Namespace) -> Result:
    tags = _read_value(options.tags, "--tags", list)
    pipeline = _pipeline_of(options)
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

    from pipelines.cli.common.rendering import shown
    from pipelines.execution.follow import PATIENCE_SECONDS, POLL_SECONDS, follow

    with shown() as show:
        for progress in follow(boto3.client, arn, {}, POLL_SECONDS["aws"], PATIENCE_SECONDS["aws"]):
            show(progress)
    return progress


def _pipeline_of(options: argparse.Namespace) -> Any:
    """Call the module's ``get_pipeline``; the SDK's output goes to stderr.

    Raises `BadInput` if there is no such module or function, or it does not accept the arguments.
    """
    given = _read_value(options.kwargs, "--kwargs", dict)
    try:
        get_pipeline = importlib.import_module(options.module_name).get_pipeline
    except (ImportError, AttributeError) as error:
        raise BadInput(f"--module-name is {options.module_name!r}, but there is no get_pipeline ({error}).") from error
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return get_pipeline(**given)
        except TypeError as error:
            raise BadInput(f"get_pipeline of {options.module_name} does not take this --kwargs: {error}.") from error


def _read_value(text: str, option: str, kind: type) -> Any:
    """Read JSON or a Python literal, since builds of projects pass either.

    Raises `BadInput` if it is neither, or of another type.
    """
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError) as error:
            raise BadInput(f"{option} is {quoted(text)}, which is neither JSON nor a Python literal.") from error
    if not isinstance(value, kind):
        raise BadInput(f"{option} is {quoted(text)}, but it must be a {kind.__name__}.")
    return value
