"""``python -m pipelines teardown``: shows what goes, asks, and takes it away."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.aws.temporary import is_gone
from pipelines.cli import console
from pipelines.cli.options import add_common, add_settings, settings_of
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.admin.teardown.item import Item, Left
    from pipelines.target import CommandContext

SETTINGS = {"target", "pipeline_name", "role_arn", "region", "bucket", "stack", "state_dir"}
STAYS = (
    "What stays: the bucket, the stack (python -m pipelines infra delete), and what SageMaker keeps of jobs and "
    "experiments, their logs included; none of it runs.\n"
)

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options), verbose=options.verbose)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines teardown",
        description="Take away everything that this pipeline made, and nothing else; it is shown first, and asked for.",
        epilog="exit codes: 0 success, 1 something could not be removed, 2 bad usage, 3 the environment",
    )
    command.add_argument("--dry-run", action="store_true", help="show what would go and do nothing")
    command.add_argument("--yes", action="store_true", help="do not ask")
    add_common(command)
    add_settings(command, SETTINGS)
    return command


def _run(options: argparse.Namespace) -> int:
    from pipelines.target import choose, open_context

    settings = settings_of(options)
    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    with open_context(settings, choice) as context:
        return _delete(options, context)


def _delete(options: argparse.Namespace, context: CommandContext) -> int:
    from pipelines.admin.teardown.inventory import everything
    from pipelines.admin.teardown.item import Item, Left

    pipeline, connection = context.pipeline, context.connection
    found = list(everything(context))
    items = [each for each in found if isinstance(each, Item)]
    left = [each for each in found if isinstance(each, Left)]
    where = f"{connection.name}, {connection.region}"
    if options.dry_run or not items:
        return _report(options, f"What would go ({where}):\n", items if options.dry_run else [], left, pipeline)
    if not options.yes:
        sys.stderr.write(f"What goes ({where}):\n{_text(items, left, pipeline)}")
    if not console.confirm(f"Remove these {len(items)} things of {pipeline}?", yes=options.yes):
        logger.info("Nothing was removed.")
        return 0
    failures = _remove(items)
    removed = [item for item in items if item not in failures]
    _report(options, f"Removed ({where}):\n", removed, left, pipeline)
    if failures:
        raise PipelineError(f"{len(failures)} of {len(items)} things could not be removed; see above, and try again.")
    return 0


def _remove(items: Sequence[Item]) -> list[Item]:
    """Take one after the other away; what cannot be removed does not keep the rest."""
    from botocore.exceptions import BotoCoreError, ClientError

    failures = []
    for item in items:
        try:
            item.remove()
            logger.info("removed %s %s", item.kind, item.name)
        except (PipelineError, ClientError, BotoCoreError) as error:
            if is_gone(error):
                continue  # it went together with something before it
            logger.warning("%s %s could not be removed: %s", item.kind, item.name, error)
            failures.append(item)
    return failures


def _report(
    options: argparse.Namespace, heading: str, items: Sequence[Item], left: Sequence[Left], pipeline: str
) -> int:
    if options.json:
        things = [{"kind": item.kind, "name": item.name} for item in items]
        stays = [{"kind": each.kind, "name": each.name, "why": each.why} for each in left]
        console.write_json({"would_go" if options.dry_run else "removed": things, "left": stays})
    else:
        console.write((heading if items else "") + _text(items, left, pipeline))
    return 0


def _text(items: Sequence[Item], left: Sequence[Left], pipeline: str) -> str:
    from pipelines.cli.tables import table

    parts = [table((), [(item.kind, item.name) for item in items], indent=2)] if items else []
    if not items:
        parts.append(f"Nothing of {pipeline} is there.\n")
    if left:
        parts += ["Left alone:\n", table((), [(each.kind, each.name, each.why) for each in left], indent=2)]
    return "".join([*parts, STAYS])


if __name__ == "__main__":
    sys.exit(main())
