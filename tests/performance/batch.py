"""A batch of a million rows through a transform job, beside the same model called directly in one process.

``python -m tests.performance.batch [--rows 1000000] [--algorithms xgboost,lightgbm,catboost] [--format csv]`` trains a
model per algorithm on the data that ``SEOUL_BIKE_DATA`` names (else on the generated sample), writes a file of raw rows
(series of a year each, whose weather is a little warmer from one to the next), has ``python -m pipelines batch run``
predict it, and prints a Markdown table. The memory is that of the command with all processes that it starts, the local
SageMaker included, sampled every quarter of a second; what processes share is counted once (PSS). The same rows are
then predicted by the same model in one process with one thread, from features that are in memory already, and must come
out the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq

from evaluation.candidates import load_candidate
from evaluation.schema import Task
from local_sagemaker import open_service
from pipelines.data.sample import generate_sample
from tests.performance import usage

SERIES = "Scenario"


class Measured(NamedTuple):
    """One run of the command: its report, elapsed and processor seconds, and peak of memory."""

    report: dict[str, Any]
    seconds: float
    cpu_seconds: float
    peak_mib: float


def write_rows(data: Path, rows: int, path: Path) -> None:
    """Write so many raw rows without rentals, in series of at most the data's length."""
    text = data.read_bytes().decode("utf-8" if b"\xc2\xb0" in data.read_bytes()[:500] else "latin-1")
    header, *hours = list(csv.reader(text.splitlines()))
    target, temperature = (
        next(i for i, name in enumerate(header) if name.startswith(start)) for start in ("Rented", "Temp")
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([SERIES, *(name for i, name in enumerate(header) if i != target)])
        for number in range(rows):
            scenario, hour = divmod(number, len(hours))
            row = list(hours[hour])
            row[temperature] = f"{float(row[temperature]) + scenario % 50 / 100:.2f}"
            del row[target]
            writer.writerow([f"warmer-{scenario:03}", *row])


def run(folder: Path, *arguments: str) -> Measured:
    """Run the command in a process of its own and watch it."""
    used, output = usage.run([sys.executable, "-m", *arguments], folder, os.environ, folder / "log")
    return Measured(json.loads(output), *used)


def directly(state: Path, package: str, predictions: Path) -> tuple[float, float]:
    """Call the model in this process on the same features; its rows per second, and the largest relative difference."""
    with open_service(state) as service:
        import boto3

        sagemaker, s3 = (boto3.client(name, **service.client_arguments) for name in ("sagemaker", "s3"))
        found = sagemaker.describe_model_package(ModelPackageName=package)
        bucket, _, key = found["InferenceSpecification"]["Containers"][0]["ModelDataUrl"][5:].partition("/")
        s3.download_file(bucket, key, str(state / "model.tar.gz"))
    table = pq.read_table(predictions).to_pandas()
    answered = table.pop("predicted_rentals").to_numpy()
    schema = json.loads(next((state / "results").glob("*/regression/schema.json")).read_text(encoding="utf-8"))
    for feature in schema["features"]:
        if "levels" in feature:  # the result has the names of categories, the model reads their codes
            codes = {name: code for code, name in enumerate(feature["levels"])}
            table[feature["name"]] = table[feature["name"]].map(codes)
    features = table.drop(columns=["datetime", SERIES]).to_numpy(dtype=np.float64)
    model = load_candidate(state / "model.tar.gz", Task("regression", "regression", "rmse"), features=features.shape[1])
    start = time.perf_counter()
    predicted = model.predict(features)
    seconds = time.perf_counter() - start
    predicted = np.where(table["functioning_day"].to_numpy() == 0, 0, np.maximum(predicted, 0))
    return len(features) / seconds, float(np.max(np.abs(predicted - answered) / np.maximum(np.abs(answered), 1)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(prog="batch")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--algorithms", default="xgboost,lightgbm,catboost")
    parser.add_argument("--format", default="csv")
    options = parser.parse_args(arguments)
    sys.stdout.write(f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, ")
    sys.stdout.write(f"{options.rows:,} raw rows, {options.format}\n\n")
    sys.stdout.write(
        "| model | predicted | features, s | transform, s | result, s | whole command, s | processors, s |"
    )
    sys.stdout.write(
        " rows/s | transform alone, rows/s | directly, rows/s | transform / directly | peak memory, MiB |\n"
    )
    sys.stdout.write("|---|" + "---|" * 11 + "\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = Path(os.environ.get("SEOUL_BIKE_DATA") or folder / "sample.csv")
        if not data.is_file():
            data.write_bytes(generate_sample())
        write_rows(data.resolve(), options.rows, folder / "rows.csv")
        for algorithm in options.algorithms.split(","):
            _row(folder, data.resolve(), algorithm, options.format)


def _row(folder: Path, data: Path, algorithm: str, form: str) -> None:
    train = ("--upsert", "--start", "--json", "--task", "regression", "--max-rmse", "1e6", "--data", str(data))
    run(folder, "pipelines.run", *train, "--algorithms", algorithm)
    batch = run(
        folder, "pipelines", "batch", "run", "--input", "rows.csv", "--series", SERIES, "--format", form, "--json"
    )
    report, stages = batch.report, batch.report["seconds"]
    files = {kind: folder / path for kind, path in report["files"].items()}
    rate, difference = directly(folder / ".sagemaker-local", report["model_package_arn"], files["parquet"])
    if difference > 1e-6:
        raise RuntimeError(f"{algorithm}: predictions differ by {difference:.2g}.")
    predicted = report["rows"]["predicted"]
    through = predicted / stages["transform"]
    times = " | ".join(f"{stages[name]:.1f}" for name in ("features", "transform", "result"))
    sys.stdout.write(f"| {algorithm} | {predicted:,} | {times} | {batch.seconds:.1f} | {batch.cpu_seconds:.1f} | ")
    sys.stdout.write(f"**{predicted / batch.seconds:,.0f}** | {through:,.0f} | {rate:,.0f} | {through / rate:.2f} | ")
    sys.stdout.write(f"**{batch.peak_mib:,.0f}** |\n")
    sys.stdout.flush()
    for path in files.values():
        path.unlink()


if __name__ == "__main__":
    main()
