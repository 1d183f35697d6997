"""Preprocess and batch features of tables of growing size: seconds, peak memory, and how they grow.

``python -m tests.performance.scale [--rows 100000 1000000 10000000] [--hosts 2 4]`` writes tables of 20 columns (a key,
15 numbers, 3 categories, the target), runs the jobs' commands on them, and prints a Markdown table for
docs/benchmarks/scale.md. The exponent is that by which processor seconds grow with rows from one size to the next: 1 is
linear. For each number of hosts, the first host of a Preprocess job with as many instances runs, too.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv

CHUNK = 200_000
COLUMNS = [("id", '{ type = "integer", role = "key" }')]
COLUMNS += [(f"x{number}", '"number"') for number in range(15)]
COLUMNS += [(f"c{number}", '"category"') for number in range(3)] + [("y", '"number"')]
DATASET = 'name = "scale"\ntitle = "Scale"\n[columns]\n' + "".join(f"{name} = {type_}\n" for name, type_ in COLUMNS)
DATASET += '[tasks.y]\nkind = "regression"\ntarget = "y"\ngate = 10\n'


class Measured(NamedTuple):
    """One run of a command."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


def write_table(path: Path, rows: int) -> None:
    """Write random rows."""
    generator = np.random.default_rng(0)
    writer = None
    for start in range(0, rows, CHUNK):
        number = min(CHUNK, rows - start)
        values = generator.normal(size=(number, 15)).round(4)
        table = {"id": np.arange(start, start + number), **{f"x{at}": values[:, at] for at in range(15)}}
        for at, levels in enumerate((3, 10, 30)):
            table[f"c{at}"] = np.char.add("level ", generator.integers(0, levels, number).astype(str))
        table["y"] = (3 * values[:, 0] + values[:, 1] + generator.normal(size=number)).round(3)
        chunk = pa.table(table)
        writer = writer or csv.CSVWriter(path, chunk.schema)
        writer.write_table(chunk)
    assert writer is not None
    writer.close()


def measure(module: str, *arguments: str | Path) -> Measured:
    """Run a module; raise CalledProcessError if it fails."""
    start = time.perf_counter()
    command = [sys.executable, "-m", module, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, command)
    return Measured(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def run(rows: int, folder: Path, several: Sequence[int]) -> dict[str, Measured]:
    """Preprocess a table, then calculate the features of the same rows in chunks."""
    data = folder / "input" / "data" / "table.csv"
    data.parent.mkdir(parents=True)
    (folder / "input" / "batch").symlink_to(data.parent)
    (folder / "scale.toml").write_text(DATASET)
    write_table(data, rows)
    paths = ("--input", folder / "input", "--output", folder / "output", "--message", folder / "message")
    made = measure("processing_scripts.preprocess", "--dataset", folder / "scale.toml", *paths)
    schema = ("--schema", folder / "output" / "schema" / "schema.json")
    parts = measure("processing_scripts.parts", *schema, "--data", data, "--output", folder / "parts")
    measured = {"Preprocess": made, "batch features": parts}
    for hosts in several:
        resources = folder / "resourceconfig.json"
        names = [f"algo-{number + 1}" for number in range(hosts)]
        resources.write_text(json.dumps({"current_host": names[0], "hosts": names}))
        share = ("--files", str(hosts), "--resource-config", resources)
        command = ("--dataset", folder / "scale.toml", *paths[:2], "--output", folder / f"output-{hosts}", *paths[4:])
        measured[f"Preprocess, one of {hosts} instances"] = measure("processing_scripts.preprocess", *command, *share)
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all sizes and print the table."""
    parser = argparse.ArgumentParser(description="Seconds and memory by the number of rows.")
    parser.add_argument("--rows", nargs="+", type=int, default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--hosts", nargs="+", type=int, default=[])
    options = parser.parse_args(arguments)
    lines = ["| step | rows | seconds | processor seconds | peak MiB | exponent |", "|---|---|---|---|---|---|"]
    before: dict[str, tuple[int, Measured]] = {}
    for rows in sorted(options.rows):
        with tempfile.TemporaryDirectory() as folder:
            for step, measured in run(rows, Path(folder), options.hosts).items():
                exponent = ""
                if step in before:
                    fewer, earlier = before[step]
                    exponent = f"{math.log(measured.cpu_seconds / earlier.cpu_seconds) / math.log(rows / fewer):.2f}"
                before[step] = (rows, measured)
                seconds, cpu, peak = (f"{value:,.0f}" for value in measured)
                lines.append(f"| {step} | {rows:,} | {seconds} | {cpu} | {peak} | {exponent} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
