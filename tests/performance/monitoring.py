"""Error rates of the monitor's test of distributions: ``python -m tests.performance.monitoring``, some minutes.

It needs the published file in SEOUL_BIKE_DATA. A window and its reference are weeks of the same quarter, drawn at
random without overlap: nothing has drifted, so every alarm is a false one. Then the window's rows are changed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.inputs import read_parts
from evaluation.monitoring.baseline import constraints, reference, statistics
from evaluation.monitoring.distribution import drift
from evaluation.monitoring.reference import compared
from evaluation.monitoring.rows import violations
from evaluation.schema import Schema, read_schema
from processing_scripts.preprocess import main as preprocess

WINDOWS, DRIFTED, WEEKS = 200, 10, 6


def prepared(folder: Path) -> tuple[pd.DataFrame, Schema, dict[str, Any]]:
    """Preprocess the published file; return all of its rows, their schema and the files of the baseline."""
    raw, output = folder / "raw", folder / "output"
    for name in ("data", "batch"):
        (raw / name).mkdir(parents=True)
        (raw / name / "data.csv").symlink_to(Path(os.environ["SEOUL_BIKE_DATA"]).resolve())
    assert preprocess(["--input", str(raw), "--output", str(output)]) == 0
    source = folder / "source"
    source.mkdir()
    for name, target in (("data", "classification"), ("keys", "keys"), ("schema", "schema")):
        (source / name).symlink_to(output / target)
    schema = read_schema(source / "schema" / "schema.json")
    parts = read_parts(source, schema.task("classification"), schema)
    rows = reference(parts, schema).rename(columns={"key datetime": "unit"})
    rows["unit"] = rows["unit"].str[:10]
    rows = rows.drop(columns=[name for name in rows if name.startswith("key ")])
    table = rows.drop(columns="unit")
    return rows, schema, {"statistics": statistics(table, schema), "constraints": constraints(table, schema)}


def draw(rows: pd.DataFrame, generator: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw two sets of weeks of a random quarter: of each two weeks, one is in the window."""
    weeks = (pd.to_datetime(rows["unit"]) - pd.Timestamp(0)).dt.days // 7
    first = generator.integers(weeks.min(), weeks.max() - 2 * WEEKS)
    ours = first + 2 * np.arange(WEEKS) + generator.integers(0, 2, WEEKS)
    theirs = np.setdiff1d(np.arange(first, first + 2 * WEEKS), ours)
    return rows[weeks.isin(ours)], rows[weeks.isin(theirs)]


def warmer(window: pd.DataFrame) -> pd.DataFrame:
    """A sensor shows 8 °C too much."""
    names = [name for name in window if name.startswith(("temperature", "apparent"))]
    return window.assign(**{name: window[name] + 8 for name in names})


def blind(window: pd.DataFrame) -> pd.DataFrame:
    """A sensor of humidity shows 20 % too much."""
    names = [name for name in window if name.startswith("humidity")]
    return window.assign(**{name: window[name] + 20 for name in names})


def closed(window: pd.DataFrame) -> pd.DataFrame:
    """The station is closed on every day."""
    return window.assign(functioning_day=0.0)


def monsoon(window: pd.DataFrame) -> pd.DataFrame:
    """A season that training never saw."""
    return window.assign(season=window["season"].where(window.index % 10 > 0, "Monsoon"))


def other_weather(rows: pd.DataFrame) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The weather of the day three months later, under the dates of the window."""

    def changed(window: pd.DataFrame) -> pd.DataFrame:
        later = rows.iloc[(np.searchsorted(rows.index, window.index) + 24 * 91) % len(rows)]
        return later.assign(unit=window["unit"].to_numpy()).set_axis(window.index)

    return changed


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        rows, schema, files = prepared(Path(folder))
    rows = rows.sort_values("unit", kind="stable").reset_index(drop=True)
    features, generator = compared(schema), np.random.default_rng(42)

    def found(change: Callable[[pd.DataFrame], pd.DataFrame], windows: int) -> tuple[float, float]:
        drifted = violated = 0
        for _ in range(windows):
            window, known = draw(rows, generator)
            window = change(window)
            result = drift(window, known, features, int(generator.integers(2**31)))
            drifted += any(feature["drifted"] for feature in result["features"])
            violated += bool(violations(window, files["statistics"], files["constraints"], ["unit"]))
        return drifted / windows, violated / windows

    cases = {
        "nothing has drifted": (lambda window: window, WINDOWS),
        "temperature shows 8 °C more": (warmer, DRIFTED),
        "humidity shows 20 % more": (blind, DRIFTED),
        "a station is closed": (closed, DRIFTED),
        "a new season": (monsoon, DRIFTED),
        "the weather of three months later": (other_weather(rows), DRIFTED),
    }
    sys.stdout.write(
        "| window of six weeks | windows | distribution alarms | data quality alarms |\n|---|---|---|---|\n"
    )
    for name, (change, windows) in cases.items():
        by_distribution, by_rows = found(change, windows)
        sys.stdout.write(f"| {name} | {windows} | {by_distribution:.1%} | {by_rows:.1%} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
