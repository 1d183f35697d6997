"""The options of ``python -m pipelines endpoint``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.options import add_common, add_settings, pair
from pipelines.settings import TASKS, Settings, Task

if TYPE_CHECKING:
    from pipelines.models.registry import RegisteredModel

EXIT_CODES = "exit codes: 0 success, 1 the endpoint failed, 2 bad usage or bad input, 3 the environment"
_EVERYWHERE = {"target", "pipeline_name", "role_arn", "region", "bucket", "state_dir", "prices", "isolation"}
_NETWORK = ("subnets", "security_groups")
_Command = argparse.ArgumentParser


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines endpoint",
        description="Put registered models to work behind endpoints: on Amazon SageMaker, or here.",
        epilog=EXIT_CODES,
    )
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, meaning, add, settings in (
        ("deploy", "make an endpoint from a registered model", _add_deploy, {"ttl", "data_capture", "tags", *_NETWORK}),
        ("describe", "show everything about one endpoint", _add_name, set()),
        ("list", "show all endpoints of this project", _add_nothing, set()),
        ("invoke", "predict hours from raw columns", _add_invoke, set()),
        ("update", "let an endpoint serve another version, without a pause", _add_update, {*_NETWORK}),
        ("scale", "let the number of instances follow the invocations", _add_scale, set()),
        ("logs", "show what the endpoint's server said", _add_logs, set()),
        ("delete", "end an endpoint, or all that outlived their time", _add_delete, set()),
    ):
        verb = verbs.add_parser(name, help=meaning, description=f"{meaning.capitalize()}.", epilog=EXIT_CODES)
        add(verb)
        add_common(verb)
        add_settings(verb, _EVERYWHERE | settings)
    return command


def add_model_choice(command: _Command) -> None:
    """Give a command the options that say which registered version is meant."""
    which = command.add_mutually_exclusive_group()
    which.add_argument("--model-package", metavar="ARN", help="this registered version (default: the newest)")
    which.add_argument("--latest-approved", action="store_true", help="the newest version that is approved")
    _add_task(command)


def chosen_model(sagemaker: Any, pipeline_name: str, options: argparse.Namespace, task: Task | None) -> RegisteredModel:
    """Find the version that those options mean.

    Raises
    ------
    BadInput
        There is no such version.
    """
    from pipelines.models.registry import find_model

    package, approved = options.model_package, options.latest_approved
    return find_model(sagemaker, pipeline_name, package=package, task=task, approved=approved)


def _add_task(command: _Command) -> None:
    command.add_argument("--task", choices=TASKS, help=f"which model or endpoint (default: {TASKS[0]})")


def _add_nothing(command: _Command) -> None:
    """Nothing but what every verb has."""


def _add_name(command: _Command) -> None:
    command.add_argument("--name", help="name of the endpoint (default: <pipeline>-<task>)")
    _add_task(command)


def _add_deploy(command: _Command) -> None:
    command.add_argument("--name", help="name of the endpoint (default: <pipeline>-<task>)")
    add_model_choice(command)
    _add_approve(command)
    command.add_argument("--or-update", action="store_true", help="update the endpoint if there is one already")
    where = command.add_mutually_exclusive_group()
    where.add_argument("--instance-type", metavar="TYPE", help=f"(default: {Settings().hosting_instance_type})")
    where.add_argument("--serverless", action="store_true", help="no instances: memory while it answers")
    _add_bounds(command, "(default: 1)", "scale up to so many (default: as --min-instances)")
    command.add_argument("--memory", type=_number(1024, 6144), default=2048, metavar="MB", help="of --serverless")
    command.add_argument(
        "--max-concurrency", type=_number(1, 200), default=5, metavar="N", help="requests at once of --serverless"
    )


def _add_update(command: _Command) -> None:
    command.add_argument("--name", help="name of the endpoint (default: <pipeline>-<task>)")
    add_model_choice(command)
    _add_approve(command)


def _add_approve(command: _Command) -> None:
    command.add_argument("--approve", action="store_true", help="approve the version if nobody has yet")


def _add_invoke(command: _Command) -> None:
    _add_name(command)
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--row",
        dest="rows",
        nargs="+",
        action="append",
        type=pair("column"),
        metavar="KEY=VALUE",
        help="one hour: date=2018-12-01 hour=8 temperature=3.1 ... (repeatable)",
    )
    source.add_argument("--file", type=Path, help="a CSV file of hours")
    source.add_argument("--stdin", action="store_true", help="the same on standard input")
    command.add_argument(
        "--history", type=Path, metavar="FILE", help="a CSV file of the hours before, for models that look back"
    )


def _add_scale(command: _Command) -> None:
    _add_name(command)
    _add_bounds(command, "(default: 1)", "needed, unless --off")
    command.add_argument("--off", action="store_true", help="leave the number of instances as it is")


def _add_bounds(command: _Command, fewest: str, most: str) -> None:
    command.add_argument("--min-instances", type=_number(1, 1000), metavar="N", help=fewest)
    command.add_argument("--max-instances", type=_number(1, 1000), metavar="N", help=most)
    command.add_argument(
        "--invocations-per-instance",
        type=_number(1, 10_000_000),
        default=1000,
        metavar="N",
        help="per minute, which scaling aims for (default: %(default)s)",
    )


def _add_logs(command: _Command) -> None:
    _add_name(command)
    command.add_argument("--lines", type=_number(1, 10_000), default=100, metavar="N", help="(default: %(default)s)")


def _add_delete(command: _Command) -> None:
    _add_name(command)
    command.add_argument("--expired", action="store_true", help="all of this project that outlived their --ttl")


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} to {highest}")
        return int(text)

    return read
