"""``boostpipe executions``: list, describe, compare, follow, stop and retry the executions of a pipeline."""

from pipelines.cli.command import Command, action
from pipelines.cli.options import CONNECTION, add_wait, whole_number
from pipelines.cli.parser import Parser

WHICH = "its id, display name or ARN; latest (the default) is the one that was started last"
ACTIONS = "pipelines.cli.executions_actions"
MOST_LINES = 10_000


def _add_list(parser: Parser) -> None:
    limit = whole_number(1, 100_000)
    parser.add_argument("--limit", type=limit, default=20, metavar="N", help="at most so many (default: 20)")


def _add_execution(parser: Parser) -> None:
    parser.add_argument("execution", nargs="?", default="latest", metavar="EXECUTION", help=WHICH)


def _add_logs(parser: Parser) -> None:
    parser.add_argument("step", metavar="STEP", help="name of the step, such as Preprocess")
    last = whole_number(1, MOST_LINES)
    parser.add_argument("--last", type=last, metavar="N", help="only the last N lines of each log stream")
    _add_execution(parser)


def _add_follow(parser: Parser) -> None:
    _add_execution(parser)
    parser.add_argument(
        "--interval", type=float, metavar="SECONDS", help="between two polls (default: locally 0.2, on AWS 10)"
    )


def _add_change(parser: Parser) -> None:
    _add_follow(parser)
    add_wait(parser)


def _add_compare(parser: Parser) -> None:
    parser.add_argument("one", metavar="A", help=WHICH)
    parser.add_argument("other", metavar="B", help="the other one")


COMMAND = Command(
    name="executions",
    summary="list, describe, compare, follow, stop and retry executions",
    commands=tuple(
        Command(
            name=name,
            summary=summary,
            options=options,
            run=action(f"{ACTIONS}:{name}"),
            settings=CONNECTION,
        )
        for name, summary, options in (
            ("list", "list the executions, the latest first", _add_list),
            ("describe", "show parameters, steps, metrics, reasons of failures and links", _add_execution),
            ("steps", "show each step's status, time and what it made", _add_execution),
            ("logs", "print the whole log of a step", _add_logs),
            ("stop", "stop an execution and the jobs it runs", _add_change),
            ("retry", "continue a failed or stopped execution where it ended", _add_change),
            ("wait", "follow an execution to its end, however long that takes", _add_follow),
            ("compare", "show metrics and settings of two executions side by side", _add_compare),
        )
    ),
)
