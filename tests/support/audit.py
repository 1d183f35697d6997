"""Looks the installed packages up among the known vulnerabilities, as a part of ``make check``.

pip-audit does it, where its service can be reached; elsewhere this says so within seconds, and fails nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

SERVICE = "https://pypi.org/pypi/pip-audit/2.10.1/json"
"""What pip-audit would ask for the first package: https://docs.pypi.org/api/json/#known-vulnerabilities"""
PATIENCE_SECONDS = 10
AUDIT_SECONDS = 300


def main() -> int:
    """Audit, or say why not."""
    if not _answers():
        sys.stdout.write("pip-audit: skipped, since the service that knows the vulnerabilities cannot be reached\n")
        return 0
    command = [str(Path(sys.executable).with_name("pip-audit")), "--skip-editable", "--progress-spinner=off"]
    try:
        return subprocess.run(command, timeout=AUDIT_SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        sys.stdout.write("pip-audit: skipped, since its service became too slow\n")
        return 0


def _answers() -> bool:
    """Ask in a process of its own, which can be ended even where a look-up of the name hangs."""
    command = [sys.executable, "-m", "tests.support.audit", "--probe"]
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def probe() -> int:
    """Give 0 where the service says of a package whether it is vulnerable."""
    with urlopen(SERVICE, timeout=PATIENCE_SECONDS) as answer:
        return 0 if "vulnerabilities" in json.load(answer) else 1


if __name__ == "__main__":
    sys.exit(probe() if "--probe" in sys.argv else main())
