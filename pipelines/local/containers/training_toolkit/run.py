"""Running a training container's ``train``: the user's script, or the algorithm, and the report of a failure."""

from __future__ import annotations

import builtins
import json
import logging
import os
import re
import shlex
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from pipelines.local.containers.errors import ClientError, ExecuteUserScriptError
from pipelines.local.containers.execution import start_command
from pipelines.local.containers.template import Template
from pipelines.local.containers.toolkits import TOOLKITS
from pipelines.local.containers.training_toolkit.code import fetch_code
from pipelines.local.containers.training_toolkit.environment import TrainingEnvironment
from pipelines.local.containers.training_toolkit.layout import Layout
from pipelines.local.containers.training_toolkit.requirements import install_requirements

Algorithm = Callable[[TrainingEnvironment], None]

_ENTRY_POINT = re.compile(r"(?!-)[\w.+-]+(/[\w.+-]+)*", re.ASCII)
_ERROR_NAMES = (
    *(name for name in dir(builtins) if name.endswith("Error")),
    *("Exception", "Invalid requirement", "ResourceExhaustedError", "OutOfRangeError", "InvalidArgumentError"),
)
_MOST_ERROR_LINES = 50
_KILLED_IN_A_SHELL = 137

logger = logging.getLogger(__name__)


def train(template: Template | None, algorithm: Algorithm | None = None, *, tells_errors: bool = True) -> int:
    """Train, and report a failure as the toolkit does: in ``/opt/ml/output/failure``, and by the exit code.

    Parameters
    ----------
    template
        What the calling process was forked from, if it was.
    algorithm
        What an image trains by itself when no user's program is given.
    tells_errors
        Whether the report of a failed script says what it wrote to standard error.

    Returns
    -------
    int
        The exit code of the container.
    """
    layout = Layout.of_this_container()
    try:
        environment = TrainingEnvironment.of_this_container()
        if environment.program is not None:
            run_script(environment, template, tells_errors=tells_errors)
        elif algorithm is not None:
            logger.info("Running XGBoost Sagemaker in algorithm mode")
            algorithm(environment)
        else:
            raise ClientError(
                "This image has no algorithm of its own: name a script in the hyperparameter sagemaker_program."
            )
    except ClientError as error:
        layout.report_failure(str(error))
        logger.error("%s", error)  # noqa: TRY400 - the message is the toolkit's own; a trace of ours helps nobody
        return 1
    except Exception as error:  # noqa: BLE001 - the toolkit reports whatever happens
        # The last frames only, so that the message is within the 1,024 characters that SageMaker shows.
        trace = "".join(traceback.format_exception(error, limit=-1, chain=False))
        message = f"{'Framework Error' if algorithm is None else 'framework error'}: \n{trace}\n{error}"
        layout.report_failure(message)
        logger.error("Reporting training FAILURE")  # noqa: TRY400 - the trace is in the message
        logger.error("%s", message)  # noqa: TRY400 - the trace is in the message
        return 1
    logger.info("Reporting training SUCCESS")
    layout.report_success()
    return 0


def configure_logging() -> None:
    """Log as the toolkit does: to standard output, in its format."""
    logging.basicConfig(
        stream=sys.stdout,
        level=int(os.environ.get("SAGEMAKER_CONTAINER_LOG_LEVEL", logging.INFO)),
        format="%(asctime)s sagemaker-training-toolkit %(levelname)-8s %(message)s",
        force=True,
    )


def run_script(environment: TrainingEnvironment, template: Template | None, *, tells_errors: bool = True) -> None:
    """Fetch the user's code, install what it requires, and run it.

    Parameters
    ----------
    tells_errors
        Whether the error of a failed script says what it wrote to standard error.

    Raises
    ------
    ClientError
        The code cannot be had, its requirements cannot be installed, or it failed.
    """
    program = environment.program or ""
    code = environment.layout.code
    fetch_code(environment.submit_directory, code)
    variables = {**_inherited_variables(), **environment.variables()}
    _require_plain(program)
    # The toolkit installs for Python only; a shell script is to do so itself.
    packages = None if _is_command(program, code) else install_requirements(code)
    variables["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(code), packages, str(TOOLKITS), variables.get("PYTHONPATH")])
    )
    command = _command(program, code, environment.arguments())
    _log_invocation(environment, command)
    code_of_exit, errors = _run_and_watch(command, variables, code, template)
    if code_of_exit != 0:
        killed = code_of_exit == _KILLED_IN_A_SHELL
        raise ExecuteUserScriptError(
            " ".join(command),
            code_of_exit,
            errors if tells_errors else "",
            "OutOfMemory: Process killed by SIGKILL (signal 9)" if killed else None,
        )


def _require_plain(program: str) -> None:
    if not _ENTRY_POINT.fullmatch(program) or {".", ".."} & set(program.split("/")):
        raise ClientError(
            f"The training entry point {program!r} is no plain path inside of the code. Give it in the hyperparameter "
            "sagemaker_program as a path of letters, digits and '._+-', like bin/train.sh."
        )


def _is_command(program: str, code: Path) -> bool:
    """Whether an entry point is run by a shell: one that is neither Python nor part of a package."""
    return program.endswith(".sh") or not (program.endswith(".py") or (code / "setup.py").is_file())


def _inherited_variables() -> dict[str, str]:
    """The container's environment without the import path of our own programs."""
    ours = str(Path(__file__).resolve().parents[4])
    path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != ours]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _command(program: str, code: Path, arguments: list[str]) -> list[str]:
    if not _is_command(program, code):
        package = (code / "setup.py").is_file()
        return [sys.executable, *(["-m", program.removesuffix(".py")] if package else [program]), *arguments]
    if (code / program).is_file():
        (code / program).chmod(0o777)
    return ["/bin/sh", "-c", shlex.join([f"./{program}", *arguments])]


def _log_invocation(environment: TrainingEnvironment, command: list[str]) -> None:
    variables = environment.variables()
    logger.info(
        "Invoking user script\n\nTraining Env:\n\n%s\n\nEnvironment variables:\n\n%s\n\n"
        "Invoking script with the following command:\n\n%s\n\n",
        json.dumps(json.loads(variables["SM_TRAINING_ENV"]), indent=4, sort_keys=True),
        "\n".join(f"{name}={value}" for name, value in sorted(variables.items()) if name != "SM_TRAINING_ENV"),
        " ".join(command),
    )


def _run_and_watch(
    command: list[str], variables: Mapping[str, str], folder: Path, template: Template | None
) -> tuple[int, str]:
    """Run the script, passing on its standard error; the exit code, and the error that it ended with."""
    reader, writer = os.pipe()
    # The container is asked to end as a whole: the script gets the signal itself, and is waited for.
    signal.signal(signal.SIGTERM, _leave_it_to_the_script)
    wait = start_command(command, variables, str(folder), template, writer)
    os.close(writer)
    errors: list[str] = []
    with os.fdopen(reader, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            sys.stderr.write(line)
            sys.stderr.flush()
            # As the toolkit has it: everything from the first line on that names an error, the source line included.
            if (errors or any(name in line for name in _ERROR_NAMES)) and len(errors) < _MOST_ERROR_LINES:
                errors.append(line.strip(" :\n"))
    return wait(), "\n ".join(dict.fromkeys(errors)).strip()


def _leave_it_to_the_script(_number: int, _frame: FrameType | None) -> None:
    """Live on until the script has ended."""
