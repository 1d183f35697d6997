"""The local service in a process of its own, as started in another terminal.

A process can run one service at a time, as moto keeps its state per process. Fixtures that live longer than a test
therefore start their service here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support import warm

COMMAND = (sys.executable, "-m", "local_sagemaker")
"""The service in a process that is the test's child, and has its jobs as children."""


@dataclass(frozen=True)
class Server:
    """A running service.

    Attributes
    ----------
    process
        ``local-sagemaker serve``.
    environment
        The variables that it printed, which point AWS clients to it.
    """

    process: subprocess.Popen[str]
    endpoint_url: str
    environment: dict[str, str]

    @property
    def client_arguments(self) -> dict[str, str]:
        """The arguments of ``boto3.client`` that do the same as the variables."""
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.environment["AWS_REGION"],
            "aws_access_key_id": self.environment["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": self.environment["AWS_SECRET_ACCESS_KEY"],
        }


@contextmanager
def serving(state: Path, *options: str, patience: float = 120, command: Sequence[str | Path] = ()) -> Iterator[Server]:
    """Serve a state directory until the context ends."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [*(command or (warm.python(), "-m", "local_sagemaker")), "serve", "--state-dir", str(state), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=own,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("unset AWS_PROFILE ")
        printed: dict[str, str] = {}
        while "no_proxy" not in printed:
            line = process.stdout.readline()
            matched = re.fullmatch(r"export (\w+)=(.*)\n", line)
            assert matched, f"serve printed {line!r} and ended with {process.wait(patience)}"
            printed[matched[1]] = matched[2]
        yield Server(process, printed["AWS_ENDPOINT_URL"], printed)
    finally:
        process.terminate()
        process.wait(patience)
        process.stdout.close()
