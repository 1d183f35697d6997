"""The course's notebooks: ``python -m tests.support.notebooks [--write] [NAME ...]`` runs them, two at a time.

The outputs in the files must be those that the code prints, except in cells with the tag ``varies`` (times, searches).
``--write`` writes the new outputs into the files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_SECONDS = 900


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def printed(notebook: Any) -> list[tuple[int, str]]:
    """The number and the text of every cell whose output is the same in every run; pictures do not count."""
    return [
        (number, "".join(_text(output) for output in cell["outputs"]))
        for number, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "code" and "varies" not in cell["metadata"].get("tags", [])
    ]


def execute(path: Path, state: Path) -> Any:
    """Run a notebook on the local target; the result has its outputs, without warnings and times."""
    notebook = read(path)
    aws = [name for name in os.environ if name.startswith(("AWS_", "SAGEMAKER_"))]
    own = {name: value for name, value in os.environ.items() if name not in aws}
    variables = {"SAGEMAKER_TARGET": "local", "SAGEMAKER_LOCAL_STATE_DIR": str(state), "PYTHONPATH": str(ROOT)}
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # no warning about unencrypted messages to the kernel
    )
    client.execute(env={**own, **variables})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
    notebook["metadata"] = read(path)["metadata"]
    return notebook


def is_generated(notebook: Any) -> bool:
    """Whether the outputs are those of the generated sample, which no file contains."""
    return any("GENERATED SAMPLE" in text for _, text in printed(notebook))


def differences(path: Path, notebook: Any) -> list[str]:
    """Describe each cell whose output is not the one in the file; none where the data is the generated sample."""
    if is_generated(notebook):
        return []
    pairs = zip(printed(read(path)), printed(notebook), strict=True)
    return [
        f"{path.name}, cell {number}: the file has\n{before}\nbut the code prints\n{now}"
        for (number, before), (_, now) in pairs
        if before != now
    ]


def _text(output: Any) -> str:
    if output["output_type"] == "stream":
        return str(output["text"]) if output["name"] == "stdout" else ""
    text = str(output.get("data", {}).get("text/plain", ""))
    return text if not text.startswith("<") else ""


def checked(path: Path, state: Path, *, write: bool) -> list[str]:
    """Run a notebook, and write its outputs or describe how they differ from those in the file."""
    notebook = execute(path, state)
    if is_generated(notebook):
        sys.stderr.write(f"{path.name}: ran on the generated sample, so its outputs are neither compared nor written\n")
    elif write:
        nbformat.write(notebook, path)
    found = differences(path, notebook)
    sys.stderr.write(f"{path.name}: {'differs' if found else 'done'}\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.notebooks")
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 01 (default: all)")
    parser.add_argument("--write", action="store_true", help="write the outputs into the files")
    options = parser.parse_args()
    chosen = [path for path in NOTEBOOKS if path.name.startswith(tuple(options.names) or "")]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        state = Path(folder) / "state"
        try:
            each = pool.map(lambda path: checked(path, state, write=options.write), chosen)
            found = [difference for differences in each for difference in differences]
        finally:
            stop = [sys.executable, "-m", "local_sagemaker", "stop", "--state-dir", str(state)]
            subprocess.run(stop, check=False, cwd=ROOT, capture_output=True)
    sys.stderr.write("\n\n".join([*found, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
