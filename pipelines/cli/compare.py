"""``python -m pipelines compare``: the same rows in real time and as a batch, how fast each is and what it costs."""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli import console
from pipelines.cli.endpoint_options import add_model_choice, chosen_model
from pipelines.cli.options import EXIT_CODES, add_common, add_settings, settings_of
from pipelines.errors import BadInput
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.models.registry import RegisteredModel
    from pipelines.serving.comparison.report import Comparison
    from pipelines.target import Connection

SETTINGS = {"target", "pipeline_name", "role_arn", "region", "bucket", "state_dir", "data", "prices", "isolation"}
MOST_ROWS = 100_000

logger = logging.getLogger("pipelines")


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines compare",
        description="Send the same rows through an endpoint and through a transform job: on Amazon SageMaker, or here. "
        "The endpoint is made for it and always deleted.",
        epilog=EXIT_CODES,
    )
    defaults = Settings()
    command.add_argument("--rows", type=int, default=1000, metavar="N", help="how many (default: %(default)s)")
    command.add_argument("--rows-per-request", type=int, default=100, metavar="N", help="(default: %(default)s)")
    add_model_choice(command)
    hosting = defaults.hosting_instance_type
    command.add_argument("--hosting-type", default=hosting, metavar="TYPE", help="(default: %(default)s)")
    transform = defaults.transform_instance_type
    command.add_argument("--transform-type", default=transform, metavar="TYPE", help="(default: %(default)s)")
    command.add_argument(
        "--serverless-memory", type=int, default=2048, metavar="MB", help="for its cost (default: %(default)s)"
    )
    command.add_argument(
        "--start-seconds",
        type=float,
        default=240,
        metavar="S",
        help="what AWS takes, and bills, to start a transform job, for its cost (default: %(default)s)",
    )
    command.add_argument("--output", type=_folder, metavar="FOLDER", help="for the table and the picture")
    add_common(command)
    add_settings(command, SETTINGS)
    return command


def _folder(text: str) -> Path:
    if "://" in text:
        raise argparse.ArgumentTypeError(f"{text} is no folder of this machine, where the table and the picture go")
    return Path(text)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options, settings_of(options)), verbose=options.verbose)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.serving.comparison.report import draw, require_matplotlib

    for option, value, high in (
        ("--rows", options.rows, MOST_ROWS),
        ("--rows-per-request", options.rows_per_request, 1000),
    ):
        if not 1 <= value <= high:
            raise BadInput(f"{option} is {value}, but it must lie between 1 and {high:,}.")
    require_matplotlib()
    comparison = _compare(options, settings)
    folder = options.output or settings.state_dir / "results" / f"compare-{datetime.now(UTC):%Y%m%d%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    picture, table = folder / "real-time-against-batch.png", folder / "real-time-against-batch.md"
    draw(comparison, picture)
    table.write_text(comparison.as_markdown(), encoding="utf-8")
    if options.json:
        console.write_json({**comparison.as_json(), "picture": str(picture), "table": str(table)})
    else:
        console.write(f"{comparison.as_markdown()}\npicture: {picture}\ntable:   {table}\n")
    return 0


def _compare(options: argparse.Namespace, settings: Settings) -> Comparison:
    from pipelines.aws.prices import load_prices
    from pipelines.data.output import require_writable
    from pipelines.serving.comparison.costs import Assumed, Speed, costs_of_a_day
    from pipelines.serving.comparison.measurement import Capacities, measure
    from pipelines.serving.comparison.report import Comparison
    from pipelines.target import choose, connect

    prices = load_prices(settings.prices)
    assumed = Assumed(options.hosting_type, options.transform_type, options.serverless_memory, options.start_seconds)
    costs_of_a_day(prices, Speed(1, 1, 1, 1), assumed)  # an unknown price is said before anything is spent
    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    with connect(settings, choice) as connection:
        require_writable(str(options.output or settings.state_dir), connection.client("s3"))
        model = chosen_model(connection.client("sagemaker"), settings.pipeline_name, options, options.task)
        rows = _rows(connection, settings, model, options.rows)
        capacities = Capacities(options.hosting_type, options.transform_type, options.rows_per_request)
        measured = measure(connection, settings.pipeline_name, model, rows, capacities)
    ways = costs_of_a_day(prices, measured.speed, assumed)
    return Comparison(model.title, model.algorithm, choice.name, measured, ways, prices, assumed)


def _rows(connection: Connection, settings: Settings, model: RegisteredModel, number: int) -> list[str]:
    """Take rows of the data, from the beginning again where there are not enough."""
    import tempfile

    from pipelines.data.dataset import find
    from pipelines.models.features import make_features
    from pipelines.models.registry import read_knowledge

    s3 = connection.client("s3")
    data = find(settings.data, allow_sample=connection.name == "local")
    with tempfile.TemporaryDirectory() as folder:
        hours = Path(folder) / "hours.csv"
        hours.write_bytes(data.data)
        features = make_features(s3, model, read_knowledge(s3, model), hours)
    return list(itertools.islice(itertools.cycle(features.rows), number))


if __name__ == "__main__":
    sys.exit(main())
