"""The ``train`` program of a training container: run the user's script or the algorithm, and report a failure."""

import builtins
import io
import json
import logging
import os
import re
import shlex
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Literal, TextIO

from local_sagemaker.containers.errors import ClientError, ExecuteUserScriptError
from local_sagemaker.containers.images import StandIn, Toolkit
from local_sagemaker.containers.process.exec_command import start_command
from local_sagemaker.containers.process.hard_coded_paths import require_none_in_script
from local_sagemaker.containers.process.lines import whole_lines
from local_sagemaker.containers.process.template import Template
from local_sagemaker.containers.training_toolkit.code import TOOLKITS, fetch_code
from local_sagemaker.containers.training_toolkit.environment import TrainingEnvironment
from local_sagemaker.containers.training_toolkit.frameworks import run_in
from local_sagemaker.containers.training_toolkit.layout import Layout
from local_sagemaker.containers.training_toolkit.requirements import install

Algorithm = Callable[[TrainingEnvironment], None]
Kind = Literal["script", "module", "command"]

_ENTRY_POINT = re.compile(r"[\w.][\w.+-]*(/[\w.+-]+)*", re.ASCII)
_ERROR_NAMES = (
    *(name for name in dir(builtins) if name.endswith("Error")),
    *("Exception", "Invalid requirement", "ResourceExhaustedError", "OutOfRangeError", "InvalidArgumentError"),
)
_MAX_ERROR_CHARACTERS = 2**16
"""The length to which a failed script's errors are kept; the service shows 1,024."""
_KILLED_IN_A_SHELL = 137

logger = logging.getLogger(__name__)


def train(template: Template | None, stand_in: StandIn, algorithm: Algorithm | None = None) -> int:
    """Train, and report a failure as the toolkit does: in ``/opt/ml/output/failure``, and by the exit code.

    ``template`` is the one that the calling process was forked from, and ``algorithm`` the image's own, which runs if
    the user gives no program. Returns the exit code of the container.
    """
    layout = Layout.of_this_container()
    try:
        logger.info("Imported framework %s", os.environ.get("SAGEMAKER_TRAINING_MODULE", "").partition(":")[0])
        environment = TrainingEnvironment.of_this_container(stand_in.toolkit)
        logger.info("No GPUs detected (normal if no gpus installed)")
        if environment.program is not None:
            logger.info("Invoking user training script.")
            run_in(
                stand_in.framework,
                environment,
                lambda adjusted: run_script(adjusted, template, reports_errors=stand_in.reports_errors),
            )
        elif algorithm is not None:
            logger.info("Running XGBoost Sagemaker in algorithm mode")
            algorithm(environment)
        else:
            raise ClientError(
                "This image has no algorithm of its own: give a script in the hyperparameter sagemaker_program."
            )
    except ClientError as error:
        layout.report_failure(str(error))
        logger.error("%s", error)  # noqa: TRY400 - the message is the toolkit's own; our traceback would not help
        return 1
    except Exception as error:  # noqa: BLE001 - the toolkit reports whatever happens
        # The last frame only, so that the message fits into the 1,024 characters that SageMaker shows.
        trace = "".join(traceback.format_exception(error, limit=-1, chain=False))
        title = "Framework Error" if stand_in.toolkit == "sagemaker-training" else "framework error"
        message = f"{title}: \n{trace}\n{error}"
        layout.report_failure(message)
        logger.error("Reporting training FAILURE")  # noqa: TRY400 - the trace is in the message
        logger.error("%s", message)  # noqa: TRY400 - the trace is in the message
        return _exit_code_of(error)
    logger.info("Reporting training SUCCESS")
    layout.report_success()
    return 0


def _exit_code_of(error: Exception) -> int:
    """The container's exit code after an error: the number of an error of the operating system, otherwise 1."""
    number = getattr(error, "errno", None)
    return number if isinstance(number, int) else 1


def run_script(environment: TrainingEnvironment, template: Template | None, *, reports_errors: bool) -> None:
    """Fetch the user's code, install its requirements, and run it.

    ``reports_errors``: whether the error of a failed script quotes its output.

    Raises ClientError if the requirements cannot be installed, the job requests an unsupported launcher, a path
    in the script cannot be replaced, or the script failed; OSError, tarfile.TarError, botocore.exceptions.ClientError
    if the code cannot be fetched, or the command is not in it.
    """
    environment.require_no_launcher()
    program = environment.program or ""
    code = environment.layout.code
    fetch_code(environment.submit_directory, code)
    variables = {**_inherited_variables(), **environment.variables()}
    _require_plain(program)
    kind = _kind_of(program, code, environment.toolkit)
    # The toolkit installs requirements for Python only; a shell script has to do so itself.
    packages = None if kind == "command" else install(code, package=kind == "module", toolkit=environment.toolkit)
    variables["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(code), packages, str(TOOLKITS), variables.get("PYTHONPATH")])
    )
    arguments = environment.arguments()
    script = code / (program if kind == "command" else f"{program.removesuffix('.py')}.py")
    require_none_in_script(script, arguments, variables, environment.layout.base)
    command = _command(kind, program, code, arguments)
    _log_invocation(environment, command)
    code_of_exit, errors = _run(command, variables, code, template, watched=reports_errors)
    if code_of_exit == 0:
        return
    if environment.toolkit == "sagemaker-containers":
        raise ExecuteUserScriptError(" ".join(command), None)
    killed = code_of_exit == _KILLED_IN_A_SHELL
    raise ExecuteUserScriptError(
        " ".join(command), code_of_exit, errors, "OutOfMemory: Process killed by SIGKILL (signal 9)" if killed else None
    )


def _require_plain(program: str) -> None:
    if not _ENTRY_POINT.fullmatch(program) or {".", ".."} & set(program.split("/")):
        raise ClientError(
            f"The training entry point {program!r} is not a relative path inside the code. Use a path of letters, "
            "digits and '._+-' in the hyperparameter sagemaker_program, for example bin/train.sh."
        )


def _kind_of(program: str, code: Path, toolkit: Toolkit) -> Kind:
    """The way to run an entry point; the predecessor of today's toolkit runs everything as a module."""
    if toolkit == "sagemaker-containers":
        return "module"
    if program.endswith(".sh"):
        return "command"
    if (code / "setup.py").is_file():
        return "module"
    return "script" if program.endswith(".py") else "command"


def _inherited_variables() -> dict[str, str]:
    """The container's environment without the import path of our own programs."""
    ours = str(Path(__file__).resolve().parents[3])
    path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry and entry != ours]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _command(kind: Kind, program: str, code: Path, arguments: list[str]) -> list[str]:
    if kind == "module":
        return [sys.executable, "-m", program.removesuffix(".py"), *arguments]
    if kind == "script":
        return [sys.executable, program, *arguments]
    (code / program).chmod(0o777)
    return ["/bin/sh", "-c", f"./{program} {shlex.join(arguments)}"]


def _log_invocation(environment: TrainingEnvironment, command: list[str]) -> None:
    variables = environment.variables()
    logger.info(
        "Invoking user script\n\nTraining Env:\n\n%s\n\nEnvironment variables:\n\n%s\n\n"
        "Invoking script with the following command:\n\n%s\n\n",
        json.dumps(json.loads(variables["SM_TRAINING_ENV"]), indent=4, sort_keys=True),
        "\n".join(f"{name}={value}" for name, value in sorted(variables.items()) if name != "SM_TRAINING_ENV"),
        " ".join(command),
    )


def _run(
    command: list[str], variables: Mapping[str, str], folder: Path, template: Template | None, *, watched: bool
) -> tuple[int, str]:
    """Run the script; return its exit code and, if it is watched, the errors in its output."""
    # SIGTERM goes to the whole process group, so the script gets it too. This process waits for the script's end.
    signal.signal(signal.SIGTERM, _ignore_while_script_ends)
    if not watched:
        return start_command(command, variables, str(folder), template)(), ""
    (output, output_end), (errors, errors_end) = os.pipe(), os.pipe()
    wait = start_command(command, variables, str(folder), template, output_end, errors_end)
    os.close(output_end)
    os.close(errors_end)
    with ThreadPoolExecutor(1) as pool:
        of_output = pool.submit(_pass_on, output, sys.stdout)
        of_errors = _pass_on(errors, sys.stderr)
        found = " ".join([of_output.result(), of_errors])
    return wait(), "\n".join(dict.fromkeys(found.split("\n"))).strip()


def _pass_on(descriptor: int, stream: TextIO) -> str:
    """Copy a script's output; return the part that the toolkit keeps: all from the first line with an error's name."""
    kept: list[str] = []
    room = _MAX_ERROR_CHARACTERS
    with io.FileIO(descriptor) as output:
        for text in whole_lines(output):
            stream.write(text)
            stream.flush()
            for line in text.splitlines():
                if room > 0 and (kept or any(name in line for name in _ERROR_NAMES)):
                    kept.append(line.strip(" :") + "\n")
                    room -= len(kept[-1])
    return " ".join(kept)


def _ignore_while_script_ends(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the script handles the signal."""
