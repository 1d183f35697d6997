"""The workers of a model server."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

SERVER = """
import os
from local_sagemaker.containers.serving.server import run_server
run_server(lambda: os.write(1, b"%d\\n" % os.getpid()), workers=3)  # in one piece: they write at the same time
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux notifies children of their parent's end")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_server(end: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVER]
    variables = {**os.environ, "SAGEMAKER_BIND_TO_PORT": "0"}
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            processes = [psutil.Process(int(server.stdout.readline())) for _ in range(3)]
        finally:
            server.send_signal(end)
        workers = [process for process in processes if process.pid != server.pid]
        server.wait(60)
        _, alive = psutil.wait_procs(workers, timeout=60)
        for worker in alive:
            worker.kill()
    assert len(workers) == 2
    assert alive == []
