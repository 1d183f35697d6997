"""What every verb of the command line has in common: results on stdout, words on stderr, one sentence for an error."""

from __future__ import annotations

import atexit
import gc
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from pipelines.errors import BadInput, EnvironmentProblem, PipelineError

INTERRUPTED = 130

logger = logging.getLogger("pipelines")


def carry_out(body: Callable[[], int], *, verbose: bool) -> int:
    """Run the body of a verb and give the command's exit code.

    Errors of the tree end in one sentence and their own exit code; an unexpected answer of AWS ends in its
    own words and the exit code of the environment; Ctrl-C ends with 130. With ``verbose`` the traceback follows.
    """
    _log_to_stderr(verbose=verbose)
    atexit.register(gc.freeze)  # a command that ends need not look for garbage, which took up to 0.4 s of it
    try:
        return body()
    except PipelineError as error:
        return _say_error(str(error), error.exit_code, error)
    except KeyboardInterrupt as error:
        return _say_error("Interrupted.", INTERRUPTED, error)
    except Exception as error:
        if not _comes_from_aws(error):
            raise
        return _say_error(f"AWS refused or could not be reached: {error}", EnvironmentProblem.exit_code, error)


def write(text: str) -> None:
    """Put a result on stdout, as it is."""
    sys.stdout.write(text)


def write_json(value: Any) -> None:
    """Put a result on stdout as one JSON object."""
    write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before something that cannot be taken back; ``yes`` is the answer given beforehand.

    Raises
    ------
    BadInput
        There is nobody to ask.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise BadInput("Nothing was done, since there is nobody to ask here. Say --yes to go on without a question.")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _comes_from_aws(error: Exception) -> bool:
    """Whether a client of AWS raised it; a command that never imported one cannot have it."""
    names = {"botocore.exceptions": ("BotoCoreError", "ClientError"), "boto3.exceptions": ("Boto3Error",)}
    return any(
        isinstance(error, getattr(sys.modules[module], name))
        for module in names.keys() & sys.modules.keys()
        for name in names[module]
    )


def _say_error(sentence: str, exit_code: int, error: BaseException) -> int:
    sys.stderr.write(f"{sentence}\n")
    logger.debug("The traceback, as -v asks for it:", exc_info=error)
    return exit_code


def _log_to_stderr(*, verbose: bool) -> None:
    """Send our own messages to stderr, and only ours unless -v asks for more."""
    handler: Any = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
