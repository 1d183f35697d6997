"""Monitor: judge a window of predictions of a registered version.

``python -m evaluation.monitoring.job --task regression --column predicted_rentals`` reads below ``<input>``::

    predictions/<file>    keys, features and predictions, as `boostpipe batch run` writes them: CSV or Parquet
    predictions/**        or the calls that an endpoint captured, see `evaluation.monitoring.captured`
    actuals/<file>        keys and the target: what really happened; or a raw file of the data set
    evaluation/           the folder that Evaluate wrote for the version
    preprocessing/        its own code, which reads raw files

and writes to ``<output>``: ``monitoring.json`` (all numbers), ``verdict.json`` (its extract for the pipeline),
``statistics.json``, ``constraints.json`` and ``constraint_violations.json`` (in Model Monitor's formats) and
``report.html``.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.errors import EvaluationError, InputError, report_failure
from evaluation.monitoring.alarms import alarms
from evaluation.monitoring.captured import ANY, EVER, Period, captured_calls, period, write_captured
from evaluation.monitoring.metrics import NAMESPACE, publish
from evaluation.monitoring.outcomes import with_keys
from evaluation.monitoring.page import render
from evaluation.monitoring.quality import by_unit, errors_of, judge_calibration, judge_quality
from evaluation.monitoring.reference import judge_rows
from evaluation.monitoring.window import read_test_set, read_window
from evaluation.output.origin import origin
from evaluation.schema import read_schema
from evaluation.strict_json import read_json, write_json
from html_page.translations import LANGUAGES


def monitor(
    task_name: str, column: str, source: Path, seed: int, when: Period = EVER
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Judge a window; return the content of ``monitoring.json``, and of the other files by name.

    ``when`` limits the captured calls of an endpoint.

    Raises `EvaluationError` if the inputs cannot be read or do not belong together.
    """
    evaluation = source / "evaluation"
    schema = read_schema(evaluation / "schema.json")
    task = schema.task(task_name)
    report = read_json(evaluation / "evaluation.json")
    winner = report["candidates"][report["best"]["algorithm"]]
    algorithm = report["best"]["algorithm"]
    with tempfile.TemporaryDirectory() as folder:
        predictions, without_key = source / "predictions", 0
        if captured_calls(predictions):
            captured = Path(folder, "captured.csv")
            without_key = write_captured(predictions, when, column, task, schema, captured)
        else:
            captured = _only_file(predictions)
        raw = _only_file(source / "actuals")
        actuals = with_keys(raw, source / "preprocessing", task, schema, Path(folder, f"keys of {raw.name}"))
        window = read_window(captured, actuals, column, task, schema)
    test = read_test_set(evaluation / f"predictions-{algorithm}.csv", task, schema)
    errors = {"window": errors_of(task, window), "test": errors_of(task, test)}
    files, rows = judge_rows(window, test, errors, evaluation, column, task, schema, seed)
    found: dict[str, Any] = {
        "task": task.name,
        "algorithm": algorithm,
        "unit": window.unit,
        "predictions": len(window.rows),
        "without_key": without_key,
        "first": str(min(window.part.keys["unit"])),
        "last": str(max(window.part.keys["unit"])),
        "quality": judge_quality(task, window, winner, seed),
        "by_unit": by_unit(window, errors["window"]),
        **({"calibration": judge_calibration(window, test, seed)} if task.kind == "binary" else {}),
        **rows,
        **origin(),
        "trained": report.get("origin", {}),
        "hyperparameters": winner.get("hyperparameters", {}),
    }
    sentences = {language: alarms(found, language) for language in LANGUAGES}
    return {**found, "alarms": sentences["en"], "sentences": sentences}, files


def _only_file(folder: Path) -> Path:
    files = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
    if len(files) != 1:
        raise InputError(f"{folder.name} has {len(files)} files instead of one; name one CSV or Parquet file.")
    return files[0]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", required=True, help="name of a task in schema.json")
    parser.add_argument("--column", required=True, help="column of the predictions, or of the probabilities")
    called = "captured calls from then on: a time, or 7d or 12h ago (default: %(default)s)"
    parser.add_argument("--since", default=ANY, help=called)
    parser.add_argument("--until", default=ANY, help="captured calls before then (default: %(default)s)")
    parser.add_argument("--pipeline", help="sends metrics to CloudWatch, with this name of a pipeline as a dimension")
    parser.add_argument("--version", default="", help="the registered version, for the page")
    parser.add_argument("--seed", type=int, default=42, help="seed of all random draws (default: %(default)s)")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of report.html")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output/monitoring"))
    parser.add_argument("--message", type=Path, default=Path("/opt/ml/output/message"), help="file for the failure")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the processing job; return 0 whether there is an alarm or not, or 1 with the reason on stderr."""
    options = _arguments(arguments)
    try:
        when = period(options.since, options.until, datetime.now(UTC))
        found, files = monitor(options.task, options.column, options.input, options.seed, when)
    except EvaluationError as error:
        return report_failure(error, options.message)
    options.output.mkdir(parents=True, exist_ok=True)
    found["version"] = options.version
    for name, content in files.items():
        write_json(options.output / f"{name}.json", content)
    write_json(options.output / "monitoring.json", found)
    why = "; ".join(found["alarms"])
    write_json(options.output / "verdict.json", {"alarm": "yes" if why else "no", "why": why[:900] or "none"})
    (options.output / "report.html").write_text(render(found, options.lang), encoding="utf-8")
    sys.stdout.write(f"{options.task}: {why or 'no alarm'}\n")
    if options.pipeline:
        missing = publish(found, options.pipeline)
        told = f"no metrics in CloudWatch: {missing}" if missing else f"metrics are in CloudWatch, in {NAMESPACE}"
        sys.stdout.write(f"{options.task}: {told}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
