"""Every block of README.md runs as it stands, in order, in a fresh clone.

Those of README.ko.md are the same byte for byte: test_korean.py.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.support.documents import code_blocks, run_blocks
from tests.support.readme import README

ROOT = README.parent


def _clone(folder: Path) -> Path:
    """Clone with this environment in place of an installed one: ``make install`` finds nothing to do."""
    clone = folder / "boostpipe"
    subprocess.run(["git", "clone", "--quiet", "--local", ROOT, clone], check=True)
    scripts = clone / ".venv" / "bin"
    scripts.mkdir(parents=True)
    for name, module in (("boostpipe", "pipelines"), ("local-sagemaker", "local_sagemaker")):
        # The modules of the clone; an editable install would run those of this folder.
        (scripts / name).write_text(f'#!/bin/sh\nexec "$(dirname "$0")/python" -m {module} "$@"\n')
        (scripts / name).chmod(0o755)
    python = Path(sysconfig.get_path("scripts")) / "python"
    (scripts / "python").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    (scripts / "python").chmod(0o755)
    (clone / ".venv" / ".run-installed").touch()
    return clone


@pytest.mark.slow
def test_blocks_run_in_order(data: Path, tmp_path: Path) -> None:
    clone = _clone(tmp_path)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    variables = {**own, "PYTHONPATH": str(clone), "SEOUL_BIKE_DATA": str(data)}
    blocks = code_blocks(clone / "README.md", "sh")
    assert len(blocks) >= 4
    try:
        printed = run_blocks(blocks, clone, variables)
    finally:
        subprocess.run([".venv/bin/local-sagemaker", "stop"], cwd=clone, env=variables, check=False)
    assert "Succeeded after" in printed
    assert "rentals expected" in printed
