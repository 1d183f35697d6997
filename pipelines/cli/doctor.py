"""``boostpipe doctor``: check everything that a run needs."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pipelines.admin.doctor import checks, permissions, preflight
from pipelines.admin.doctor.finding import Finding, Status, as_text, failure, query
from pipelines.admin.doctor.report import write_report
from pipelines.cli.common.command import Command
from pipelines.cli.common.console import Parser, Result
from pipelines.errors import EnvironmentProblem
from pipelines.settings.fields import Settings
from pipelines.target.connection import Choice, CommandContext
from pipelines.target.opening import choose, open_context

FAILED = 3
SETTINGS = {
    *("target", "task", "algorithms", "data", "pipeline_name", "role_arn", "region", "bucket", "stack", "state_dir"),
    *("processing_instance_type", "processing_instance_count", "training_instance_type", "training_instance_count"),
    "transform_instance_type",
    *("tune", "max_parallel_jobs", "max_parallel_steps"),
}


def _options(parser: Parser) -> None:
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write findings, versions and the last executions, without account ids and ARNs, to attach to an issue",
    )


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    choice = choose(settings)
    findings = _examine(settings, choice)
    if options.report:
        write_report(options.report, settings, choice, findings)
    counts = {status: sum(finding.status is status for finding in findings) for status in Status}
    totals = f"{counts[Status.OK]} OK, {counts[Status.WARNING]} warnings, {counts[Status.FAILURE]} failures"
    return Result(
        f"target: {choice.name}, because {choice.why}\n{as_text(findings)}{totals}\n",
        {"target": choice.name, "findings": [finding.as_json() for finding in findings]},
        exit_code=FAILED if counts[Status.FAILURE] else 0,
    )


def _examine(settings: Settings, choice: Choice) -> list[Finding]:
    versions = checks.installed()
    findings = [checks.packages(choice.name, versions), checks.sdk(versions)]
    findings += [checks.images_life(_now().date()), checks.data(settings, choice.name)]
    try:
        with open_context(settings, choice) as context:
            findings += _query(context)
    except EnvironmentProblem as error:
        fix = "aws configure, or aws sso login, and --region" if choice.name == "aws" else "pip install '.[local]'"
        return [*findings, failure("target", str(error), fix), *_clock_of(error)]
    return [*findings, checks.definition(settings, choice)]


def _query(context: CommandContext) -> list[Finding]:
    findings = [checks.caller(context), checks.region(context), checks.clock(context.caller, _now())]
    return findings + preflight.examine(context) + query("permissions", permissions.permissions, context)


def _clock_of(error: Exception) -> list[Finding]:
    """Look at the clock where AWS refused the credentials: a wrong clock makes every signature a wrong one."""
    response = getattr(error.__cause__, "response", None)
    return [checks.clock(response, _now())] if response else []


def _now() -> datetime:
    return datetime.now(tz=UTC)


COMMAND = Command(
    name="doctor",
    summary="check everything that a run needs, and name the command that fixes what is wrong",
    exit_codes="exit codes: 0 nothing failed (there may be warnings), 2 bad usage or bad input, 3 something failed",
    options=_options,
    settings=SETTINGS,
    run=_run,
)
