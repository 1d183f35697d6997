"""Every error of the workflow, with the exit code it ends a command with.

PipelineError                 1   (also: an execution that failed)
+- BadInput                   2   a wrong option, a wrong value, a file that cannot be read for certain
|  +- InvalidDefinition       2   the definition would be refused by the service
+- EnvironmentProblem         3   no credentials, nothing reachable, a package that is not installed
+- ExecutionFailed            1   the execution ended otherwise than Succeeded
"""

from __future__ import annotations


class PipelineError(Exception):
    """One clear sentence: what was wrong, where, what to do."""

    exit_code = 1


class BadInput(PipelineError):
    """Something the user gave cannot be used."""

    exit_code = 2


class InvalidDefinition(BadInput):
    """The definition breaks a rule of SageMaker Pipelines; all findings are listed, one per line."""

    def __init__(self, findings: list[str]) -> None:
        self.findings = findings
        super().__init__("The pipeline definition would be refused:\n" + "\n".join(f"- {line}" for line in findings))


class EnvironmentProblem(PipelineError):
    """What the command needs from the machine or the account is not there."""

    exit_code = 3


class ExecutionFailed(PipelineError):
    """The execution did not succeed; the message is its reason."""
