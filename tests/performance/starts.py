"""The time that the shell script's processes need to start Python and to import modules.

A service can save that and no more, which sets the limit for the ratio of the main job.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

from tests.performance import shell_script

_IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", re.MULTILINE)
_IMPORT_AGAIN = """
import importlib, sys
for name in sys.stdin.read().split():
    try:
        importlib.import_module(name)
    except ImportError:
        pass
"""


def processors(script: Path) -> float:
    """Seconds of processors for starting every process of the script, and for its imports.

    The script runs once more, and Python logs the imports of each process. Then each is started alone, imports the same
    and ends.
    """
    subprocess.run(["bash", str(script)], env={**os.environ, "TELL_IMPORTS": "1"}, check=True)
    begin = _used()
    for job in sorted((script.parent / "jobs").iterdir()):
        _import_again(job)
    return _used() - begin


def _import_again(job: Path) -> None:
    names = dict.fromkeys(_IMPORTED.findall((job / "log").read_text(encoding="utf-8", errors="replace")))
    if not names:
        raise RuntimeError(f"The log of {job.name} contains no imports.")
    paths = [str(job / "ml" / "processing" / "input" / "code"), str(shell_script.ROOT)]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "TRUE"}
    subprocess.run([sys.executable, "-c", _IMPORT_AGAIN], input="\n".join(names), text=True, env=variables, check=True)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
