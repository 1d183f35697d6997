"""Each job is alone: its own /opt/ml, its own environment, and nothing of it outlives it."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.launcher import Process
from local_sagemaker.containers.process.messages import Launch
from local_sagemaker.jobs.errors import PingError
from local_sagemaker.jobs.processing import run_processing
from local_sagemaker.jobs.serving.variant_server import start_hosting
from local_sagemaker.jobs.training.run import run_training
from tests.conformance.containers.workbench import (
    PYTORCH_INFERENCE,
    Isolation,
    Workbench,
    archive,
    channel,
    completed,
    model_request,
    names_in,
    processing_request,
    s3_input,
    script_request,
    wait_until,
)
from tests.support.namespaces import AVAILABLE, needs_namespaces

REPOSITORY = Path(__file__).resolve().parents[3]


def _run(directory: Path, isolation: Isolation, code: str, **more) -> tuple[int | None, str]:
    launch = Launch(["python", "-c", code], directory, working_directory=str(directory / "work"), **more)
    process = sandbox.start(launch, isolation)
    return _ended(process)


def _ended(process: Process) -> tuple[int | None, str]:
    text = process.output.readall().decode()
    code = process.wait()
    process.close()
    return code, text


def test_hard_coded_opt_ml_in_parallel(bench: Workbench, isolation: Isolation) -> None:
    script = """
import sys, time
open("/opt/ml/mine", "w").write(sys.argv[1])
time.sleep(0.5)
print(open("/opt/ml/mine").read())
"""

    requests = [processing_request(bench.store, script, str(number)) for number in range(6)]
    jobs = [bench.job(isolation) for _ in requests]
    with ThreadPoolExecutor(6) as pool:
        outcomes = pool.map(lambda request, job: run_processing(request, job.context), requests, jobs)
    assert {outcome.status for outcome in outcomes} == {"Completed"}
    assert [job.log for job in jobs] == [f"{number}\n" for number in range(6)]


def test_host_opt_is_visible_and_unchanged(tmp_path: Path, isolation: Isolation) -> None:
    before = sorted(path.name for path in Path("/opt").iterdir())
    _, text = _run(tmp_path, isolation, "import json, os; print(json.dumps(sorted(os.listdir('/opt'))))")
    assert set(json.loads(text)) == {*before, *(["ml"] if AVAILABLE else [])}
    assert sorted(path.name for path in Path("/opt").iterdir()) == before


def test_nothing_of_the_caller_s_environment_gets_in(
    tmp_path: Path, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the caller's")
    monkeypatch.setenv("MINE", "the caller's")
    _, text = _run(tmp_path, isolation, "import json, os; print(json.dumps(dict(os.environ)))", environment={"A": "1"})
    environment = json.loads(text)
    assert environment["A"] == "1"
    assert environment["HOME"] == str(tmp_path / "home")
    assert not {name for name in environment if name.startswith("AWS_") or name == "MINE"}


def test_python_and_python3_are_this_interpreter(tmp_path: Path, isolation: Isolation) -> None:
    code = "import subprocess; print(subprocess.run(['python3', '-c', 'import sys; print(sys.prefix)'], " \
           "capture_output=True, text=True).stdout.strip())"  # fmt: skip
    assert _run(tmp_path, isolation, code)[1].strip() == sys.prefix


@needs_namespaces
def test_an_isolated_job_has_nothing_but_loopback(tmp_path: Path, isolation: Isolation) -> None:
    code = """
import socket
print([line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]])
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), 5).close()
print("loopback works")
"""
    assert _run(tmp_path, isolation, code, network_isolation=True)[1] == "['lo']\nloopback works\n"


DAEMONS = """
import os, subprocess, sys, time
def daemon():
    if os.fork() == 0:
        os.setsid()
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            os._exit(0)
        for descriptor in range(int(sys.argv[1]), 3):
            os.close(descriptor)
        time.sleep(600)
    os.wait()
daemon()
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
print(subprocess.Popen(sleeper, start_new_session=True, env={}).pid, flush=True)
"""


@pytest.mark.parametrize("namespaces", [True, False])
@pytest.mark.parametrize("first_closed", [0, 3])
def test_daemons_end_with_their_job(tmp_path: Path, isolation: Isolation, namespaces: bool, first_closed: int) -> None:
    (tmp_path / "daemons.py").write_text(DAEMONS + "os._exit(0)")
    launch = Launch(["python", str(tmp_path / "daemons.py"), str(first_closed)], tmp_path, namespaces=namespaces)
    code, text = _ended(sandbox.start(launch, isolation))
    assert code == 0
    assert len(text.split()) == 2
    assert not any(_lives(pid) for pid in text.split())


@pytest.mark.parametrize("namespaces", [True, False])
def test_killed_job_takes_only_its_own_daemons(tmp_path: Path, isolation: Isolation, namespaces: bool) -> None:
    processes = []
    for name in ("killed", "other"):
        (tmp_path / f"{name}.py").write_text(DAEMONS + "time.sleep(600)")
        launch = Launch(["python", str(tmp_path / f"{name}.py"), "3"], tmp_path / name, namespaces=namespaces)
        processes.append(sandbox.start(launch, isolation))
    ids = [[process.output.readline(), process.output.readline()] for process in processes]
    killed, other = processes
    killed.kill()
    assert _ended(killed)[0] == 137
    assert not any(_lives(pid) for pid in ids[0])
    assert all(_lives(pid) for pid in ids[1])
    other.kill()
    assert _ended(other)[0] == 137
    assert not any(_lives(pid) for pid in ids[1])


def _lives(pid: str | bytes) -> bool:
    return Path(f"/proc/{int(pid)}").exists()


SERVICE = """
import sys, time
from pathlib import Path
from local_sagemaker.containers.process import sandbox
launch = sandbox.Launch(["python", "-c", sys.argv[2]], Path(sys.argv[1]), namespaces=sys.argv[3] == "True")
process = sandbox.start(launch, sys.argv[4])
print(process.output.readline().decode(), end="", flush=True)
time.sleep(600)
"""

JOB = """
import os, subprocess, sys, time
sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
child = subprocess.Popen(sleeper, start_new_session=True)
orphaning = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], start_new_session=True, stdout=2).pid)"
orphan = subprocess.run([sys.executable, "-c", orphaning, *sleeper], stdout=subprocess.PIPE, text=True).stdout.strip()
print(os.getpid(), child.pid, os.getppid(), orphan, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("namespaces", [True, False])
def test_nothing_survives_the_service_s_sudden_death(tmp_path: Path, isolation: Isolation, namespaces: bool) -> None:
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(tmp_path), JOB, str(namespaces), isolation],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout is not None
    with service.stdout as output:
        pids = [int(pid) for pid in output.readline().split()]
    assert len(pids) == 4
    service.send_signal(signal.SIGKILL)
    service.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), seconds=10)


ORDINARY_USER = """
import sys
from pathlib import Path
from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.launcher import LAUNCHERS
code = "import os; print(os.getuid(), open('/opt/ml/here').read())"
process = sandbox.start(
    sandbox.Launch(["python", "-c", code], Path(sys.argv[1]), network_isolation=True), sys.argv[2]
)
print(process.output.readall().decode(), end="")
print(process.wait())
process.close()
LAUNCHERS.close()
"""


def test_ordinary_user_is_root_inside(tmp_path: Path, isolation: Isolation) -> None:
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "here").write_text("there")
    unshare = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("This machine makes no user namespaces.")
    done = subprocess.run(
        [*unshare, sys.executable, "-c", ORDINARY_USER, str(tmp_path), isolation],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0 there\n0\n", "")


def test_root_without_capability(tmp_path: Path) -> None:
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "here").write_text("there")
    weak = ["setpriv", "--bounding-set=-sys_admin"]
    if subprocess.run([*weak, "unshare", "--user", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("This machine makes no user namespaces, or root may not give up capabilities here.")
    done = subprocess.run(
        [*weak, sys.executable, "-c", ORDINARY_USER, str(tmp_path), "process"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0 there\n0\n", "")


def test_paths_are_rewritten_without_namespaces(tmp_path: Path, isolation: Isolation) -> None:
    code = "import os, sys; print(os.path.exists('/opt/' + 'ml'), sys.argv[1:], os.environ['DATA'])"
    launch = Launch(
        ["python", "-c", code, "/opt/ml/a", "--b=/opt/ml/b", "s3://bucket/opt/ml/c", "/opt/mlx"],
        tmp_path,
        environment={"DATA": "/opt/ml/input/data"},
        working_directory="/opt/ml/code",
        namespaces=False,
    )
    code_of_exit, text = _ended(sandbox.start(launch, isolation))
    assert code_of_exit == 0
    ml = tmp_path / "ml"
    rewritten = [f"{ml}/a", f"--b={ml}/b", "s3://bucket/opt/ml/c", "/opt/mlx"]
    assert text == f"{Path('/opt/ml').exists()} {rewritten} {ml}/input/data\n"


@pytest.fixture
def no_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all containers started as on a machine without namespaces."""
    start = sandbox.start
    monkeypatch.setattr(
        sandbox, "start", lambda container, *more, **named: start(replace(container, namespaces=False), *more, **named)
    )


@pytest.mark.usefixtures("no_namespaces")
def test_script_mode_works_without_namespaces(bench: Workbench, isolation: Isolation) -> None:
    bench.store.write("s3://bucket/data/a.csv", "1")
    script = """
import os
print(os.listdir(os.environ["SM_CHANNEL_DATA"]), flush=True)
open(os.path.join(os.environ["SM_MODEL_DIR"], "model"), "w").write("1")
"""
    request = script_request(bench.store, script, channels=[channel("data", "s3://bucket/data/")])
    job = bench.job(isolation)
    outcome = completed(run_training(request, job.context))
    assert "['a.csv']\n" in job.log
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["model"]


@pytest.mark.usefixtures("no_namespaces")
def test_inference_code_works_without_namespaces(bench: Workbench, isolation: Isolation) -> None:
    script = """
import os
def model_fn(model_dir):
    return open(os.path.join(model_dir, "weights")).read()
def transform_fn(model, data, content_type, accept):
    return model
"""
    uri = bench.store.write("s3://bucket/m.tar.gz", archive({"code/inference.py": script, "weights": "heavy"}))
    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    hosting = start_hosting(model_request(PYTORCH_INFERENCE, uri, environment), {}, bench.job(isolation).context)
    try:
        assert hosting.invoke(b"1", content_type="text/csv", accept=None, headers={}).body == b"heavy"
    finally:
        hosting.close()


HARD_CODED = """
# The path /opt/ml/comment is not used.
import helper
"""
HELPER = "def save():\n    open('/opt/ml/processing/out/a', 'w')\n"
REASON = "helper.py contains the path /opt/ml/processing/out/a (line 2), but a local job has no /opt/ml of its own here"


@pytest.mark.usefixtures("no_namespaces")
def test_hard_coded_path_fails_before_the_job_runs(bench: Workbench, isolation: Isolation) -> None:
    request = processing_request(bench.store, f"print('ran'){HARD_CODED}")
    bench.store.write("s3://bucket/helper/helper.py", HELPER)
    request["ProcessingInputs"].append(s3_input("helper", "s3://bucket/helper/", "/opt/ml/processing/input/code"))
    job = bench.job(isolation)
    outcome = run_processing(request, job.context)
    assert str(outcome.failure_reason).startswith(f"AlgorithmError: {REASON}")
    assert str(outcome.failure_reason).endswith("as in a privileged container., exit code: 1")
    assert "ran" not in job.log


@pytest.mark.usefixtures("no_namespaces")
def test_hard_coded_path_fails_before_training(bench: Workbench, isolation: Isolation) -> None:
    job = bench.job(isolation)
    request = script_request(bench.store, f"print('ran'){HARD_CODED}", files={"helper.py": HELPER})
    outcome = run_training(request, job.context)
    assert str(outcome.failure_reason).startswith(f"AlgorithmError: {REASON}")
    assert "\nran\n" not in job.log


@pytest.mark.usefixtures("no_namespaces")
def test_hard_coded_path_fails_before_serving(bench: Workbench, isolation: Isolation) -> None:
    uri = bench.store.write(
        "s3://bucket/m.tar.gz", archive({"code/inference.py": HARD_CODED, "code/helper.py": HELPER})
    )
    job = bench.job(isolation)
    with pytest.raises(PingError):
        start_hosting(model_request(PYTORCH_INFERENCE, uri), {}, job.context)
    assert REASON in job.log


ORDINARY_CONTAINER = """
mount -t tmpfs none /opt && mkdir /opt/ml && echo untouched > /opt/ml/sentinel && exec "$@"
"""

COMPOSED = """
import os
folder = os.path.join("/opt", "ml")
for name in ("sentinel", "new"):
    try:
        open(os.path.join(folder, name), "w").write("overwritten")
    except PermissionError as error:
        print(error)
open(os.path.join(os.environ["SAGEMAKER_BASE_DIR"], "mine"), "w").close()
"""

WITHOUT_NAMESPACES = """
import sys
from pathlib import Path
from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.launcher import LAUNCHERS
launch = sandbox.Launch(["python", "-c", sys.argv[3]], Path(sys.argv[1]), namespaces=False)
process = sandbox.start(launch, sys.argv[2])
print(process.output.readall().decode(), process.wait(), *Path("/opt/ml").iterdir())
print(Path("/opt/ml/sentinel").read_text())
process.close()
LAUNCHERS.close()
"""


@needs_namespaces
def test_host_opt_ml_is_not_written(tmp_path: Path, isolation: Isolation) -> None:
    """A host with an ``/opt/ml`` of its own, as root without namespaces; the job composes the path."""
    host = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ORDINARY_CONTAINER, "sh"]
    done = subprocess.run(
        [*host, sys.executable, "-c", WITHOUT_NAMESPACES, str(tmp_path), isolation, COMPOSED],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    denied = "".join(f"[Errno 13] Permission denied: '/opt/ml/{name}'\n" for name in ("sentinel", "new"))
    assert (done.stdout, done.stderr) == (f"{denied} 0 /opt/ml/sentinel\nuntouched\n\n", "")
    assert (tmp_path / "ml" / "mine").is_file()


def test_killed_launcher_is_reported_and_replaced(tmp_path: Path) -> None:
    from local_sagemaker.containers.errors import SandboxError

    launch = Launch(["python", "-c", "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"], tmp_path)
    process = sandbox.start(launch, "process")
    with pytest.raises(SandboxError, match="ended unexpectedly"):
        process.wait()
    process.close()
    assert _run(tmp_path, "process", "print('again')") == (0, "again\n")


@pytest.fixture
def shared_file() -> Iterator[Path]:
    """A file among the installed packages, which every job sees; tests that run at once have one each."""
    file = Path(sysconfig.get_paths()["purelib"]) / f"seen_by_all_jobs_{os.getpid()}.txt"
    file.write_text("as it was")
    yield file
    file.unlink()


@needs_namespaces
def test_installed_packages_are_private(tmp_path: Path, isolation: Isolation, shared_file: Path) -> None:
    wheel = tmp_path / "tiny_of_a_job-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive_:
        archive_.writestr("tiny_of_a_job.py", "answer = 42\n")
        archive_.writestr(
            "tiny_of_a_job-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-of-a-job\nVersion: 1.0\n"
        )
        archive_.writestr(
            "tiny_of_a_job-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive_.writestr("tiny_of_a_job-1.0.dist-info/RECORD", "")
    code = f"""
import pathlib, subprocess, sys
subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", {str(wheel)!r}], check=True)
import tiny_of_a_job
print(tiny_of_a_job.answer)
pathlib.Path({str(shared_file)!r}).unlink()
"""
    for job in ("first", "second"):
        (tmp_path / job / "work").mkdir(parents=True)
        assert _run(tmp_path / job, isolation, code) == (0, "42\n")
        assert not (tmp_path / job / "packages").exists()
    assert importlib.util.find_spec("tiny_of_a_job") is None
    assert shared_file.read_text() == "as it was"
