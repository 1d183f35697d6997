"""What one check found: a line for a person, an object for a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pipelines.target import CommandContext

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


class Status(Enum):
    """How a check came out; only a failure makes the command's exit code another than 0."""

    OK = "OK"
    WARNING = "warning"
    FAILURE = "failure"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, how it came out, in which words, and the command that mends it."""

    what: str
    status: Status
    says: str
    cure: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give what ``--json`` says of it."""
        return {"what": self.what, "status": self.status.value, "says": self.says, "cure": self.cure}


def ok(what: str, says: str) -> Finding:
    """Find nothing wrong."""
    return Finding(what, Status.OK, says)


def warning(what: str, says: str, cure: str | None = None) -> Finding:
    """Find something that a run may survive."""
    return Finding(what, Status.WARNING, says, cure)


def failure(what: str, says: str, cure: str) -> Finding:
    """Find something that no run survives."""
    return Finding(what, Status.FAILURE, says, cure)


def not_asked(what: str, says: str) -> Finding:
    """Say honestly that this place cannot be asked."""
    return Finding(what, Status.NOT_ASKED, says)


def query(what: str, check: Callable[[CommandContext], list[Finding]], context: CommandContext) -> list[Finding]:
    """Run one check; a query that AWS refuses or cannot answer is a warning, not the end of the examination."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return check(context)
    except ClientError as error:
        code, operation = error.response["Error"]["Code"], error.operation_name
        if code in DENIED:
            says = f"you may not call {operation}, so this cannot be seen"
            return [
                warning(what, says, f"let an administrator allow {operation} to {context.caller['Arn']}, or go without")
            ]
        return [warning(what, f"{operation} was answered with {code}: {error.response['Error'].get('Message', '')}")]
    except BotoCoreError as error:
        return [warning(what, f"AWS cannot be asked: {error}")]


def as_text(findings: Iterable[Finding]) -> str:
    """Write a line per finding, the cure below it."""
    return "".join(_lines(finding) for finding in findings)


def _lines(finding: Finding) -> str:
    line = f"{finding.status.value:<9}  {finding.what:<12}  {finding.says}\n"
    return line + (f"{'':<25}mend it: {finding.cure}\n" if finding.cure else "")
