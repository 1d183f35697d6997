"""``python -m pipelines COMMAND``: every command of the workflow."""

from __future__ import annotations

import importlib
import sys

COMMANDS = ("run", "executions", "endpoint", "batch", "compare", "doctor", "infra", "teardown")


def main(arguments: list[str] | None = None) -> int:
    """Run the command that the first argument names, and give its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m pipelines COMMAND ...\n\ncommands: {', '.join(COMMANDS)}\n")
        return 2
    module = "pipelines.run" if given[0] == "run" else f"pipelines.cli.{given[0]}"
    code: int = importlib.import_module(module).main(given[1:])
    return code


if __name__ == "__main__":
    sys.exit(main())
