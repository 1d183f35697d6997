"""The definition of a run, cold and kept: ``python -m tests.performance.definition``.

It runs ``boostpipe run --dry-run``, which builds and checks the definition, in a cache folder of its own: first with
nothing kept, then once more, then with other values of what a kept definition is filled with.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.performance.commands import run

OTHER = {
    "nothing kept": (),
    "the same again": (),
    "another gate": ("--max-rmse", "299"),
    "another instance type": ("--processing-instance-type", "ml.m5.2xlarge"),
    "another option of the data set": ("--option", "features=now"),
    "another name of the pipeline": ("--pipeline-name", "Another"),
    "another DAG": ("--algorithms", "xgboost"),
}


def main() -> None:
    """Print the table."""
    sys.stdout.write("| `run --dry-run` with | seconds | processor seconds |\n|---|---|---|\n")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        for name, arguments in OTHER.items():
            seconds, processor = run(Path(folder), "pipelines", "run", "--dry-run", *arguments)
            sys.stdout.write(f"| {name} | {seconds:.1f} | {processor:.1f} |\n")


if __name__ == "__main__":
    main()
