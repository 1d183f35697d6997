"""The end of a Python program in a forked child: the steps that a fresh interpreter takes when it ends.

The child leaves by ``os._exit``: a regular exit would free everything that the template loaded, object by object, and
each page that it writes to would first be copied. What a program can observe of an exit is done here by hand.
"""

import atexit
import contextlib
import gc
import io
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from local_sagemaker.containers.process.template import modules_since_main

_HERE = Path(__file__).parent
_INTERRUPTED = -signal.SIGINT
"""Stands for the exit of an interpreter after a KeyboardInterrupt: it ends by the signal itself."""

_NOT_FLUSHED = 120
"""The exit code of an interpreter that cannot write the last of its output."""


def exit_code_of(run: Callable[[], None], passing_on: type[BaseException]) -> int:
    """Run a main module and return the exit code that an interpreter ends with.

    ``passing_on`` is the one kind of exception that is raised instead of reported.
    """
    try:
        run()
    except passing_on:
        raise
    except SystemExit as end:
        return _code_of_exit(end)
    except BaseException as error:  # noqa: BLE001 - so does the interpreter
        # A traceback begins with the user's own code, as in a fresh interpreter: skip the frames of this package.
        trace = error.__traceback__
        while trace is not None and Path(trace.tb_frame.f_code.co_filename).parent == _HERE:
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _code_of_exit(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


def _flush_open_files() -> None:
    """Flush files that a reference cycle keeps open; text first, since it goes through the binary ones."""
    files = [each for each in gc.get_objects() if isinstance(each, io.TextIOWrapper | io.BufferedWriter)]
    for file in sorted(files, key=lambda each: isinstance(each, io.BufferedWriter)):
        with contextlib.suppress(OSError, ValueError):
            file.flush()


def _tear_down_modules() -> None:
    """Drop the job's modules, so that ``__del__`` and weak references run as they do at an interpreter's end.

    As in CPython's own order: modules leave ``sys.modules``, garbage is collected, and in modules that are still
    referenced, the latest first, names become None: those with an underscore before the others.
    """
    held = []
    for name in modules_since_main():
        with contextlib.suppress(TypeError):  # a job may have put anything into sys.modules
            held.append(weakref.ref(sys.modules.pop(name)))
    _flush_open_files()
    gc.collect()
    for reference in reversed(held):
        module = reference()
        if module is not None:
            for name in sorted(vars(module), key=lambda name: not str(name).startswith("_")):
                if name != "__builtins__":  # functions called during the teardown still need it
                    vars(module)[name] = None


def leave(code: int) -> NoReturn:
    """Finalize as an interpreter does, but for what the template loaded: tearing that down costs 0.15 s."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads that are not daemons
    atexit._run_exitfuncs()
    _tear_down_modules()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError):
            code = code or _NOT_FLUSHED
    if code == _INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code)
