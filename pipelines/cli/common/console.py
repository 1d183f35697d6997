"""The command line: arguments with suggestions for what is mistyped; results, logs, and one sentence for an error."""

import argparse
import atexit
import errno
import gc
import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pipelines.cli.common.rendering import Words
from pipelines.errors import BadInput, EnvironmentProblem, PipelineError, did_you_mean, missing_package
from pipelines.settings.sentences import Sentence

INTERRUPTED = 130
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
OURS = ("pipelines", "local_sagemaker", "processing_scripts", "evaluation")

logger = logging.getLogger("pipelines")


class UsageError(BadInput):
    """The command line cannot be parsed; ``usage`` is the command's usage line, and how to get its help."""

    def __init__(self, message: str, usage: str) -> None:
        self.usage = usage
        super().__init__(message)


class Formatter(argparse.HelpFormatter):
    """Help whose usage line names only what is required."""

    def _format_usage(self, usage: Any, actions: Iterable[argparse.Action], groups: Any, prefix: Any) -> str:
        del usage, groups
        words = [f"{'usage: ' if prefix is None else prefix}{self._prog}"]  # a command of a command has no prefix
        optional = False
        for action in actions:
            if not action.option_strings:
                words.append(self._format_args(action, self._get_default_metavar_for_positional(action)))
            elif action.required:
                value = self._format_args(action, self._get_default_metavar_for_optional(action))
                words.append(f"{action.option_strings[0]} {value}".rstrip())
            else:
                optional = True
        return " ".join([words[0], *(["[options]"] if optional else []), *words[1:]]) + "\n\n"


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, "add_help": False, **options})
        self._optionals.title = "this command"
        self._positionals.title = "arguments"
        self.common = self.add_argument_group("common")
        self.common.add_argument("-h", "--help", action="help", help="show this help and exit")

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        usage = self.format_usage().strip()
        raise UsageError(message if message.endswith("?") else f"{message}.", f"{usage}\nHelp: {self.prog} --help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is unknown where it stands, so that the command's own options are suggested."""
        options, unknown = super().parse_known_args(args, namespace)
        for word in unknown:
            known = self._option_string_actions if word.startswith("-") else ()
            self.error(f"there is no option {word}{did_you_mean(word.partition('=')[0], known)}")
        return options, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            listed = [str(choice) for choice in action.choices]
            hint = did_you_mean(str(value), listed) or f" (choose from {', '.join(listed)})"
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{hint}")


@dataclass(frozen=True)
class Result:
    """The output of a command, and its exit code."""

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
        logger.info(remark)
    return result.exit_code


def confirm(question: str, *, yes: bool) -> bool:
    """Ask for confirmation of something irreversible; ``yes`` is the answer given beforehand.

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
    if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
        return EnvironmentProblem(
            f"{error.filename or 'A file'} cannot be written: {error.strerror}. Check the space and the permissions of "
            "the disk, and run the command again."
        )
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


def translate_log(t: Words) -> None:
    """Translate what follows on stderr, where it has a translation."""
    for handler in logger.handlers:
        handler.setFormatter(_Translated(t))


class _Translated(logging.Formatter):
    def __init__(self, t: Words) -> None:
        super().__init__("%(message)s")
        self._t = t

    def format(self, record: logging.LogRecord) -> str:
        said = logging.makeLogRecord(vars(record))
        said.msg = self._t(record.msg) if isinstance(record.msg, str) else record.msg
        if isinstance(record.args, tuple):
            said.args = tuple(self._t(each) if isinstance(each, Sentence) else each for each in record.args)
        return super().format(said)


def _log_to_stderr(*, verbose: bool) -> None:
    handler: Any = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
