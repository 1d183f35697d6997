"""``python -m pipelines.run --upsert --start``: the same as ``boostpipe run --upsert --start``."""

import sys

from pipelines.cli.common.command import run_command
from pipelines.cli.run.command import COMMAND


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(COMMAND, arguments)


if __name__ == "__main__":
    sys.exit(main())
