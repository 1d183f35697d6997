"""``boostpipe teardown``: delete everything that a pipeline created, after a confirmation that lists it."""

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import Any

from pipelines.admin.teardown.inventory import Item, Kept, everything
from pipelines.aws.temporary import is_gone
from pipelines.cli.common import console
from pipelines.cli.common.command import Command, on_target
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_yes
from pipelines.cli.common.rendering import table
from pipelines.errors import PipelineError
from pipelines.target.connection import CommandContext

KEPT = (
    "Also kept: the bucket, the stack (boostpipe infra delete), and SageMaker's records of jobs and experiments with "
    "their logs; none of it runs.\n"
)

logger = logging.getLogger("pipelines")


def _options(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted and do nothing")
    add_yes(parser)


def _run(context: CommandContext, options: argparse.Namespace) -> Result:
    found = list(everything(context))
    items = [each for each in found if isinstance(each, Item)]
    kept = [each for each in found if isinstance(each, Kept)]
    pipeline, where = context.pipeline, f"{context.connection.name}, {context.connection.region}"
    if options.dry_run:
        return Result(_text(f"Would be deleted ({where}):", items, kept, pipeline), _json("would_go", items, kept))
    if items and not options.yes:
        sys.stderr.write(_text(f"Will be deleted ({where}):", items, kept, pipeline))
    if items and not console.confirm(f"Delete these {len(items)} things of {pipeline}?", yes=options.yes):
        return Result("Nothing was deleted.\n", _json("removed", [], kept))
    failed = _delete_all(items)
    deleted = [item for item in items if item not in failed]
    remarks = [f"{len(failed)} of {len(items)} things could not be deleted; see above, and try again."]
    content = {**_json("removed", deleted, kept), "failed": _listed(failed)}
    return Result(
        _text(f"Deleted ({where}):", deleted, kept, pipeline),
        content,
        remarks if failed else (),
        exit_code=1 if failed else 0,
    )


def _delete_all(items: Sequence[Item]) -> list[Item]:
    """Delete one after the other, and give those that could not be deleted."""
    from botocore.exceptions import BotoCoreError, ClientError

    failures = []
    for item in items:
        try:
            item.remove()
            logger.info("deleted %s %s", item.kind, item.name)
        except (PipelineError, ClientError, BotoCoreError) as error:
            if is_gone(error):
                continue  # it was deleted together with something before it
            logger.warning("%s %s could not be deleted: %s", item.kind, item.name, error)
            failures.append(item)
    return failures


def _text(heading: str, items: Sequence[Item], kept: Sequence[Kept], pipeline: str) -> str:
    parts = [f"{heading}\n" if items else f"Nothing of {pipeline} exists.\n"]
    parts.append(table((), [(item.kind, item.name) for item in items], indent=2))
    if kept:
        parts += ["Kept:\n", table((), [(each.kind, each.name, each.why) for each in kept], indent=2)]
    return "".join([*parts, KEPT])


def _json(key: str, items: Sequence[Item], kept: Sequence[Kept]) -> dict[str, Any]:
    return {key: _listed(items), "left": [{**_named(each), "why": each.why} for each in kept]}


def _listed(items: Sequence[Item]) -> list[dict[str, str]]:
    return [_named(item) for item in items]


def _named(each: Item | Kept) -> dict[str, str]:
    return {"kind": each.kind, "name": each.name}


COMMAND = Command(
    name="teardown",
    summary="delete everything that a pipeline created, and nothing else",
    description="Delete everything that this pipeline created, and nothing else, after a confirmation that lists it.",
    exit_codes="exit codes: 0 success, 1 something could not be deleted, 2 bad usage, 3 the environment",
    options=_options,
    settings=CONNECTION,
    run=on_target(_run),
)
