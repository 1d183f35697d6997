"""What the checks are told: the settings and a connection; and what becomes of a question that AWS refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.admin.doctor.finding import Finding, warning
from pipelines.settings import Settings
from pipelines.target import Connection

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


@dataclass(frozen=True)
class Case:
    """One place that is looked at."""

    settings: Settings
    connection: Connection
    account: str
    caller_arn: str

    @property
    def on_aws(self) -> bool:
        """Whether it is AWS."""
        return self.connection.name == "aws"


def asking(what: str, question: Callable[[Case], list[Finding]], case: Case) -> list[Finding]:
    """Ask; where AWS refuses to answer or cannot, that is a warning, not the end of the examination."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return question(case)
    except ClientError as error:
        code, operation = error.response["Error"]["Code"], error.operation_name
        if code in DENIED:
            says = f"you may not call {operation}, so this cannot be seen"
            return [warning(what, says, f"let an administrator allow {operation} to {case.caller_arn}, or go without")]
        return [warning(what, f"{operation} was answered with {code}: {error.response['Error'].get('Message', '')}")]
    except BotoCoreError as error:
        return [warning(what, f"AWS cannot be asked: {error}")]
