"""Evaluate: ranks the trained candidates of a task on the validation part and measures all of them on the test part.

``python -m evaluation.evaluate --task regression --seed 42 --candidate NAME IMAGE_URI MODEL_DATA_S3_URI ...`` reads
below ``<input>``::

    data/{validation,test}/data.csv    the task's folder of the preprocessing output
    keys/test.csv                      the hours of the test rows
    schema/schema.json
    models/<name>/model.tar.gz         one per candidate

and writes to ``<output>``: ``evaluation.json`` (see evaluation.report), ``metrics.json`` (the best one, as Studio draws
it), ``schema.json`` (a copy), ``predictions-<name>.csv`` (of the test part) and a picture.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from evaluation import metrics, studio
from evaluation.candidates import load_candidate
from evaluation.errors import EvaluationError, InputError
from evaluation.inputs import Numbers, Part, Schema, Task, read_hours, read_part, read_schema
from evaluation.pictures import actual_against_predicted, confusion_matrices
from evaluation.report import Candidate, Predictions, compare
from evaluation.strict_json import write_json

_EXIT_MESSAGE_BYTES = 1024


def evaluate(task: Task, candidates: Sequence[Candidate], source: Path, output: Path, *, seed: int) -> dict[str, Any]:
    """Compare the candidates and write everything that is known of them.

    Parameters
    ----------
    task
        ``regression`` or ``classification``.
    candidates
        In the order in which ties are decided.
    source
        Directory with data, keys, schema and models.
    output
        Directory to write to.
    seed
        Of the samples that the standard deviations come from.

    Returns
    -------
    The content of ``evaluation.json``.

    Raises
    ------
    EvaluationError
        When data and models cannot be read or do not belong together; nothing has been written then.
    """
    schema = read_schema(source / "schema" / "schema.json")
    parts = {part: read_part(source / "data" / part / "data.csv", task, schema) for part in ("validation", "test")}
    hours = read_hours(source / "keys" / "test.csv", len(parts["test"].labels))
    predictions = {candidate: _predict(task, candidate, source, parts, schema) for candidate in candidates}
    report = compare(task, predictions, parts, schema)

    output.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(schema.path, output / "schema.json")
    test = {candidate.name: predicted.test for candidate, predicted in predictions.items()}
    for name, predicted in test.items():
        _write_predictions(output / f"predictions-{name}.csv", task, hours, parts["test"].labels, predicted)
    _write_picture(output, report, parts["test"].labels, test)
    studio_report = studio.regression_report if task == "regression" else studio.classification_report
    write_json(output / "metrics.json", studio_report(parts["test"].labels, test[report["best"]["algorithm"]], seed))
    write_json(output / "evaluation.json", report)
    return report


def _predict(task: Task, candidate: Candidate, source: Path, parts: Mapping[str, Part], schema: Schema) -> Predictions:
    artifact = source / "models" / candidate.name / "model.tar.gz"
    model = load_candidate(artifact, task, features=len(schema.feature_names))
    predicted = {name: model.predict(part.features) for name, part in parts.items()}
    if task == "regression":
        predicted = {name: np.maximum(values, 0) for name, values in predicted.items()}
    return Predictions(**predicted)


def _write_predictions(path: Path, task: Task, hours: pd.Series[str], actual: Numbers, predicted: Numbers) -> None:
    columns: dict[str, Any] = {"datetime": hours, "actual": actual.astype("int64")}
    if task == "classification":
        columns |= {"probability": predicted, "predicted": (predicted >= metrics.CUT_OFF).astype("int64")}
    else:
        columns |= {"predicted": predicted}
    pd.DataFrame(columns).to_csv(path, index=False, lineterminator="\n", float_format="%.6g")


def _write_picture(
    output: Path, report: Mapping[str, Any], actual: Numbers, predictions: Mapping[str, Numbers]
) -> None:
    candidates, best = report["candidates"], report["best"]["algorithm"]
    measured = {name: candidate["test"] for name, candidate in candidates.items()}
    if report["task"] == "regression":
        actual_against_predicted(output / "actual-against-predicted.png", actual, predictions, measured, best)
    else:
        matrices = {name: candidate["confusion_matrix"] for name, candidate in candidates.items()}
        confusion_matrices(output / "confusion-matrix.png", matrices, measured, best)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="evaluate", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", choices=get_args(Task), required=True)
    parser.add_argument(
        "--candidate",
        nargs=3,
        action="append",
        required=True,
        metavar=("NAME", "IMAGE_URI", "MODEL_DATA_S3_URI"),
        help="a trained model; repeatable, and of equals the one named first is the best",
    )
    parser.add_argument("--seed", type=int, default=42, help="of the samples for standard deviations")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output/evaluation"))
    parser.add_argument("--message", type=Path, default=Path("/opt/ml/output/message"), help="where a failure is told")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a processing job; 0 when all is written, 1 when something is refused, with the reason on stderr."""
    options = _arguments(arguments)
    candidates = [Candidate(*words) for words in options.candidate]
    try:
        names = [candidate.name for candidate in candidates]
        if len(set(names)) != len(names):
            raise InputError(f"Candidates are named twice ({', '.join(names)}); give each its own name.")
        report = evaluate(options.task, candidates, options.input, options.output, seed=options.seed)
    except EvaluationError as error:
        sys.stderr.write(f"{error}\n")
        options.message.parent.mkdir(parents=True, exist_ok=True)
        options.message.write_text(str(error).encode()[:_EXIT_MESSAGE_BYTES].decode(errors="ignore"), encoding="utf-8")
        return 1
    best, metric = report["best"], report["metric"]
    value = best["test"][metric]
    sys.stdout.write(f"{options.task}: {best['algorithm']} is best, with {metric} {value:.4f} on the test part\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
