"""``make check`` audits the packages for known vulnerabilities, and succeeds where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys


def test_audit_is_skipped_without_its_service() -> None:
    nowhere = "http://127.0.0.1:9"
    environment = {
        **os.environ,
        **dict.fromkeys(("https_proxy", "HTTPS_PROXY"), nowhere),
        "no_proxy": "",
        "NO_PROXY": "",
    }
    audit = subprocess.run(
        [sys.executable, "-m", "tests.support.audit"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (audit.returncode, audit.stdout.startswith("pip-audit: skipped")) == (0, True), audit.stderr
