"""``boostpipe export``: executions, candidates and registered versions into an MLflow tracking server."""

import argparse

from pipelines.admin.tracking.export import Exported, export
from pipelines.admin.tracking.store import open_store
from pipelines.cli.common.command import Command, on_target
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_mlflow, whole_number
from pipelines.execution import lookup
from pipelines.target.connection import CommandContext


def _options(parser: Parser) -> None:
    add_mlflow(parser, required=True)
    parser.add_argument("--experiment", metavar="NAME", help="(default: the pipeline's name)")
    limit = whole_number(1, 100_000)
    parser.add_argument("--limit", type=limit, metavar="N", help="only the latest N executions (default: all)")


def _run(context: CommandContext, options: argparse.Namespace) -> Result:
    executions = [*reversed(lookup.recent(context.sagemaker, context.pipeline, options.limit))]
    experiment = options.experiment or context.pipeline
    with open_store(options.mlflow, experiment) as store:
        done = export(context, store, [each.arn for each in executions])
    content = {"uri": options.mlflow, "experiment": experiment, **vars(done)}
    return Result(as_text(done, options.mlflow, experiment), content)


def as_text(done: Exported, uri: str, experiment: str) -> str:
    """Write what was exported."""
    numbers = f"{len(done.exported)} executions with {done.candidates} candidates"
    others = f"{len(done.known)} were there already" + (f", {len(done.running)} still run" if done.running else "")
    return f"Exported {numbers} to the experiment {experiment} of {uri}; {others}.\n"


COMMAND = Command(
    name="export",
    summary="export executions, candidates and versions to MLflow",
    description="Export executions, their candidates and registered versions to an MLflow tracking server. Those that "
    "were exported before are left as they are.",
    options=_options,
    settings=CONNECTION,
    run=on_target(_run),
)
