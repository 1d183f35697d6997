"""The result of one check, as text and as JSON."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pipelines.aws.responses import DENIED
from pipelines.target.connection import CommandContext


class Status(Enum):
    """Result of a check; only a failure changes the command's exit code."""

    OK = "OK"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Finding:
    """One check: its subject, its result, a description, and the command that fixes it."""

    what: str
    status: Status
    message: str
    fix: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {"what": self.what, "status": self.status.value, "message": self.message, "fix": self.fix}


def ok(what: str, message: str) -> Finding:
    """Report that nothing is wrong."""
    return Finding(what, Status.OK, message)


def warning(what: str, message: str, fix: str | None = None) -> Finding:
    """Report a problem in spite of which a run may succeed."""
    return Finding(what, Status.WARNING, message, fix)


def failure(what: str, message: str, fix: str) -> Finding:
    """Report a problem with which no run succeeds."""
    return Finding(what, Status.FAILURE, message, fix)


def skipped(what: str, message: str) -> Finding:
    """Report that this target cannot be checked."""
    return Finding(what, Status.SKIPPED, message)


def query(what: str, check: Callable[[CommandContext], list[Finding]], context: CommandContext) -> list[Finding]:
    """Run one check; if AWS refuses a query, that is a warning, and the other checks run."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return check(context)
    except ClientError as error:
        code, operation = error.response["Error"]["Code"], error.operation_name
        if code in DENIED:
            message = f"you have no permission to call {operation}, so this cannot be checked"
            return [
                warning(
                    what,
                    message,
                    f"let an administrator allow {operation} to {context.caller['Arn']}, or ignore this warning",
                )
            ]
        return [warning(what, f"{operation} was answered with {code}: {error.response['Error'].get('Message', '')}")]
    except BotoCoreError as error:
        return [warning(what, f"AWS cannot be queried: {error}")]


def as_text(findings: Iterable[Finding]) -> str:
    """Write a line per finding, with the fix below it."""
    return "".join(_lines(finding) for finding in findings)


def _lines(finding: Finding) -> str:
    line = f"{finding.status.value:<9}  {finding.what:<16}  {finding.message}\n"
    return line + (f"{'':<29}fix it:  {finding.fix}\n" if finding.fix else "")
