"""``boostpipe compare``: the same rows in real time and as a batch, how fast each is and what it costs."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_model_choice, chosen_model, whole_number
from pipelines.cli.common.rendering import facts, words
from pipelines.data.output import require_writable
from pipelines.serving.comparison.report import Comparison, draw, require_matplotlib
from pipelines.serving.comparison.run import START_SECONDS, compare
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    rows, per_request = whole_number(1, 100_000), whole_number(1, 1000)
    parser.add_argument("--rows", type=rows, default=1000, metavar="N", help="how many (default: %(default)s)")
    in_one = "rows of one request to the endpoint (default: %(default)s)"
    parser.add_argument("--rows-per-request", type=per_request, default=100, metavar="N", help=in_one)
    add_model_choice(parser)
    parser.add_argument(
        "--serverless-memory",
        type=whole_number(1024, 6144, step=1024),
        default=2048,
        metavar="MB",
        help="for its cost (default: %(default)s)",
    )
    parser.add_argument(
        "--start-seconds",
        type=float,
        default=START_SECONDS,
        metavar="S",
        help="what AWS takes, and bills, to start a transform job, for its cost (default: %(default)s)",
    )
    parser.add_argument("--output", type=_folder, metavar="FOLDER", help="for the table and the picture")


def _folder(text: str) -> Path:
    if "://" in text:
        raise argparse.ArgumentTypeError(f"{text} is not a local folder; the table and the picture need one")
    return Path(text)


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    require_matplotlib()
    comparison = _compare(options, settings)
    folder = options.output or settings.state_dir / "results" / f"compare-{datetime.now(UTC):%Y%m%d%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    picture, table = folder / "real-time-against-batch.png", folder / "real-time-against-batch.md"
    draw(comparison, picture)
    t = words(settings.lang)
    written = comparison.as_markdown(t)
    table.write_text(written, encoding="utf-8")
    text = f"{written}\n" + facts([(t("picture"), str(picture)), (t("table"), str(table))])
    return Result(text, {**comparison.as_json(), "picture": str(picture), "table": str(table)})


def _compare(options: argparse.Namespace, settings: Settings) -> Comparison:
    with opened(settings) as context:
        require_writable(str(options.output or settings.state_dir), context.s3)
        return compare(
            context,
            chosen_model(context, options, options.task),
            options.rows,
            rows_per_request=options.rows_per_request,
            serverless_mb=options.serverless_memory,
            start_seconds=options.start_seconds,
        )


COMMAND = Command(
    name="compare",
    summary="compare real-time and batch prediction: speed and cost",
    description="Send the same rows through an endpoint and through a transform job: on Amazon SageMaker, or locally. "
    "The endpoint is created for this and always deleted.",
    options=_options,
    settings=(*CONNECTION, "hosting_instance_type", "transform_instance_type", "data", "prices", "trusted_code"),
    run=_run,
)
