"""The code of our own jobs also runs where a job's /opt/ml is another folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_sagemaker.containers.process.hard_coded_paths import find_in_script

ROOT = Path(__file__).parents[3]
SCRIPTS = (
    "processing_scripts/preprocess.py",
    "processing_scripts/inference.py",
    "processing_scripts/parts.py",
    "processing_scripts/header.py",
    "evaluation/evaluate.py",
    "evaluation/monitoring/job.py",
)
ARGUMENTS = ("--input=input", "--output=output", "--message=message")  # what the definitions pass


@pytest.mark.parametrize("script", SCRIPTS)
def test_job_takes_no_path_below_opt_ml_from_its_code(script: str):
    found = find_in_script(ROOT / script, ARGUMENTS, {"SAGEMAKER_BASE_DIR"}, [ROOT], Path("/elsewhere"))
    assert found is None, str(found)
