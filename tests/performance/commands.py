"""Local commands while the service runs in the background: ``python -m tests.performance.commands``.

It trains one model, deploys it, and prints the seconds that whole commands take, from the start of their interpreter to
its end.
"""

from __future__ import annotations

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


def seconds_of(folder: Path, *arguments: str) -> float:
    """Run a command; return the seconds that it took."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pipelines", *arguments], cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - begin


def measure(folder: Path) -> dict[str, list[float]]:
    """Run the commands in turn, after one round that does not count."""
    found: dict[str, list[float]] = {name: [] for name in MEASURED}
    try:
        seconds_of(folder, "run", "--upsert", "--start", *SMALL)
        for _ in range(REPETITIONS + 1):
            for name, arguments in MEASURED.items():
                found[name].append(seconds_of(folder, *arguments))
    finally:
        subprocess.run([sys.executable, "-m", "local_sagemaker", "stop"], cwd=folder, capture_output=True, check=False)
    return {name: values[1:] for name, values in found.items()}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    sys.stdout.write(f"| command | seconds, median of {REPETITIONS} | min | max |\n|---|---|---|---|\n")
    for name, values in found.items():
        sys.stdout.write(f"| `{name}` | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |\n")


if __name__ == "__main__":
    main()
