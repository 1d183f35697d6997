"""The local service in the background: started by the first command, shared by all, ended by itself."""

from __future__ import annotations

import contextlib
import fcntl
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.functional.conftest import Ran, environment, run_command_named
from tests.support import warm

STATE = ".sagemaker-local"
SHOWN = 20  # executions in a list


def boostpipe(folder: Path, cache: Path, *arguments: str, minutes: str = "5", **more: str) -> Ran:
    name, *rest = arguments
    return run_command_named(name, folder, cache, *rest, SAGEMAKER_LOCAL_KEEP_ALIVE=minutes, **more)


def local_sagemaker(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local_sagemaker", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def service_of(folder: Path) -> psutil.Process:
    return psutil.Process(json.loads((folder / STATE / "service.json").read_text())["pid"])


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended may be left as a zombie by a container's first process."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose service ends with the test."""
    yield tmp_path
    local_sagemaker(tmp_path, "stop")


def listed(ran: Ran) -> None:
    """Without a pipeline, the list is refused by the service, not for want of one."""
    assert ran.code == 2, ran.stderr
    assert "There is no pipeline named SeoulBikeDemand" in ran.stderr


def test_commands_share_one_service(folder, cache, monkeypatch):
    # Of a process that was forked, /proc has the environment of the one that forked it.
    monkeypatch.delenv(warm.FOLDER, raising=False)
    listed(first := boostpipe(folder, cache, "executions", "list", SECRET_OF_ONE_COMMAND="x"))
    service = service_of(folder)
    listed(second := boostpipe(folder, cache, "executions", "list"))
    assert "runs in the background now" in first.stderr
    assert "runs in the background now" not in second.stderr
    assert service_of(folder) == service
    assert Path(service.cwd()) != folder
    assert not {"SECRET_OF_ONE_COMMAND", "SAGEMAKER_LOCAL_KEEP_ALIVE"} & service.environ().keys()
    assert os.getsid(service.pid) == service.pid
    assert f"process:  {service.pid}, ends after 5 minutes without use" in local_sagemaker(folder, "status").stdout
    assert f"as process {service.pid}." in local_sagemaker(folder, "logs").stdout


def test_settings_that_a_running_service_cannot_follow_are_reported(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    service = service_of(folder)
    for minutes in ("60", "0"):
        listed(later := boostpipe(folder, cache, "executions", "list", minutes=minutes))
        assert f"--keep-alive {minutes} has no effect: the local service runs already, and ends after 5" in later.stderr
    listed(default := boostpipe(folder, cache, "executions", "list", minutes=""))
    assert "--keep-alive" not in default.stderr
    elsewhere = boostpipe(folder, cache, "executions", "list", "--region", "eu-west-1", "--isolation", "process")
    assert (elsewhere.code, "is for the region us-east-1" in elsewhere.stderr) == (3, True), elsewhere.stderr
    assert service_of(folder) == service


def test_stop_ends_the_service(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    service = service_of(folder)
    family = [service, *service.children(recursive=True)]
    stopped = local_sagemaker(folder, "stop")
    assert (stopped.returncode, str(service.pid) in stopped.stdout) == (0, True), stopped.stderr
    assert psutil.wait_procs(family, timeout=30)[1] == []
    for command in ("status", "stop"):
        none = local_sagemaker(folder, command)
        assert (none.returncode, none.stderr) == (3, f"No service runs on {STATE}.\n")


def test_idle_service_ends(folder):
    served = local_sagemaker(folder, "serve", "--keep-alive", "0.001")
    assert served.returncode == 0
    assert "Ended: 0.001 minutes without use." in served.stderr


def test_service_ends_with_its_directory(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    service = service_of(folder)
    (folder / STATE).rename(folder / "elsewhere")
    assert psutil.wait_procs([service], timeout=60)[1] == []


def test_killed_service_is_replaced(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    killed = service_of(folder)
    killed.kill()
    listed(boostpipe(folder, cache, "executions", "list"))
    assert service_of(folder).pid != killed.pid


@pytest.mark.parametrize("kills", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_in_the_middle_nothing_is_lost_or_left(folder, cache, data, kills):
    options = ("--task", "classification", "--algorithms", "xgboost", "--data", str(data))
    run = ("run", "--upsert", "--start", "--no-wait", "--json", *options)
    started = []
    for kill in range(kills):
        started.append(boostpipe(folder, cache, *run, "--seed", str(kill)).json["execution"]["arn"])
        service = service_of(folder)
        wait_until(lambda: len(service.children(recursive=True)) > 1)  # noqa: B023 - called in this round
        processes = [service, *service.children(recursive=True)]
        service.kill()
        wait_until(lambda: not any(map(alive, processes)))  # noqa: B023
        found = boostpipe(folder, cache, "executions", "list", "--json").json["executions"]
        assert [each["arn"] for each in found] == started[::-1][:SHOWN]
        assert "Executing" not in {each["status"] for each in found}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_log_of_the_service_is_cut(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    log = folder / STATE / "service.log"
    with log.open("a") as file:
        file.write("x" * 1_000_001)
    wait_until(lambda: log.stat().st_size < 1_000_000)
    assert log.with_suffix(".log.1").stat().st_size > 1_000_000


def test_command_without_keep_alive_leaves_nothing(folder, cache):
    listed(boostpipe(folder, cache, "executions", "list", minutes="0"))
    assert not (folder / STATE / "service.json").exists()


def test_start_failure_is_one_sentence(folder, cache):
    (folder / STATE).mkdir()
    (folder / STATE / "records.sqlite").write_bytes(b"no database" * 1000)
    ran = boostpipe(folder, cache, "executions", "list")
    assert ran.code == 3
    assert "records.sqlite cannot be opened: file is not a database" in ran.stderr.splitlines()[-1]


def test_service_of_other_code_is_replaced_when_idle(folder, cache):
    package = Path(__file__).parents[2]
    for name in ("local_sagemaker", "pipelines"):
        (folder / "copy").mkdir(exist_ok=True)
        subprocess.run(["cp", "-r", package / name, folder / "copy" / name], check=True)
    with (folder / "copy/local_sagemaker/core/clock.py").open("a") as file:
        file.write("# newer\n")
    boostpipe(folder, cache, "executions", "list")
    old = service_of(folder)
    with (folder / STATE / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # as another command does
        refused = local_sagemaker_of(folder / "copy", folder)
        assert refused.returncode == 1
        assert f"(process {old.pid}) runs other code or another Python" in refused.stderr
        assert "is in use" in refused.stderr
    assert local_sagemaker_of(folder / "copy", folder).returncode == 0
    assert not alive(old)


def test_service_of_another_isolation_is_replaced_when_idle(folder, cache):
    boostpipe(folder, cache, "executions", "list")
    old = service_of(folder)
    with (folder / STATE / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        refused = boostpipe(folder, cache, "executions", "list", "--isolation", "process")
        assert refused.code == 3
        assert f"(process {old.pid}) starts jobs with --isolation fork, not process, and is in use." in refused.stderr
    boostpipe(folder, cache, "executions", "list", "--isolation", "process")
    assert not alive(old)
    replaced = service_of(folder)
    with (folder / STATE / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        boostpipe(folder, cache, "executions", "list")
    assert service_of(folder) == replaced


def local_sagemaker_of(package: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Connect with another copy of the package, whose code is not the running service's."""
    code = (
        "import sys, pathlib; from local_sagemaker import connect_service\n"
        "with connect_service(pathlib.Path(sys.argv[1])): pass"
    )
    return subprocess.run(
        [sys.executable, "-c", code, folder / STATE],
        cwd=package,
        env=environment(Path("/tmp")),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("commands", [2, pytest.param(30, marks=pytest.mark.slow)])
@pytest.mark.parametrize("minutes", ["5", "0"])
def test_first_commands_may_be_many(folder, cache, commands, minutes):
    variables = environment(cache, SAGEMAKER_LOCAL_KEEP_ALIVE=minutes)
    command = [sys.executable, "-m", "pipelines.run", "--upsert", "--task", "regression", "--algorithms", "lightgbm"]
    running = [
        subprocess.Popen(
            command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(commands)
    ]
    for each in running:
        output, _ = each.communicate(timeout=1500)
        assert each.returncode == 0, output


def following_a_run(folder: Path, cache: Path, data: Path) -> subprocess.Popen[str]:
    """A command that has started an execution on a service in the background, and follows it."""
    options = ("--upsert", "--start", "--task", "regression", "--algorithms", "lightgbm", "--data", str(data))
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.run", *options],
        cwd=folder,
        env=environment(cache, SAGEMAKER_LOCAL_KEEP_ALIVE="5"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Started arn:"):
            break
    return process


def test_interrupted_command_leaves_the_service(folder, cache, data):
    process = following_a_run(folder, cache, data)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=100)
    assert (process.returncode, "Stopping arn:aws:sagemaker" in stderr) == (130, True), stderr
    described = boostpipe(folder, cache, "executions", "describe", "--json")
    assert described.json["status"] == "Stopped"
    assert alive(service_of(folder))


@pytest.mark.parametrize("moment", ["start.lock", "service.log", "service.lock"])
def test_interrupted_start_leaves_a_usable_directory(folder, cache, moment):
    command = [sys.executable, "-m", "pipelines", "executions", "list"]
    variables = environment(cache, SAGEMAKER_LOCAL_KEEP_ALIVE="5")
    process = subprocess.Popen(command, cwd=folder, env=variables, stderr=subprocess.PIPE, text=True)
    wait_until((folder / STATE / moment).exists)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=100)
    assert (process.returncode, stderr.splitlines()[-1]) == (130, "Interrupted."), stderr
    listed(boostpipe(folder, cache, "executions", "list"))


class OtherUsersService(http.server.BaseHTTPRequestHandler):
    """Another user's service, which has taken the port of ours."""

    def do_POST(self) -> None:
        answer = b'{"__type": "UnrecognizedClientException", "message": "The security token is invalid."}'
        self.send_response(403)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def test_killed_service_ends_the_command_that_follows(folder, cache, data):
    process = following_a_run(folder, cache, data)
    port = urlsplit(json.loads((folder / STATE / "service.json").read_text())["endpoint_url"]).port
    service_of(folder).kill()
    others: list[http.server.HTTPServer] = []

    def has_the_port() -> bool:
        with contextlib.suppress(OSError):  # the killed process may not have ended
            others.append(http.server.HTTPServer(("127.0.0.1", port), OtherUsersService))
        return bool(others)

    wait_until(has_the_port)
    with others[0] as other:
        threading.Thread(target=other.serve_forever).start()
        try:
            _, stderr = process.communicate(timeout=100)
        finally:
            other.shutdown()
    assert (process.returncode, "The local service has ended, and arn:" in stderr) == (3, True), stderr


def test_execution_outlives_its_command(folder, cache, data):
    options = ("--task", "regression", "--algorithms", "lightgbm", "--data", str(data))
    started = boostpipe(folder, cache, "run", "--upsert", "--start", "--no-wait", *options)
    assert started.code == 0, started.stderr
    waited = boostpipe(folder, cache, "executions", "wait", "--json")
    assert waited.json["status"] == "Succeeded", waited.stderr
