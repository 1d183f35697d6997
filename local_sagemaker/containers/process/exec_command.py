"""Becoming a launched command, in a child that was forked for it.

A command that starts Python runs in the child itself when the child was forked from the template; any other command,
and any that a shared interpreter could not run as a fresh one would, replaces the child.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from local_sagemaker.containers.process import interpreter_exit, python_program
from local_sagemaker.containers.process.messages import STAND_IN, Launch
from local_sagemaker.containers.process.python_program import PythonProgram
from local_sagemaker.containers.process.template import Template


class Become(BaseException):
    """Raised in a newly forked child to unwind to the launcher's main function, which goes on with ``work``."""

    def __init__(self, work: Callable[[], NoReturn]) -> None:
        super().__init__()
        self.work = work


def execute(launch: Launch, template: Template | None) -> NoReturn:
    """Become the launched command."""
    os.environ.clear()
    os.environ.update(launch.environment)
    os.umask(0o022)
    Path(launch.working_directory).mkdir(parents=True, exist_ok=True)
    os.chdir(launch.working_directory)
    program = python_program.parse_python(launch.arguments) if template is not None else None
    if template is None or program is None:
        _replace(launch.arguments)
    stand_in = program.kind == "-m" and program.target == STAND_IN
    if not stand_in and not python_program.runs_as_in_a_fresh_interpreter(program, launch, template):
        _replace(launch.arguments)
    python_program.refresh_state(program, launch, template)
    code = interpreter_exit.exit_code_of(
        lambda: _run_stand_in(program, template) if stand_in else python_program.run(program, launch, template),
        passing_on=Become,
    )
    interpreter_exit.leave(code)


def start_command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    template: Template | None,
    output: int | None = None,
    errors: int | None = None,
) -> Callable[[], int]:
    """Start a command from within a stand-in; Python as a fork of it, where it was forked from the template itself.

    Parameters
    ----------
    arguments
        The command line.
    environment, folder
        The process's whole environment and its working directory.
    output, errors
        The descriptors that take its standard output and error; None: the caller's own.

    Returns
    -------
    Callable
        Waits for the end and gives the exit code; negative for the signal that ended the process.
    """
    if template is None or python_program.parse_python(arguments) is None:
        process = subprocess.Popen(list(arguments), env=dict(environment), cwd=folder, stdout=output, stderr=errors)
        return process.wait
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for standard, given in ((1, output), (2, errors)):
            if given is not None:
                os.dup2(given, standard)
                os.close(given)
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


def _run_stand_in(program: PythonProgram, template: Template) -> None:
    """Run a program of ours, which may run the job's own in forks of itself."""
    from local_sagemaker.containers import stand_in

    raise SystemExit(stand_in.main(program.argv[1:], template))
