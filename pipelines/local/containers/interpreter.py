"""Running a command in a forked child with the semantics of a fresh process.

A command that starts Python runs in the child itself when the child was forked from the template, which has the
libraries in memory; any other command, and any that a shared interpreter could not run as a fresh one would, replaces
the child.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NoReturn

from pipelines.local.containers.launch import STAND_IN, Launch

LIBRARIES = (
    "numpy",
    "pandas",
    "scipy.sparse",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "xgboost",
    "lightgbm",
    "catboost",
    "matplotlib.pyplot",
    "joblib",
    "pyarrow.parquet",
    "boto3",
    "botocore.session",
)
"""What a template imports, each if it is installed."""

_HANDLED_VARIABLES = frozenset({"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE"})
_INTERPRETER_PREFIXES = ("PYTHON", "MPL", "LD_", "MALLOC_")


class Become(BaseException):
    """Raised in a newly forked child to unwind to the launcher's main function, which goes on with ``work``."""

    def __init__(self, work: Callable[[], NoReturn]) -> None:
        super().__init__()
        self.work = work


@dataclass(frozen=True)
class Template:
    """An interpreter with the libraries loaded.

    Attributes
    ----------
    loaded
        Top-level modules in memory that a fresh interpreter would not have.
    path
        The import path of a fresh interpreter, without the script's own folder.
    thread_pools
        Sets the thread counts of the native libraries that are loaded.
    """

    loaded: frozenset[str]
    path: tuple[str, ...]
    thread_pools: Any


def preload(at_startup: Iterable[str]) -> Template:
    """Import the libraries into this process, which starts no threads of its own.

    Parameters
    ----------
    at_startup
        The modules that a bare interpreter has loaded.
    """
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    loaded = {name.partition(".")[0] for name in sys.modules} - {name.partition(".")[0] for name in at_startup}
    # Nothing that was loaded is ever freed, so the collector need not touch, and thereby copy, its pages in children.
    gc.collect()
    gc.freeze()
    return Template(frozenset(loaded - {"pipelines"}), tuple(sys.path[1:]), ThreadpoolController())


def execute(launch: Launch, template: Template | None) -> NoReturn:
    """Become the launched command."""
    os.environ.clear()
    os.environ.update(launch.environment)
    os.umask(0o022)
    Path(launch.working_directory).mkdir(parents=True, exist_ok=True)
    os.chdir(launch.working_directory)
    program = _python_program(launch.arguments) if template is not None else None
    if template is None or program is None:
        _replace(launch.arguments)
    stand_in = program.kind == "-m" and program.target == STAND_IN
    if not stand_in and not _runs_as_in_a_fresh_interpreter(program, launch, template):
        _replace(launch.arguments)
    _refresh_state(program, launch, template)
    inherited_modules = frozenset(sys.modules)
    code = _exit_code_of(lambda: _run_stand_in(program, template) if stand_in else _run(program, launch, template))
    _leave(code, inherited_modules)


def start_command(
    arguments: Sequence[str], environment: Mapping[str, str], folder: str, template: Template | None, errors: int
) -> Callable[[], int]:
    """Start a command from within a stand-in; Python as a fork of it, where it was forked from the template itself.

    Parameters
    ----------
    arguments
        The command line.
    environment, folder
        The process's whole environment and its working directory.
    errors
        The descriptor that takes its standard error.

    Returns
    -------
    Callable
        Waits for the end and gives the exit code; negative for the signal that ended the process.
    """
    if template is None or _python_program(tuple(arguments)) is None:
        process = subprocess.Popen(list(arguments), env=dict(environment), cwd=folder, stderr=errors)
        return process.wait
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(errors, 2)
        threads = int(environment.get("OMP_NUM_THREADS", "1"))
        launch = Launch(tuple(arguments), dict(environment), folder, Path(folder), threads)
        raise Become(lambda: execute(launch, template))
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _replace(arguments: tuple[str, ...]) -> NoReturn:
    try:
        os.execvpe(arguments[0], list(arguments), os.environ)  # noqa: S606 - the job's own command is what is asked for
    except OSError as error:
        os.write(2, f'exec: "{arguments[0]}": {error.strerror}\n'.encode())
        os._exit(127)


@dataclass(frozen=True)
class _Program:
    """What a Python command line runs: a script, a module or a piece of code, with its ``sys.argv``."""

    kind: str
    target: str
    argv: list[str]
    unbuffered: bool


def _python_program(arguments: tuple[str, ...]) -> _Program | None:
    names = {"python", "python3", f"python3.{sys.version_info.minor}", sys.executable}
    if not arguments or arguments[0] not in names:
        return None
    rest = list(arguments[1:])
    unbuffered = bool(rest) and rest[0] == "-u"
    if unbuffered:
        rest = rest[1:]
    if len(rest) >= 2 and rest[0] in ("-m", "-c"):
        return _Program(rest[0], rest[1], [rest[0], *rest[2:]], unbuffered)
    if rest and not rest[0].startswith("-"):
        return _Program("script", rest[0], rest, unbuffered)
    return None


def _runs_as_in_a_fresh_interpreter(program: _Program, launch: Launch, template: Template) -> bool:
    """Whether nothing of the job's own could differ by what is already loaded."""
    if program.kind == "script" and not Path(program.target).is_file():
        return False
    if any(name.startswith(_INTERPRETER_PREFIXES) and name not in _HANDLED_VARIABLES for name in launch.environment):
        return False
    return template.loaded.isdisjoint(_importable_names(_own_path(program, launch)))


def _own_path(program: _Program, launch: Launch) -> list[str]:
    """What a fresh interpreter would put in front of the import path."""
    first = {"script": str(Path(program.target).resolve().parent), "-m": str(Path.cwd()), "-c": ""}[program.kind]
    return [first, *filter(None, launch.environment.get("PYTHONPATH", "").split(os.pathsep))]


def _importable_names(folders: Iterable[str]) -> set[str]:
    names = set()
    for folder in map(Path, folders):
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.suffix in (".py", ".so") or (entry / "__init__.py").is_file():
                names.add(entry.name.partition(".")[0])
    return names


def _run(program: _Program, launch: Launch, template: Template) -> None:
    """Run the job's own code as the main module."""
    _forget_the_launcher()
    sys.path[:] = [*_own_path(program, launch), *template.path]
    sys.argv = list(program.argv)
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    if program.kind == "-m":
        runpy._run_module_as_main(program.target)  # type: ignore[attr-defined]  # what the interpreter itself calls
    else:
        exec(_code_of(program, main), main.__dict__)  # noqa: S102 - the job's own script is what is asked for


def _code_of(program: _Program, main: types.ModuleType) -> types.CodeType:
    if program.kind == "-c":
        return compile(program.target, "<string>", "exec", dont_inherit=True)
    path = str(Path(program.target).absolute())
    main.__file__ = path
    main.__dict__["__cached__"] = None
    main.__loader__ = SourceFileLoader("__main__", path)
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)


def _run_stand_in(program: _Program, template: Template) -> None:
    """Run a program of ours, which may run the job's own in forks of itself."""
    from pipelines.local.containers import stand_in

    raise SystemExit(stand_in.main(program.argv[1:], template))


def _forget_the_launcher() -> None:
    """Leave no module of ours behind that a job's own could be taken for."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "pipelines"]:
        del sys.modules[name]


def _refresh_state(program: _Program, launch: Launch, template: Template) -> None:
    """Set anew what a fresh interpreter takes from its surroundings, or from chance, when it starts."""
    time.tzset()
    sys.dont_write_bytecode = bool(launch.environment.get("PYTHONDONTWRITEBYTECODE"))
    _open_standard_streams(program, launch)
    template.thread_pools.limit(limits=launch.threads)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _open_standard_streams(program: _Program, launch: Launch) -> None:
    """Wrap the standard descriptors anew: the template's streams know those that it was born with."""
    encoding = launch.environment.get("PYTHONIOENCODING", "").partition(":")[0] or "utf-8"
    unbuffered = program.unbuffered or bool(launch.environment.get("PYTHONUNBUFFERED"))
    sys.stdin = sys.__stdin__ = open(0, encoding=encoding, closefd=False)  # type: ignore[misc]  # noqa: SIM115
    for number, name, errors in ((1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        raw: Any = io.FileIO(number, "wb", closefd=False)
        stream = io.TextIOWrapper(
            raw if unbuffered else io.BufferedWriter(raw),
            encoding=encoding,
            errors=errors,
            line_buffering=number == 2,
            write_through=unbuffered,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _exit_code_of(run: Callable[[], None]) -> int:
    """Run a main module and answer as an interpreter does for whatever it lets go."""
    try:
        run()
    except Become:
        raise
    except SystemExit as end:
        return _code_of_exit(end)
    except BaseException as error:  # noqa: BLE001 - so does the interpreter
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


def _code_of_exit(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


def _write_what_was_left_open() -> None:
    """Flush files that a reference cycle keeps open; text first, as it goes through the binary ones."""
    files = [each for each in gc.get_objects() if isinstance(each, io.TextIOWrapper | io.BufferedWriter)]
    for file in sorted(files, key=lambda each: isinstance(each, io.BufferedWriter)):
        with contextlib.suppress(OSError, ValueError):
            file.flush()


def _leave(code: int, inherited_modules: frozenset[str]) -> NoReturn:
    """Finalize as an interpreter does, but for what the template loaded: taking that apart costs 0.15 s."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for name in [name for name in sys.modules if name not in inherited_modules or name == "__main__"]:
        sys.modules.pop(name).__dict__.clear()
    _write_what_was_left_open()
    gc.collect()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or 120
    os._exit(code)
