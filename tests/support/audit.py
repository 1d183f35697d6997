"""Check the installed packages for known vulnerabilities with pip-audit, as a part of ``make check``.

Where pip-audit's service cannot be reached, this reports so within seconds and succeeds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

PIP_AUDIT = str(Path(sys.executable).with_name("pip-audit"))
PROBE_SECONDS = 10
AUDIT_SECONDS = 300


def main() -> int:
    """Run pip-audit, or report why it is skipped."""
    if not _is_reachable():
        sys.stdout.write("pip-audit: skipped, as its service cannot be reached\n")
        return 0
    command = [PIP_AUDIT, "--skip-editable", "--progress-spinner=off"]
    try:
        return subprocess.run(command, timeout=AUDIT_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        sys.stdout.write("pip-audit: skipped, as its service is too slow\n")
        return 0


def _is_reachable() -> bool:
    """Whether the service knows pip-audit itself, asked without the cache."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(f"pip-audit=={version('pip-audit')}\n", encoding="utf-8")
        command = [PIP_AUDIT, "--requirement", str(requirements), "--no-deps", "--disable-pip", "--format=json"]
        command += ["--cache-dir", folder, "--progress-spinner=off"]
        try:
            probe = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
    # A mirror without the service has the package, but not its vulnerabilities; the exit code is 1 if there are any.
    return bool(probe.stdout) and all("vulns" in package for package in json.loads(probe.stdout)["dependencies"])


if __name__ == "__main__":
    sys.exit(main())
