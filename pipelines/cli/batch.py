"""``boostpipe batch``: predict a file of new rows, of any size, with a registered model."""

import argparse

from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_model_choice, chosen_model, whole_number
from pipelines.cli.common.rendering import Words, facts, words
from pipelines.definition.formats import FORMATS
from pipelines.serving.batch.run import BatchRequest, BatchResult, predict
from pipelines.serving.batch.transform import Capacity
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE|s3://...", help="raw rows in the order of time, as CSV")
    parser.add_argument(
        "--output", metavar="FOLDER|s3://...", help="where the result goes (default: in the state directory)"
    )
    add_model_choice(parser)
    parser.add_argument(
        "--series", metavar="COLUMN", help="the column that distinguishes series of hours, such as a station"
    )
    job = parser.add_argument_group("transform job")
    job.add_argument("--format", choices=tuple(FORMATS), default="csv", help="of the requests (default: %(default)s)")
    for option, most, default, what in (
        ("--rows-per-object", 10_000_000, 20_000, "rows"),
        ("--requests-at-once", 16, 2, "MaxConcurrentTransforms"),
        ("--instance-count", 100, 1, "instances"),
    ):
        explained = f"{what} (default: {default})"
        job.add_argument(option, type=whole_number(1, most), default=default, metavar="N", help=explained)


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    capacity = Capacity(settings.transform_instance_type, options.instance_count, options.requests_at_once)
    form = FORMATS[options.format]
    request = BatchRequest(options.input, options.output, form, options.rows_per_object, options.series, capacity)
    with opened(settings) as context:
        model = chosen_model(context, options, options.task)
        outcome = predict(context.connection, settings, model, request)
    return Result(_as_text(outcome, words(settings.lang)), outcome.as_json(), outcome.remarks)


def _as_text(outcome: BatchResult, t: Words) -> str:
    times = ", ".join(f"{t(name)} {seconds:.1f} s" for name, seconds in outcome.seconds.items())
    numbers = {"read": f"{outcome.read:,}", "predicted": f"{outcome.predicted:,}"}
    history = outcome.read - outcome.predicted
    lines = {
        "model": f"{outcome.model.title} ({outcome.model.algorithm}, {outcome.model.approval_status})",
        "transform job": outcome.transform_job_arn,
        "rows": t("{read} read, {predicted} predicted in {objects} objects", objects=outcome.objects, **numbers)
        + (t(", {history} at the beginning are history only", history=f"{history:,}") if history else ""),
        "time": times,
        **outcome.files,
    }
    return facts((t(name), str(text)) for name, text in lines.items())


COMMAND = Command(
    name="batch",
    summary="predict a file of new rows, of any size",
    description="Predict new rows with a registered model through a transform job: on Amazon SageMaker, or locally.",
    commands=(
        Command(
            name="run",
            summary="predict a file of raw rows",
            description="Predict a file of raw rows without target; the result is one Parquet and one CSV file.",
            options=_options,
            settings=(*CONNECTION, "transform_instance_type", "tags", "trusted_code"),
            run=_run,
        ),
    ),
)
