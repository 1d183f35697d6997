"""What the comparison with a champion adds to Evaluate: ``python -m tests.performance.champion``, some minutes.

Models of three seeds are evaluated before a version is approved, and again with it as the champion, which learned from
other rows of the same file. Training comes from the step cache the second time. ``SEOUL_BIKE_DATA`` names the file.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SEEDS = (43, 44, 45)
TASK = ("--task", "regression")
STEP = "EvaluateRegression"


def command(folder: Path, *arguments: str) -> Any:
    """Run a command in a folder, and return its JSON."""
    line = [sys.executable, "-m", "pipelines", *arguments, "--target", "local", "--json"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def run(folder: Path, seed: int) -> Any:
    """Run the pipeline with a seed."""
    return command(folder, "run", "--upsert", "--start", *TASK, "--seed", str(seed), "--promote", "always")


def evaluated(folder: Path, seed: int, status: str) -> float:
    """Return the seconds of Evaluate for a seed; ``status`` must be what became of the champion."""
    ran = run(folder, seed)
    (step,) = (step for step in ran["steps"] if step["name"] == STEP)
    assert (step["cache_hit"], ran["tasks"]["regression"]["champion"]["status"]) == (False, status)
    return float(step["seconds"])


def main() -> None:
    """Print the seconds of Evaluate without and with a champion."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            version = run(folder, 42)["tasks"]["regression"]["model_package_arn"]
            without = [evaluated(folder, seed, "none") for seed in SEEDS]
            command(folder, "endpoint", "deploy", "--model-package", version, "--approve", "--name", "champion")
            command(folder, "endpoint", "delete", "--name", "champion", "--yes")
            beside = [evaluated(folder, seed, "compared") for seed in SEEDS]
        finally:
            stop = [sys.executable, "-m", "local_sagemaker", "stop"]
            subprocess.run(stop, cwd=folder, capture_output=True, check=False)
    sys.stdout.write(f"| Evaluate | seconds, mean of {len(SEEDS)} |\n|---|---|\n")
    for title, found in (("without a champion", without), ("with a champion", beside)):
        sys.stdout.write(f"| {title} | {statistics.mean(found):.1f} |\n")


if __name__ == "__main__":
    main()
