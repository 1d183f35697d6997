"""``python -m pipelines batch run``: predict a file of new rows, of any size, with a registered model."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

from pipelines.cli import console
from pipelines.cli.endpoint_options import add_model_choice, chosen_model
from pipelines.cli.options import EXIT_CODES, add_common, add_settings, settings_of
from pipelines.definition.formats import FORMATS
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.serving.batch.run import Outcome, Wish

logger = logging.getLogger("pipelines")

SETTINGS = {"target", "pipeline_name", "role_arn", "region", "bucket", "state_dir", "isolation", "tags"}


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines batch",
        description="Predict new rows with a registered model through a transform job: on Amazon SageMaker, or here.",
    )
    verbs = command.add_subparsers(dest="verb", required=True, metavar="run")
    run = verbs.add_parser(
        "run",
        help="predict a file of raw rows",
        description="Predict a file of raw rows without target, of any size; the result is one Parquet and one CSV.",
        epilog=EXIT_CODES,
    )
    run.add_argument("--input", required=True, metavar="FILE|s3://...", help="raw rows in the order of time, as CSV")
    run.add_argument(
        "--output", metavar="FOLDER|s3://...", help="where the result goes (default: in the state directory)"
    )
    add_model_choice(run)
    run.add_argument("--format", choices=tuple(FORMATS), default="csv", help="of what is sent (default: %(default)s)")
    run.add_argument(
        "--series", metavar="COLUMN", help="the column that tells series of hours apart, such as a station"
    )
    run.add_argument("--rows-per-object", type=int, default=20_000, metavar="N", help="(default: %(default)s)")
    run.add_argument(
        "--requests-at-once", type=int, default=2, metavar="N", help="MaxConcurrentTransforms (default: %(default)s)"
    )
    instance_type = Settings().transform_instance_type
    run.add_argument("--instance-type", default=instance_type, metavar="TYPE", help="(default: %(default)s)")
    run.add_argument("--instance-count", type=int, default=1, metavar="N", help="(default: %(default)s)")
    add_common(run)
    add_settings(run, SETTINGS)
    return command


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options, settings_of(options)), verbose=options.verbose)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.serving.batch.run import predict
    from pipelines.target import choose, connect

    wish = _wish(options)
    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    with connect(settings, choice) as connection:
        model = chosen_model(connection.client("sagemaker"), settings.pipeline_name, options, options.task)
        outcome = predict(connection, settings, model, wish)
    if options.json:
        console.write_json(outcome.as_json())
    else:
        console.write(_in_words(outcome))
    return 0


def _wish(options: argparse.Namespace) -> Wish:
    from pipelines.serving.batch.run import Wish
    from pipelines.serving.batch.transform import Capacity

    capacity = Capacity(options.instance_type, options.instance_count, options.requests_at_once)
    form = FORMATS[options.format]
    return Wish(options.input, options.output, form, options.rows_per_object, options.series, capacity)


def _in_words(outcome: Outcome) -> str:
    times = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.seconds.items())
    history = outcome.read - outcome.predicted
    lines = {
        "model": f"{outcome.model.title} ({outcome.model.algorithm}, {outcome.model.approval_status})",
        "transform job": outcome.transform_job_arn,
        "rows": f"{outcome.read:,} read, {outcome.predicted:,} predicted in {outcome.objects} objects"
        + (f", {history:,} at the beginning are history only" if history else ""),
        "time": times,
        **outcome.files,
    }
    return "".join(f"{name + ':':<15}{text}\n" for name, text in lines.items())


if __name__ == "__main__":
    sys.exit(main())
