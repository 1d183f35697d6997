"""Every error of the workflow, with the exit code it ends a command with.

PipelineError                 1   (also: an execution that failed)
+- BadInput                   2   a wrong option, a wrong value, a file that cannot be read reliably
|  +- InvalidDefinition       2   the definition would be refused by the service
+- EnvironmentProblem         3   no credentials, nothing reachable, a package that is not installed
+- ExecutionFailed            1   the execution did not succeed
"""

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class PipelineError(Exception):
    """One clear sentence: what was wrong, where, what to do."""

    exit_code = 1


class BadInput(PipelineError):
    """An option, a value or a file cannot be used."""

    exit_code = 2


class InvalidDefinition(BadInput):
    """The definition breaks a rule of SageMaker Pipelines; all findings are listed, one per line."""

    def __init__(self, findings: list[str]) -> None:
        self.findings = findings
        super().__init__("The pipeline definition would be refused:\n" + "\n".join(f"- {line}" for line in findings))


class EnvironmentProblem(PipelineError):
    """The machine or the account lacks something that the command needs."""

    exit_code = 3


class ExecutionFailed(PipelineError):
    """The execution did not succeed; the message is its reason."""


def quoted(value: object) -> str:
    """A value of the user's for a message: at most 80 characters between its quotation marks."""
    text = repr(value)
    return text if len(text) <= 82 else f"{text[:78]}...{text[-1]}"


def missing_package(name: str, extra: str = "local") -> EnvironmentProblem:
    """Explain that Python has no such package, with the command that installs what this project needs."""
    checkout = Path(__file__).parents[1]
    in_environment = sys.prefix != sys.base_prefix
    if not (checkout / "pyproject.toml").is_file():
        checkout = Path("PATH/OF/THE/CHECKOUT")
        in_environment = True
    if in_environment:
        command = f"{sys.executable} -m pip install '{checkout}[{extra}]'"
    else:  # a system's Python often refuses pip
        command = f"make -C {checkout} install, and use {checkout}/.venv/bin/python instead"
    return EnvironmentProblem(f"{sys.executable} has no package {name}. Install what is missing with: {command}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that a mistyped one is nearest to; empty where none is near.

    Examples
    --------
    >>> did_you_mean("--upsrt", ["--upsert", "--start"])
    '. Did you mean --upsert?'
    >>> did_you_mean("--instence", ["--tune"])
    ''
    """
    by_name = {each.lstrip("-"): each for each in known}  # the hyphens that all options share are no likeness
    near = get_close_matches(word.lstrip("-"), by_name, n=1)
    return f". Did you mean {by_name[near[0]]}?" if near else ""
