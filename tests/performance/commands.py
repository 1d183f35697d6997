"""Local commands while the service runs in the background: ``python -m tests.performance.commands``.

It trains one model, deploys it, and prints the seconds that whole commands take, from the start of their interpreter to
its end, and the seconds of processor time, which other work on the machine hardly changes.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPETITIONS = 11
ROW = (
    *("date=2018-12-01", "hour=8", "temperature=-2.4", "humidity=60", "wind_speed=1.2", "visibility=1500"),
    *("dew_point=-9", "solar_radiation=0.05", "rainfall=0", "snowfall=0", "season=Winter", "holiday=No"),
    "functioning_day=Yes",
)
MEASURED = {"executions list": ("executions", "list"), "endpoint invoke": ("endpoint", "invoke", "--row", *ROW)}
SMALL = ("--task", "regression", "--algorithms", "lightgbm", "--features", "now", "--deploy", "--keep-alive", "60")


def run(folder: Path, program: str, *arguments: str, check: bool = True) -> tuple[float, float]:
    """Run a command as users do, with Python's bytecode kept; return its seconds, and those of processor time."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin, before = time.perf_counter(), processor_seconds()
    subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=folder, env=environment, capture_output=True, check=check
    )
    return time.perf_counter() - begin, processor_seconds() - before


def processor_seconds() -> float:
    """Seconds of user and system time of all processes that this one has started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Run the commands in turn, after one round that does not count."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURED}
    try:
        run(folder, "pipelines", "run", "--upsert", "--start", *SMALL)
        for _ in range(REPETITIONS + 1):
            for name, arguments in MEASURED.items():
                found[name].append(run(folder, "pipelines", *arguments))
    finally:
        run(folder, "local_sagemaker", "stop", check=False)
    return {name: values[1:] for name, values in found.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    sys.stdout.write(
        f"| command | seconds, median of {REPETITIONS} | min | max | processor, median |\n|---|---|---|---|---|\n"
    )
    for name, values in found.items():
        seconds, processor = zip(*values, strict=True)
        figures = (statistics.median(seconds), min(seconds), max(seconds), statistics.median(processor))
        sys.stdout.write(f"| `{name}` | {' | '.join(f'{figure:.2f}' for figure in figures)} |\n")


if __name__ == "__main__":
    main()
