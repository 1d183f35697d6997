"""A job's Python has the semantics of a fresh interpreter, also where it is forked from the template."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest

from local_sagemaker.jobs.processing import run_processing
from tests.conformance.containers.workbench import Isolation, Job, Workbench, completed, processing_request, s3_input


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
    job, _ = _run(bench, isolation, "import sys; print([n for n in sys.modules if n.startswith('local_sagemaker')])")
    assert job.log == "[]\n"


def test_jobs_are_independent(bench: Workbench, isolation: Isolation) -> None:
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
    ("argument", "code", "output"),
    [("", 0, ""), ("0", 0, ""), ("7", 7, ""), ("256", 0, ""), ("-1", 255, ""), ("'no data'", 1, "no data\n")],
)
def test_sys_exit_sets_exit_code_and_output(
    bench: Workbench, isolation: Isolation, argument: str, code: int, output: str
):
    job, reason = _run(bench, isolation, f"import sys; sys.exit({argument})")
    assert reason == (f"AlgorithmError: , exit code: {code}" if code else "None")
    assert job.log == output


@pytest.mark.parametrize(("signal", "code"), [("SIGKILL", 137), ("SIGTERM", 143), ("SIGSEGV", 139)])
def test_death_by_signal(bench: Workbench, isolation: Isolation, signal: str, code: int):
    script = f"import os, signal; os.kill(os.getpid(), signal.{signal})"
    assert _run(bench, isolation, script)[1] == f"AlgorithmError: , exit code: {code}"


def test_a_crash_harms_no_other_job(bench: Workbench) -> None:
    _run(bench, "fork", "import ctypes; ctypes.string_at(0)")
    assert _run(bench, "fork", "print('alive')")[0].log == "alive\n"


def test_exit_functions_threads_and_open_files(bench: Workbench, isolation: Isolation) -> None:
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


def test_deleted_objects_find_module_names(bench: Workbench, isolation: Isolation) -> None:
    own = """
import os, weakref
NAMES = ["a"]
class Thing:
    def __del__(self):
        print("thing", NAMES, os.sep)
thing, other = Thing(), Thing()
reference = weakref.ref(other, lambda _: print(NAMES))
"""
    script = """
import os, own
class Last:
    def __del__(self):
        print("last", WORD, os.sep)
WORD = "word"
last, cyclic = Last(), Last()
cyclic.itself = cyclic
"""
    request = processing_request(bench.store, script)
    uri = bench.store.write("s3://bucket/own/own.py", own)
    request["ProcessingInputs"].append(s3_input("own", uri, "/opt/ml/processing/input/code"))
    job = bench.job(isolation)
    completed(run_processing(request, job.context))
    assert sorted(job.log.splitlines()) == ["last word /"] * 2 + ["thing ['a'] /"] * 2


def test_held_module_names_become_none(bench: Workbench, isolation: Isolation) -> None:
    script = """
import sys
class Last:
    def __del__(self):
        print("last", WORD)
WORD = "word"
sys.held = sys.modules["__main__"]
last = Last()
"""
    job, _ = _run(bench, isolation, script)
    assert job.log == "last None\n"


def test_own_module_beats_library(bench: Workbench, isolation: Isolation) -> None:
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


def test_library_threads(bench: Workbench, isolation: Isolation) -> None:
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
    print([line.split()[1] for line in status if line.startswith("Threads")], "matplotlib.pyplot" in sys.modules)
"""
    deadline = time.monotonic() + 120
    while (log := _run(bench, "fork", script)[0].log) == "['1'] False\n" and time.monotonic() < deadline:
        time.sleep(0.1)  # it still loads
    assert log == "['1'] True\n"


SAME = {
    "the main module's names": "import sys; m = sys.modules['__main__']; print(sorted(vars(m)), m.__builtins__, m)",
    "the streams": "import sys; print(*[(s, s.fileno(), s.errors, s.write_through, s.line_buffering) for s in "
    "(sys.stdin, sys.stdout, sys.stderr)], sys.stdout.buffer.raw, sys.stdin.isatty())",
    "sys": "import sys; print(sys.flags, sys.orig_argv, sys.argv, sys.warnoptions, sys._xoptions, sys.executable, "
    "sys.getrecursionlimit(), sys.excepthook, sys.displayhook, sys.gettrace(), sys.pycache_prefix)",
    "signal handlers": "import signal; print([(s, signal.getsignal(s)) for s in sorted(signal.valid_signals())], "
    "signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.set_wakeup_fd(-1))",
    "descriptors": "import os; print(sorted(os.listdir('/proc/self/fd')))",
    "threads": "import os, threading; main = threading.main_thread(); print(threading.active_count(), main.name, "
    "main.ident == threading.get_ident(), main.native_id == os.getpid())",
    "the environment": "import os; print(sorted(os.environ), os.getcwd(), os.umask(0), os.getpgrp() == os.getpid())",
    "the locale": "import locale, time; print(locale.setlocale(locale.LC_ALL), time.tzname)",
    "logging": "import logging; print(logging.root.handlers); logging.warning('said'); "
    "logging.basicConfig(level=10); logging.debug('told')",
    "warnings": "import warnings; warnings.warn('careful'); warnings.warn('old', DeprecationWarning)",
    "an exit code that is no number": "raise SystemExit((1, 2))",
    "a large exit code": "raise SystemExit(2**40)",
    "quit": "quit(4)",
    "an exit in a thread": "import sys, threading; t = threading.Thread(target=sys.exit); t.start(); t.join(); "
    "print('goes on')",
    "an interrupt": "raise KeyboardInterrupt",
    "an interrupt from outside": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    "an error in an error": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['key']",
    "a group of errors": "raise ExceptionGroup('many', [ValueError(1), TypeError(2)])",
    "a note": "error = ValueError('x'); error.add_note('a note'); raise error",
    "a syntax error": "def f(:\n    pass",
    "a hook for errors": "import sys; sys.excepthook = lambda kind, *_: print('caught', kind); raise KeyError('a')",
    "an error in a thread": "import threading; threading.Thread(target=lambda: 1 / 0, name='T').start()",
    "an error in a finalizer": "class D:\n    def __del__(self): raise ValueError('late')\nd = D()\ndel d",
    "an error at exit": "import atexit; atexit.register(lambda: 1 / 0); print('main')",
    "the order of the end": """
import atexit, threading, weakref
class Thing:
    def __del__(self): print("deleted")
thing = Thing()
atexit.register(print, "first registered")
atexit.register(print, "second registered")
weakref.finalize(thing, print, "finalized")
threading.Thread(target=lambda: (threading.main_thread().join(), print("thread"))).start()
threading._register_atexit(print, "thread exit")
print("main")
""",
    "closed output": "import sys; sys.stdout.close()",
    "output that cannot be written": "import os; os.close(1); print('x')",
    "replaced output": "import io, sys; sys.stdout = io.StringIO(); print('x')",
    "unfinished lines": "import sys; sys.stderr.write('part'); sys.stdout.write('rest')",
    "no input": "print(input('more? '))",
    "a fork of its own": """
import os, sys
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    print("child", __name__)
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""",
    "pickles of the main module": """
import io, joblib, pickle
class Thing:
    value = 1
def function():
    return Thing
print(pickle.loads(pickle.dumps(Thing())).value, Thing.__module__)
stream = io.BytesIO(); joblib.dump(function, stream); stream.seek(0)
print(joblib.load(stream) is function)
""",
    "pools": """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from joblib import Parallel, delayed
def square(number): return number * number
if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
            print(list(pool.map(square, range(3))))
    print(Parallel(n_jobs=2)(delayed(square)(number) for number in range(3)))
    print(multiprocessing.get_start_method(), multiprocessing.current_process(), multiprocessing.parent_process())
""",
    "asyncio": """
import asyncio
async def main():
    process = await asyncio.create_subprocess_exec("echo", "said", stdout=asyncio.subprocess.PIPE)
    return await process.communicate()
print(asyncio.run(main()))
""",
    "timers": "import signal, time; signal.signal(signal.SIGALRM, lambda *_: print('alarm')); "
    "signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2)",
    "children": "import subprocess, sys; child = subprocess.Popen(['sleep', '30']); child.terminate(); "
    "print(child.wait(), subprocess.run([sys.executable, '-c', 'import sys; print(sys.argv)'], capture_output=True))",
    "its own source": "import inspect\ndef f(): return 1\nprint(inspect.getsource(f), inspect.getfile(f))",
    "annotations": "from __future__ import annotations\nx: unknown = 1\nprint(__annotations__)",
    "the doc string": '"The words."\nprint(__doc__)',
    "settings of the libraries": "import matplotlib, numpy, pandas, sklearn, xgboost; print(matplotlib.get_backend(), "
    "numpy.geterr(), pandas.get_option('display.max_rows'), sklearn.get_config(), xgboost.get_config())",
    "seeds": "import numpy, random; random.seed(1); numpy.random.seed(1); print(random.random(), numpy.random.rand())",
    "a crash": "import os; os.abort()",
    "faulthandler": "import faulthandler; print(faulthandler.is_enabled())",
}


@pytest.mark.parametrize("name", SAME)
def test_fork_equals_new_interpreter(bench: Workbench, name: str) -> None:
    jobs: list[Isolation] = ["fork", "process"]
    (forked, forked_reason), (plain, plain_reason) = (_run(bench, isolation, SAME[name]) for isolation in jobs)
    assert _comparable(forked) == _comparable(plain)
    assert forked_reason == plain_reason


def _comparable(job: Job) -> str:
    """The log without addresses and without the job's own folder."""
    return re.sub(r"0x[0-9a-f]+|started \d+|\d{12,}", "N", job.log.replace(str(job.context.directory), "FOLDER"))
