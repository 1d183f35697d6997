"""Check the installed packages for known vulnerabilities with pip-audit, as a part of ``make check``.

Where pip-audit's service cannot be reached, this reports so within seconds and succeeds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

SERVICE = "https://pypi.org/pypi/pip-audit/2.10.1/json"
"""The request that pip-audit makes for each package: https://docs.pypi.org/api/json/#known-vulnerabilities"""
PROBE_SECONDS = 10
AUDIT_SECONDS = 300


def main() -> int:
    """Run pip-audit, or report why it is skipped."""
    if not _is_reachable():
        sys.stdout.write("pip-audit: skipped, as its service cannot be reached\n")
        return 0
    command = [str(Path(sys.executable).with_name("pip-audit")), "--skip-editable", "--progress-spinner=off"]
    try:
        return subprocess.run(command, timeout=AUDIT_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        sys.stdout.write("pip-audit: skipped, as its service is too slow\n")
        return 0


def _is_reachable() -> bool:
    """Send the request in another process, which can be stopped even while it resolves the host's name."""
    command = [sys.executable, "-m", "tests.support.audit", "--probe"]
    try:
        return subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def probe() -> int:
    """Return 0 if the service responds with vulnerabilities."""
    with urlopen(SERVICE, timeout=PROBE_SECONDS) as answer:
        return 0 if "vulnerabilities" in json.load(answer) else 1


if __name__ == "__main__":
    sys.exit(probe() if "--probe" in sys.argv else main())
