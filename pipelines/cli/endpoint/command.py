"""``boostpipe endpoint``: serve registered models in real time, on Amazon SageMaker or locally."""

from pathlib import Path

from pipelines.cli.common.command import Command, on_target
from pipelines.cli.common.console import Parser
from pipelines.cli.common.options import (
    CONNECTION,
    DEPLOYMENT,
    NETWORK,
    add_model_choice,
    add_task,
    add_yes,
    pair,
    whole_number,
)
from pipelines.cli.endpoint import actions
from pipelines.settings.fields import Settings


def _add_name(parser: Parser) -> None:
    parser.add_argument("--name", help="name of the endpoint (default: <pipeline>-<task>)")


def _add_endpoint(parser: Parser) -> None:
    _add_name(parser)
    add_task(parser)


def _add_version(parser: Parser) -> None:
    _add_name(parser)
    add_model_choice(parser)
    parser.add_argument("--approve", action="store_true", help="approve the version if it is not approved yet")


def _add_deploy(parser: Parser) -> None:
    _add_version(parser)
    parser.add_argument("--or-update", action="store_true", help="update the endpoint if it exists")
    group = parser.add_argument_group("capacity")
    where = group.add_mutually_exclusive_group()
    where.add_argument(
        "--hosting-instance-type",
        metavar="TYPE",
        help=f"instance type of the endpoint (default: {Settings().hosting_instance_type})",
    )
    where.add_argument("--serverless", action="store_true", help="no instances: memory while it answers (XGBoost)")
    _add_bounds(parser, "scale up to so many (default: as --min-instances)")
    memory, concurrency = whole_number(1024, 6144, step=1024), whole_number(1, 200)
    group.add_argument("--memory", type=memory, default=2048, metavar="MB", help="of --serverless")
    group.add_argument(
        "--max-concurrency", type=concurrency, default=5, metavar="N", help="requests at once of --serverless"
    )


def _add_invoke(parser: Parser) -> None:
    _add_endpoint(parser)
    source = parser.add_mutually_exclusive_group(required=True)
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
    parser.add_argument(
        "--history", type=Path, metavar="FILE", help="a CSV file of the hours before, for models with lag features"
    )


def _add_scale(parser: Parser) -> None:
    _add_endpoint(parser)
    _add_bounds(parser, "required, unless --off")
    parser.add_argument("--off", action="store_true", help="keep the number of instances as it is")


def _add_bounds(parser: Parser, most: str) -> None:
    group = parser.add_argument_group("scaling")
    group.add_argument("--min-instances", type=whole_number(1, 1000), metavar="N", help="(default: 1)")
    group.add_argument("--max-instances", type=whole_number(1, 1000), metavar="N", help=most)
    group.add_argument(
        "--invocations-per-instance",
        type=whole_number(1, 10_000_000),
        default=1000,
        metavar="N",
        help="target per minute (default: %(default)s)",
    )


def _add_logs(parser: Parser) -> None:
    _add_endpoint(parser)
    parser.add_argument(
        "--lines", type=whole_number(1, 10_000), default=100, metavar="N", help="(default: %(default)s)"
    )


def _add_delete(parser: Parser) -> None:
    _add_endpoint(parser)
    parser.add_argument("--expired", action="store_true", help="all endpoints of this project older than their --ttl")
    add_yes(parser)


COMMAND = Command(
    name="endpoint",
    summary="serve registered models in real time",
    description="Serve registered models in real time: on Amazon SageMaker, or locally.",
    commands=tuple(
        Command(
            name=name,
            summary=summary,
            options=options,
            run=on_target(action),
            settings=(*CONNECTION, "prices", *settings),
        )
        for name, action, summary, options, settings in (
            ("deploy", actions.deploy, "create an endpoint from a registered model", _add_deploy, DEPLOYMENT),
            ("describe", actions.describe, "show everything about one endpoint", _add_endpoint, ()),
            ("list", actions.list_all, "show all endpoints of this project", None, ()),
            ("invoke", actions.invoke, "predict hours from raw columns", _add_invoke, ("trusted_code",)),
            ("update", actions.update, "let an endpoint serve another version, without a pause", _add_version, NETWORK),
            ("scale", actions.scale, "let the number of instances follow the invocations", _add_scale, ()),
            ("logs", actions.logs, "show the log of the endpoint's server", _add_logs, ()),
            ("delete", actions.delete, "delete an endpoint, or all that have expired", _add_delete, ()),
        )
    ),
)
