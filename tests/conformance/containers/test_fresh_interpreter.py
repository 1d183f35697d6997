"""A job's Python has the semantics of a fresh interpreter, also where it is forked from the template (issue 3)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipelines.local.containers.template import LIBRARIES
from pipelines.local.jobs.processing import run_processing
from tests.conformance.containers.workbench import (
    Isolation,
    Job,
    Workbench,
    completed,
    processing_request,
    s3_input,
)

pytestmark = pytest.mark.xdist_group("containers: fresh_interpreter")


def _run(bench: Workbench, isolation: Isolation, script: str, **more) -> tuple[Job, str]:
    job = bench.job(isolation)
    outcome = run_processing(processing_request(bench.store, script, **more), job.context)
    return job, str(outcome.failure_reason)


def test_the_script_is_the_main_module(bench: Workbench, isolation: Isolation) -> None:
    script = """
import sys
print(__name__, __file__, sys.path[0], __spec__, sys.modules["__main__"].__dict__ is globals(), __doc__)
"""
    job, _ = _run(bench, isolation, script)
    path = "/opt/ml/processing/input/code"
    assert job.log == f"__main__ {path}/script.py {path} None True None\n"


def test_no_module_of_the_service_is_loaded(bench: Workbench, isolation: Isolation) -> None:
    job, _ = _run(bench, isolation, "import sys; print([n for n in sys.modules if n.startswith('pipelines')])")
    assert job.log == "[]\n"


def test_nothing_of_an_earlier_job_is_seen_by_a_later_one(bench: Workbench, isolation: Isolation) -> None:
    script = """
import os, sys, helper
print(helper.WORD, os.environ.pop("MARK", None), hasattr(sys, "mark"))
sys.mark = True
"""
    for word in ("first", "second"):
        request = processing_request(bench.store, script)
        uri = bench.store.write(f"s3://bucket/{word}/helper.py", f"WORD = {word!r}")
        request["ProcessingInputs"].append(s3_input("helper", uri, "/opt/ml/processing/input/code"))
        job = bench.job(isolation)
        completed(run_processing(request, job.context))
        assert job.log == f"{word} None False\n"


@pytest.mark.parametrize(
    ("argument", "code", "said"),
    [("", 0, ""), ("0", 0, ""), ("7", 7, ""), ("256", 0, ""), ("-1", 255, ""), ("'no data'", 1, "no data\n")],
)
def test_sys_exit_means_what_it_means(bench: Workbench, isolation: Isolation, argument: str, code: int, said: str):
    job, reason = _run(bench, isolation, f"import sys; sys.exit({argument})")
    assert reason == (f"AlgorithmError: , exit code: {code}" if code else "None")
    assert job.log == said


@pytest.mark.parametrize(("signal", "code"), [("SIGKILL", 137), ("SIGTERM", 143), ("SIGSEGV", 139)])
def test_death_by_a_signal_is_128_and_its_number(bench: Workbench, isolation: Isolation, signal: str, code: int):
    script = f"import os, signal; os.kill(os.getpid(), signal.{signal})"
    assert _run(bench, isolation, script)[1] == f"AlgorithmError: , exit code: {code}"


def test_a_crash_harms_no_other_job(bench: Workbench) -> None:
    _run(bench, "fork", "import ctypes; ctypes.string_at(0)")
    assert _run(bench, "fork", "print('alive')")[0].log == "alive\n"


def test_on_leaving_exit_functions_run_threads_are_awaited_and_open_files_are_written(
    bench: Workbench, isolation: Isolation
) -> None:
    script = """
import atexit, threading, time
atexit.register(lambda: print("exit function"))
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
class Keeper:
    pass
keeper = Keeper()
keeper.file = open("/opt/ml/processing/left-open", "w")
keeper.file.write("written")
keeper.itself = keeper
print("main")
"""
    job, _ = _run(bench, isolation, script)
    assert job.log == "main\nthread\nexit function\n"
    assert (job.ml / "processing" / "left-open").read_text() == "written"


def test_a_module_of_the_job_s_own_is_not_shadowed_by_a_library_of_the_same_name(
    bench: Workbench, isolation: Isolation
) -> None:
    request = processing_request(bench.store, "import joblib; print(joblib.MINE)")
    uri = bench.store.write("s3://bucket/own/joblib.py", "MINE = 'mine'")
    request["ProcessingInputs"].append(s3_input("own", uri, "/opt/ml/processing/input/code"))
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert job.log == "mine\n"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing_works(bench: Workbench, isolation: Isolation, method: str) -> None:
    script = f"""
import multiprocessing
def square(number):
    return number * number
if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        print(pool.map(square, range(4)))
"""
    assert _run(bench, isolation, script)[0].log == "[0, 1, 4, 9]\n"


def test_a_module_runs_by_its_name(bench: Workbench, isolation: Isolation) -> None:
    request = processing_request(bench.store, "", Environment={"PYTHONPATH": "/opt/ml/processing/input/code"})
    uri = bench.store.write("s3://bucket/own/tool.py", "import sys; print(__name__, __spec__.name, sys.argv)")
    request["ProcessingInputs"].append(s3_input("own", uri, "/opt/ml/processing/input/code"))
    request["AppSpecification"]["ContainerEntrypoint"] = ["python", "-m", "tool", "--flag"]
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert job.log == "__main__ tool ['/opt/ml/processing/input/code/tool.py', '--flag']\n"


def test_code_on_the_command_line_runs(bench: Workbench, isolation: Isolation) -> None:
    request = processing_request(bench.store, "")
    request["AppSpecification"]["ContainerEntrypoint"] = ["python", "-c", "import sys; print(sys.argv)", "x"]
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert job.log == "['-c', 'x']\n"


def test_a_missing_script_is_python_s_own_error(bench: Workbench, isolation: Isolation) -> None:
    request = processing_request(bench.store, "")
    request["AppSpecification"]["ContainerEntrypoint"] = ["python", "/opt/ml/nothing.py"]
    job = bench.job(isolation)
    assert run_processing(request, job.context).failure_reason == "AlgorithmError: , exit code: 2"
    assert "can't open file '/opt/ml/nothing.py'" in job.log


def test_chance_is_another_in_each_job(bench: Workbench, isolation: Isolation) -> None:
    script = "import random, uuid, numpy; print(random.random(), uuid.uuid4(), numpy.random.rand())"
    first, second = (_run(bench, isolation, script)[0].log.split() for _ in range(2))
    assert not set(first) & set(second)


def test_a_hash_seed_is_honoured(bench: Workbench, isolation: Isolation) -> None:
    job, _ = _run(bench, isolation, "print(hash('bicycle'))", Environment={"PYTHONHASHSEED": "7"})
    expected = subprocess.run(
        [sys.executable, "-c", "print(hash('bicycle'))"],
        env={"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert job.log == expected.stdout


def test_output_appears_as_it_is_written(bench: Workbench, isolation: Isolation) -> None:
    script = "import os; print('one'); os.write(1, b'two\\n'); print('three'); os._exit(0)"
    assert _run(bench, isolation, script)[0].log == "one\ntwo\nthree\n"


def test_text_is_utf_8(bench: Workbench, isolation: Isolation) -> None:
    script = "import sys; print('Temperature(°C)'); print(sys.stdin.read(), end=''); sys.stderr.write('café\\n')"
    assert _run(bench, isolation, script)[0].log == "Temperature(°C)\ncafé\n"


def test_libraries_use_the_threads_that_the_job_is_given(bench: Workbench, isolation: Isolation) -> None:
    script = """
import json, os, numpy, threadpoolctl
pools = {pool["num_threads"] for pool in threadpoolctl.threadpool_info()}
print(json.dumps([sorted(pools), os.environ["OMP_NUM_THREADS"], os.environ["SM_NUM_CPUS"]]))
"""
    job = bench.job(isolation, threads=1)
    completed(run_processing(processing_request(bench.store, script), job.context))
    assert json.loads(job.log) == [[1], "1", "1"]


def test_the_template_has_the_libraries_and_one_thread(bench: Workbench) -> None:
    script = """
import os, sys
with open(f"/proc/{os.getppid()}/status") as status:
    print([line.split()[1] for line in status if line.startswith("Threads")], "numpy" in sys.modules)
"""
    job, _ = _run(bench, "fork", script)
    assert job.log == "['1'] True\n"
    assert "xgboost" in LIBRARIES
