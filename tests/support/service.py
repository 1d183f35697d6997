"""SageMaker on this machine in a process of its own, as when somebody has started it in another terminal.

A test process can run one service at a time, for moto's state is the process's; fixtures that live longer than a test
therefore start theirs here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A running service.

    Attributes
    ----------
    process
        ``python -m local_sagemaker serve``.
    endpoint_url
        Where it answers.
    environment
        The variables that it printed, which send AWS clients to it.
    """

    process: subprocess.Popen[str]
    endpoint_url: str
    environment: dict[str, str]


@contextmanager
def serving(state: Path, *options: str, patience: float = 120) -> Iterator[Server]:
    """Serve a state directory for as long as the context lasts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "local_sagemaker", "serve", "--state-dir", str(state), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=own,
    )
    assert process.stdout is not None
    try:
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
