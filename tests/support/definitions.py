"""Builds definitions for tests, several in one process, since importing the SDK takes most of the time.

As a command it writes the golden definitions anew: ``python -m tests.support.definitions`` (``make golden``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.definition.sdk_environment import NO_ACCOUNT, sdk_environment
from pipelines.settings.fields import Settings
from pipelines.target.opening import offline

GOLDEN = Path(__file__).parents[1] / "unit" / "workflow" / "golden"
TABLES = Path(__file__).parents[1] / "unit" / "workflow" / "tables"
GOLDEN_SETTINGS: dict[str, dict[str, Any]] = {
    "regression": {"task": "regression"},
    "classification": {"task": "classification"},
    "several-classes": {"dataset": str(TABLES / "iris.toml"), "algorithms": ["xgboost", "lightgbm", "catboost"]},
    "categories": {"dataset": str(TABLES / "customers.toml"), "task": "churn", "tune": True},
}
LOCATIONS = {
    "region": "us-east-1",
    "role": "arn:aws:iam::123456789012:role/service-role/ExecutionRole",
    "bucket": "sagemaker-us-east-1-123456789012",
    "code": {
        "processing_scripts": "s3://sagemaker-us-east-1-123456789012/SeoulBikeDemand/code/processing_scripts/0123/",
        "evaluation": "s3://sagemaker-us-east-1-123456789012/SeoulBikeDemand/code/evaluation/4567/",
    },
}
BUILDER = """
import json, sys
from pipelines.definition.build_process import build
json.dump([build(inputs) for inputs in json.load(sys.stdin)], open(sys.argv[1], "w"))
"""


def build(settings: list[dict[str, Any]], folder: Path, hash_seed: str = "0") -> list[str]:
    """Build one definition for each of the settings."""
    return build_all([{"settings": values, "locations": LOCATIONS} for values in settings], folder, hash_seed)


def build_all(inputs: list[dict[str, Any]], folder: Path, hash_seed: str = "0") -> list[str]:
    """Build one definition for each of the inputs."""
    output = folder / f"definitions-{hash_seed}.json"
    with offline(Settings(algorithms=("xgboost",))) as target, sdk_environment(target, target.jumpstart) as variables:
        environment = {**os.environ, **NO_ACCOUNT, **variables, "PYTHONHASHSEED": hash_seed}
        subprocess.run(
            [sys.executable, "-c", BUILDER, str(output)],
            input=json.dumps(inputs).encode(),
            env=environment,
            check=True,
            capture_output=True,
        )
    return json.loads(output.read_text())


def write_golden() -> None:
    for name, text in zip(GOLDEN_SETTINGS, build([*GOLDEN_SETTINGS.values()], Path("/tmp")), strict=True):
        (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_golden()
