"""A Python program in a forked child, run as a fresh interpreter runs it.

A fork of the template has the libraries in memory. Everything that an interpreter reads from its environment at startup
is reset before the program runs; ``interpreter_exit`` does what an interpreter does at the end.
"""

import builtins
import codecs
import contextlib
import io
import os
import runpy
import shutil
import sys
import threading
import time
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from local_sagemaker.containers.process.messages import Launch
from local_sagemaker.containers.process.template import OWN_PACKAGE, Template, modules_since_main, put_main_module_last

_HANDLED_VARIABLES = frozenset({"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONDONTWRITEBYTECODE"})
_INTERPRETER_PREFIXES = ("PYTHON", "MPL", "LD_", "MALLOC_")
"""Variables that the interpreter, matplotlib, the dynamic linker and the allocator read once, at startup."""


@dataclass(frozen=True)
class PythonProgram:
    """The program of a Python command line."""

    kind: str
    """``script``, ``-m`` for a module or ``-c`` for a piece of code."""
    target: str
    """The path, the name or the code."""
    argv: list[str]
    """Its ``sys.argv``."""
    unbuffered: bool
    """Whether ``-u`` was given."""


def parse_python(arguments: Sequence[str]) -> PythonProgram | None:
    """The program that a command line starts; None if it is not this interpreter, or has options beyond ``-u``."""
    names = {"python", "python3", f"python3.{sys.version_info.minor}", sys.executable}
    if not arguments or arguments[0] not in names:
        return None
    rest = list(arguments[1:])
    unbuffered = bool(rest) and rest[0] == "-u"
    if unbuffered:
        rest = rest[1:]
    if len(rest) >= 2 and rest[0] in ("-m", "-c"):
        return PythonProgram(rest[0], rest[1], [rest[0], *rest[2:]], unbuffered)
    if rest and not rest[0].startswith("-"):
        return PythonProgram("script", rest[0], rest, unbuffered)
    return None


def runs_as_in_a_fresh_interpreter(program: PythonProgram, launch: Launch, template: Template) -> bool:
    """Whether the job cannot tell the fork from a fresh interpreter.

    It could, if a variable of its own is read at startup only, or if a module beside its script has the name of a
    library: ``import`` would find the library, which is loaded already, instead of the module.
    """
    if program.kind == "script" and not Path(program.target).is_file():
        return False  # python itself prints the message, and its exit code is 2
    if any(name.startswith(_INTERPRETER_PREFIXES) and name not in _HANDLED_VARIABLES for name in launch.environment):
        return False
    return template.loaded.isdisjoint(_importable_names(_own_path(program, launch)))


def _own_path(program: PythonProgram, launch: Launch) -> list[str]:
    """The folders that a fresh interpreter puts in front of the import path."""
    first = {"script": str(Path(program.target).resolve().parent), "-m": str(Path.cwd()), "-c": ""}[program.kind]
    return [first, *filter(None, launch.environment.get("PYTHONPATH", "").split(os.pathsep))]


def _importable_names(folders: Iterable[str]) -> set[str]:
    names = set()
    for folder in map(Path, folders):
        with contextlib.suppress(OSError):  # nothing can be imported from a folder that cannot be read
            for entry in folder.iterdir():
                if entry.suffix in (".py", ".so") or _is_package(entry):
                    names.add(entry.name.partition(".")[0])
    return names


def _is_package(folder: Path) -> bool:
    try:
        return (folder / "__init__.py").is_file()
    except OSError:
        return False


def run(program: PythonProgram, launch: Launch, template: Template) -> None:
    """Run the job's own code as the main module."""
    _drop_own_modules(template)
    sys.path[:] = [*_own_path(program, launch), *template.path]
    sys.argv = list(program.argv)
    sys.orig_argv = list(launch.arguments)
    sys.executable = shutil.which(launch.arguments[0]) or sys.executable
    # A new module object: the launcher's own __main__ would show its names to the script, and to pickle.
    main = types.ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __annotations__={})
    put_main_module_last(main)
    if program.kind == "-m":
        runpy._run_module_as_main(program.target)  # type: ignore[attr-defined]  # what the interpreter itself calls
    else:
        exec(_code_of(program, main), main.__dict__)  # noqa: S102 - running the job's own script is the task


def _code_of(program: PythonProgram, main: types.ModuleType) -> types.CodeType:
    if program.kind == "-c":
        return compile(program.target, "<string>", "exec", dont_inherit=True)
    path = str(Path(program.target).absolute())
    main.__file__ = path
    main.__dict__["__cached__"] = None
    main.__loader__ = SourceFileLoader("__main__", path)
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)


def _drop_own_modules(template: Template) -> None:
    """Remove our own modules, the launcher's and those of a stand-in, so that the job imports its own by any name."""
    of_stand_in = [name for name in modules_since_main() if name.partition(".")[0] == OWN_PACKAGE]
    for name in (*template.launcher_modules, *of_stand_in):
        sys.modules.pop(name, None)


def reset_interpreter(program: PythonProgram, launch: Launch, template: Template) -> None:
    """Reset what a fresh interpreter sets from its environment, or at random, when it starts."""
    time.tzset()  # the C library keeps the time zone that it read first; TZ may be another now
    sys.dont_write_bytecode = bool(launch.environment.get("PYTHONDONTWRITEBYTECODE"))
    _open_standard_streams(program, launch)
    # OMP_NUM_THREADS and the like are read when a library is loaded, which was in the template.
    template.thread_pools.limit(limits=launch.threads)
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]  # a fork keeps the parent's
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        # Otherwise all jobs would draw the same "random" numbers: those that follow the template's state. Python's own
        # random module reseeds itself after a fork.
        numpy.random.seed()


def _open_standard_streams(program: PythonProgram, launch: Launch) -> None:
    """Open sys.stdin, stdout and stderr again: encoding and buffering are those of the job's environment."""
    encoding = codecs.lookup(launch.environment.get("PYTHONIOENCODING", "").partition(":")[0] or "utf-8").name
    unbuffered = program.unbuffered or bool(launch.environment.get("PYTHONUNBUFFERED"))
    for number, name, errors in ((0, "stdin", "strict"), (1, "stdout", "strict"), (2, "stderr", "backslashreplace")):
        raw: Any = io.FileIO(number, "wb" if number else "rb", closefd=False)
        raw.name = f"<{name}>"  # an interpreter's own streams have these names in place of a number
        if not number:
            raw = io.BufferedReader(raw)
        elif not unbuffered:
            raw = io.BufferedWriter(raw)
        stream: Any = io.TextIOWrapper(
            raw, encoding=encoding, errors=errors, line_buffering=number == 2, write_through=unbuffered and number > 0
        )
        stream.mode = "w" if number else "r"
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
