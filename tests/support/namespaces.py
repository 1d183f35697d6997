"""Whether local jobs get mount namespaces here, and what a test does where they do not.

``.ci/without-namespaces COMMAND`` runs a command where they do not.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

import pytest

_PROBE = """
import sys
from pathlib import Path
from local_sagemaker.containers.process.namespaces import enter_private_mounts
ml, scratch = Path(sys.argv[1], "ml"), Path(sys.argv[1], "scratch")
ml.mkdir(), scratch.mkdir()
enter_private_mounts(ml, scratch)
"""


def _probe() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", _PROBE, folder], capture_output=True, check=False)
    return done.returncode == 0


AVAILABLE = _probe()

needs_namespaces = pytest.mark.skipif(not AVAILABLE, reason="The kernel allows no mount namespaces here.")


def portable(script: str) -> str:
    """The script as its author would write it for this machine: without namespaces, no path below /opt/ml is literal.

    The lines keep their numbers.
    """
    if AVAILABLE or not re.search(r"['\"]/opt/ml", script):
        return script
    relative = re.sub(r"(f?)(['\"])/opt/ml", r"_ML + \1\2", script)
    return f'import os as _os; _ML = _os.environ["SAGEMAKER_BASE_DIR"]; {relative}'
