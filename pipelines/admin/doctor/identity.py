"""Who is calling, where, and with which clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipelines.admin.doctor.finding import Finding, failure, ok, warning
from pipelines.target import CommandContext

SKEW_NOTICED = 60.0
SKEW_REFUSED = 300.0
"""AWS refuses signatures that are more than five minutes old or ahead, in seconds."""


def caller(context: CommandContext) -> Finding:
    """Say who is calling."""
    if not context.on_aws:
        return ok("credentials", "none are needed on this machine")
    if context.caller["Arn"].endswith(":root"):
        return warning(
            "credentials", "this is the account's root user", "aws configure, with a user or role of less power"
        )
    return ok("credentials", f"{context.caller['Arn']} in the account {context.caller['Account']}")


def region(context: CommandContext) -> Finding:
    """Say where."""
    return ok("region", context.connection.region)


def clock(response: Mapping[str, Any], now: datetime) -> Finding:
    """Compare this machine's clock with the Date header of an answer."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not date:
        return warning("clock", "the answer had no Date header to compare with")
    skew = (now - parsedate_to_datetime(date)).total_seconds()
    cure = "sudo timedatectl set-ntp true"
    says = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} AWS's"
    if abs(skew) > SKEW_REFUSED:
        return failure("clock", f"{says}; AWS refuses what is signed so", cure)
    if abs(skew) > SKEW_NOTICED:
        return warning("clock", says, cure)
    return ok("clock", "within a minute of the server's")
