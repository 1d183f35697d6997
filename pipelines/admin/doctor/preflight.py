"""The doctor's cheap checks, before a run on AWS uploads anything."""

from pipelines.admin.doctor import quotas, resources
from pipelines.admin.doctor.finding import Finding, Status, query
from pipelines.errors import EnvironmentProblem
from pipelines.target import CommandContext

CHECKS = {"role": resources.role, "bucket": resources.bucket, "JumpStart": resources.jumpstart, "quotas": quotas.quotas}


def examine(context: CommandContext) -> list[Finding]:
    """Check role, bucket, JumpStart and quotas."""
    return [finding for what, check in CHECKS.items() for finding in query(what, check, context)]


def require_no_failure(context: CommandContext) -> None:
    """Raise `EnvironmentProblem` with every failure and the command that fixes it."""
    failures = [finding for finding in examine(context) if finding.status is Status.FAILURE]
    if failures:
        lines = "\n".join(f"{each.what}: {each.message}\n    fix it: {each.fix}" for each in failures)
        raise EnvironmentProblem(
            f"The run would fail, so nothing was uploaded or started (--no-preflight skips these checks):\n{lines}"
        )
