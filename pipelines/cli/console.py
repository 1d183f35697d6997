"""Results on stdout, logs on stderr, and one sentence and an exit code for an error."""

import atexit
import gc
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.cli.parser import UsageError
from pipelines.errors import BadInput, EnvironmentProblem, PipelineError, missing_package

INTERRUPTED = 130
OURS = ("pipelines", "local_sagemaker", "processing_scripts", "evaluation")

logger = logging.getLogger("pipelines")


@dataclass(frozen=True)
class Result:
    """What a command prints, and its exit code."""

    text: str
    """For people."""
    content: Mapping[str, Any] | None = None
    """For programs, printed instead of the text with ``--json``; None if the text is one JSON object already."""
    remarks: Sequence[str] = ()
    """Lines for stderr, printed after the result."""
    exit_code: int = 0
    logs_text: bool = False
    """Whether the text goes to stderr if ``--json`` prints the content, so that a build's log stays readable."""


def run(body: Callable[[], Result], arguments: Sequence[str]) -> int:
    """Run the body of a command, print its result, and return its exit code.

    With ``--json``, stdout gets exactly one object, whatever happens. An error of the workflow ends in its message and
    its exit code, an unexpected response of AWS in AWS's message and the environment's exit code, Ctrl-C in 130. With
    ``-v`` the traceback follows.
    """
    # The arguments may be wrong, so they are searched here instead of parsed.
    as_json = any(len(word) > 2 and "--json".startswith(word) for word in arguments)
    _log_to_stderr(verbose="-v" in arguments or "--verbose" in arguments)
    atexit.register(gc.freeze)  # skips the collection of garbage at the end, which takes up to 0.4 s
    try:
        result = body()
    except Exception as error:
        problem = _explained(error)
        if problem is None:  # a bug of ours: the traceback is wanted
            _print_error(f"{type(error).__name__}: {error}", 1, as_json=as_json, logged=False)
            raise
        _print_error(str(problem), problem.exit_code, as_json=as_json)
        if isinstance(error, UsageError):
            logger.info("%s", error.usage)
        logger.debug("The traceback:", exc_info=error)
        return problem.exit_code
    except KeyboardInterrupt:
        _print_error("Interrupted.", INTERRUPTED, as_json=as_json)
        return INTERRUPTED
    is_json = as_json and result.content is not None
    _write(_as_json(result.content or {}) if is_json else result.text)
    for remark in ([result.text.rstrip()] if is_json and result.logs_text else []) + [*result.remarks]:
        logger.info("%s", remark)
    return result.exit_code


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before something irreversible; ``yes`` is the answer given beforehand.

    Raises `BadInput` if stdin is not a terminal.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("Nothing was done: this command asks first, and there is no terminal. Add --yes to confirm.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _explained(error: Exception) -> PipelineError | None:
    """Turn an exception into an error with a message for people; None for a bug."""
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] not in OURS:
        return missing_package(error.name)
    if _comes_from_aws(error):
        return EnvironmentProblem(f"AWS refused or could not be reached: {error}")
    return None


def _comes_from_aws(error: Exception) -> bool:
    """Whether a client of AWS raised it; a command that never imported one cannot have such an error."""
    names = {"botocore.exceptions": ("BotoCoreError", "ClientError"), "boto3.exceptions": ("Boto3Error",)}
    return any(
        isinstance(error, getattr(sys.modules[module], name))
        for module in names.keys() & sys.modules.keys()
        for name in names[module]
    )


def _print_error(message: str, exit_code: int, *, as_json: bool, logged: bool = True) -> None:
    if logged:
        logger.error("%s", message)
    if as_json:
        _write(_as_json({"error": {"message": message, "exit_code": exit_code}}))


def _as_json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _write(text: str) -> None:
    sys.stdout.write(text)


def _log_to_stderr(*, verbose: bool) -> None:
    handler: Any = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
