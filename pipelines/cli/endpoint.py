"""``python -m pipelines endpoint``: registered models behind endpoints, on Amazon SageMaker or on this machine."""

from __future__ import annotations

import argparse
import logging
import sys

from pipelines.cli import console
from pipelines.cli.endpoint_options import parser
from pipelines.cli.options import settings_of
from pipelines.settings import Settings

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options, settings_of(options)), verbose=options.verbose)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.cli.endpoint_commands import ACTIONS
    from pipelines.target import choose, open_context

    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    with open_context(settings, choice) as context:
        result = ACTIONS[options.verb](context, options)
    if options.json:
        console.write_json(result.content)
    else:
        console.write(result.text)
    for remark in result.remarks:
        logger.info("%s", remark)
    return 0


if __name__ == "__main__":
    sys.exit(main())
