"""Monitor: judge a window of predictions of a registered version.

``python -m evaluation.monitoring.job --task regression --column predicted_rentals`` reads below ``<input>``::

    predictions/<file>    keys, features and predictions, as `boostpipe batch run` writes them: CSV or Parquet
    actuals/<file>        keys and the target: what really happened
    evaluation/           the folder that Evaluate wrote for the version

and writes to ``<output>``: ``monitoring.json`` (all numbers), ``verdict.json`` (its extract for the pipeline),
``statistics.json``, ``constraints.json`` and ``constraint_violations.json`` (in Model Monitor's formats) and
``report.html``.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.errors import EvaluationError, InputError, report_failure
from evaluation.monitoring.baseline import BASELINE_ROWS, statistics
from evaluation.monitoring.distribution import drift
from evaluation.monitoring.page import render
from evaluation.monitoring.quality import WORSE, by_unit, judge_calibration, judge_quality
from evaluation.monitoring.rows import violations
from evaluation.monitoring.window import Window, read_test_set, read_window
from evaluation.schema import Schema, Task, read_schema
from evaluation.strict_json import read_json, write_json
from html_page.translations import LANGUAGES

_BLOCKS = 50
"""Blocks of the rows of a table whose rows do not depend on each other."""
_OF_THE_CALENDAR = ("calendar", "holidays", "sun")
"""Groups of features that follow from the date, which drift with every month."""


def monitor(task_name: str, column: str, source: Path, seed: int) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Judge a window; return the content of ``monitoring.json``, and of the other files by name.

    Raises `EvaluationError` if the inputs cannot be read or do not belong together.
    """
    evaluation = source / "evaluation"
    schema = read_schema(evaluation / "schema.json")
    task = schema.task(task_name)
    report = read_json(evaluation / "evaluation.json")
    winner = report["candidates"][report["best"]["algorithm"]]
    window = read_window(_only_file(source / "predictions"), _only_file(source / "actuals"), column, task, schema)
    found: dict[str, Any] = {
        "task": task.name,
        "algorithm": report["best"]["algorithm"],
        "unit": window.unit,
        "predictions": len(window.rows),
        "first": str(min(window.part.keys["unit"])),
        "last": str(max(window.part.keys["unit"])),
        "quality": judge_quality(task, window, winner, seed),
        "by_unit": by_unit(task, window),
    }
    if task.kind == "binary":
        test = read_test_set(evaluation / f"predictions-{report['best']['algorithm']}.csv", task, schema)
        found["calibration"] = judge_calibration(window, test, seed)
    files, rows = _judge_rows(window, evaluation, column, task, schema, seed)
    found |= rows
    return {**found, "alarms": _alarms(found)}, files


def compared(schema: Schema) -> list[dict[str, Any]]:
    """Return the features whose distributions are compared: those that do not follow from the date."""
    dated = (*_OF_THE_CALENDAR, schema.keys.time)
    return [feature for feature in schema.content["features"] if feature.get("group") not in dated]


def _judge_rows(
    window: Window, evaluation: Path, column: str, task: Task, schema: Schema, seed: int
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    try:
        baseline, constraints = (read_json(evaluation / f"{name}.json") for name in ("statistics", "constraints"))
        known = pd.read_csv(evaluation / BASELINE_ROWS)
    except OSError as error:
        raise InputError(
            f"The version has no baseline ({error.filename} is missing), because it is older than this command; run "
            "the pipeline again."
        ) from error
    others = [
        *schema.keys.columns,
        column,
        *(name for name in map(str, window.rows) if _is_prediction(name, column, task)),
    ]
    violated = violations(window.rows, baseline, constraints, others)
    drifted = _compare(window.rows, known, schema, seed)
    files = {
        "statistics": statistics(window.rows, schema),
        "constraints": constraints,
        "constraint_violations": {"violations": violated},
    }
    return files, {"violations": violated, "drift": drifted}


def _compare(rows: pd.DataFrame, known: pd.DataFrame, schema: Schema, seed: int) -> dict[str, Any]:
    """Compare distributions by days, else by groups, else by blocks of independent rows."""
    name = schema.keys.time or schema.keys.unit
    if name is None:
        ours, theirs = (pd.Series(np.arange(len(table)) % _BLOCKS, table.index).astype(str) for table in (rows, known))
    elif name in rows and f"key {name}" in known:
        ours, theirs = rows[name], known[f"key {name}"]
    else:
        return {"blocks": [], "tested": False, "features": []}
    if schema.keys.time:
        ours, theirs = (pd.to_datetime(each, format="ISO8601").dt.strftime("%Y-%m-%d") for each in (ours, theirs))
    return drift(rows.assign(unit=ours), known.assign(unit=theirs), compared(schema), seed)


def _is_prediction(name: str, column: str, task: Task) -> bool:
    """Whether a column of a batch's result is a prediction; ``probability_of_x`` has its decision in ``x``."""
    beginnings = ("predicted_", "probability_", "calibrated_probability")
    return name.startswith(beginnings) or name in (column.removeprefix("probability_of_"), task.target)


def _alarms(found: Mapping[str, Any]) -> list[str]:
    """Say in a sentence each what alarms."""
    quality, alarms = found["quality"], []
    if quality["verdict"] == WORSE:
        metric, of = quality["metric"], {key: quality[key] for key in ("window", "test")}
        shown = {
            key: f"{one['value']:.4g} ({one['interval'][0]:.4g} to {one['interval'][1]:.4g})" for key, one in of.items()
        }
        alarms.append(f"{metric} is {shown['window']} in the window and {shown['test']} on the test set")
    if found.get("calibration", {}).get("verdict") == WORSE:
        alarms.append(f"probabilities are off by {found['calibration']['window']['value']:+.3f} on average")
    if found["violations"]:
        first = found["violations"][0]
        what = f"{first['feature_name']}: {first['description'].rstrip('.')}"
        alarms.append(f"{len(found['violations'])} violations of the baseline, first {what}")
    drifted = [feature["name"] for feature in found["drift"]["features"] if feature["drifted"]]
    if drifted:
        alarms.append(f"{len(drifted)} features have drifted, first {drifted[0]}")
    return alarms


def _only_file(folder: Path) -> Path:
    files = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
    if len(files) != 1:
        raise InputError(f"{folder.name} has {len(files)} files instead of one; name one CSV or Parquet file.")
    return files[0]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", required=True, help="name of a task in schema.json")
    parser.add_argument("--column", required=True, help="column of the predictions, or of the probabilities")
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
        found, files = monitor(options.task, options.column, options.input, options.seed)
    except EvaluationError as error:
        return report_failure(error, options.message)
    options.output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_json(options.output / f"{name}.json", content)
    write_json(options.output / "monitoring.json", found)
    alarms = found["alarms"]
    write_json(
        options.output / "verdict.json", {"alarm": "yes" if alarms else "no", "why": "; ".join(alarms)[:900] or "none"}
    )
    (options.output / "report.html").write_text(render(found, options.lang), encoding="utf-8")
    sys.stdout.write(f"{options.task}: {'; '.join(alarms) or 'no alarm'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
