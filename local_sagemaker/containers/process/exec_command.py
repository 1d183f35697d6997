"""Executing a command in a child that was forked for it.

A command that starts Python runs in the child itself if the child was forked from the template. Any other command
replaces the child, and so does Python wherever a fresh interpreter could behave differently.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from local_sagemaker.containers.process import interpreter_exit, python_program
from local_sagemaker.containers.process.messages import STAND_IN, Launch
from local_sagemaker.containers.process.template import Template

StandInMain = Callable[[list[str], Template | None], int]
"""Runs a program of an image; gets its arguments and the template of the process, returns an exit code."""


class Become(BaseException):
    """Raised in a forked child to unwind to the launcher's main function, which executes ``launch``.

    It is no ``Exception``, so that no ``except Exception`` on the way stops it.
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self.launch = launch


def execute(launch: Launch, template: Template | None, run_stand_in: StandInMain) -> NoReturn:
    """Turn the calling process into the command of a launch.

    ``template`` is what the process was forked from, None if there are no libraries in it. ``run_stand_in`` runs the
    images' own programs; it comes from above, since these start commands themselves.

    Raises Become in a fork of this process that is to execute another launch.
    """
    os.environ.clear()
    os.environ.update(launch.environment)
    os.umask(0o022)
    Path(launch.working_directory).mkdir(parents=True, exist_ok=True)
    os.chdir(launch.working_directory)
    program = python_program.parse_python(launch.arguments) if template is not None else None
    if template is None or program is None:
        _replace_process(launch.arguments)
    stand_in = program.kind == "-m" and program.target == STAND_IN
    # A stand-in is code of ours, so that nothing of the user's can take the place of a loaded library in it.
    if not stand_in and not python_program.runs_as_in_a_fresh_interpreter(program, launch, template):
        _replace_process(launch.arguments)
    python_program.reset_interpreter(program, launch, template)

    def run() -> None:
        if stand_in:
            raise SystemExit(run_stand_in(program.argv[1:], template))
        python_program.run(program, launch, template)

    interpreter_exit.leave(interpreter_exit.exit_code_of(run, passing_on=Become))


def start_command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    template: Template | None,
    output: int | None = None,
    errors: int | None = None,
) -> Callable[[], int]:
    """Start a command from within a stand-in; Python as a fork of the calling process, if it has a template.

    ``environment`` and ``folder`` are the process's whole environment and its working directory. ``output`` and
    ``errors`` are the descriptors for its standard output and error; None for the caller's own.

    Returns a function that waits for the end and returns the exit code; it is negative for the signal that ended the
    process.
    """
    if template is None or python_program.parse_python(arguments) is None:
        process = subprocess.Popen(list(arguments), env=dict(environment), cwd=folder, stdout=output, stderr=errors)
        return process.wait
    # Unwritten text would be written twice, by this process and by its copy.
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
        raise Become(Launch(arguments, Path(folder), dict(environment), threads, working_directory=folder))
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _replace_process(arguments: Sequence[str]) -> NoReturn:
    try:
        os.execvpe(arguments[0], list(arguments), os.environ)  # noqa: S606 - running the job's own command is the task
    except OSError as error:
        os.write(2, f'exec: "{arguments[0]}": {error.strerror}\n'.encode())
        # Without the interpreter's own exit: that would run the launcher's exit functions in this copy of it.
        os._exit(127)
