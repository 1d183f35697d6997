"""Checks of the caller, the region and the clock."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok, warning
from pipelines.target import CommandContext

SKEW_NOTICED = 60.0
SKEW_REFUSED = 300.0
"""AWS refuses signatures more than five minutes old or ahead; in seconds."""


def caller(context: CommandContext) -> Finding:
    """Report the caller."""
    if not context.on_aws:
        return ok("credentials", "none are needed locally")
    if context.caller["Arn"].endswith(":root"):
        return warning(
            "credentials", "this is the account's root user", "aws configure, with a user or role of fewer permissions"
        )
    return ok("credentials", f"{context.caller['Arn']} in the account {context.caller['Account']}")


def region(context: CommandContext) -> Finding:
    """Report the region."""
    return ok("region", context.connection.region)


def clock(response: Mapping[str, Any], now: datetime) -> Finding:
    """Compare this machine's clock with the Date header of a response."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not date:
        return warning("clock", "the response has no Date header to compare with")
    skew = (now - parsedate_to_datetime(date)).total_seconds()
    fix = "sudo timedatectl set-ntp true"
    message = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} AWS's"
    if abs(skew) > SKEW_REFUSED:
        return failure("clock", f"{message}; AWS refuses requests signed with it", fix)
    if abs(skew) > SKEW_NOTICED:
        return warning("clock", message, fix)
    return ok("clock", "within a minute of the server's")
