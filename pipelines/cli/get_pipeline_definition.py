"""``get-pipeline-definition``: the definition that a module's ``get_pipeline`` builds, as AWS's seed code has it."""

import argparse
import sys
from pathlib import Path

from pipelines.cli import console
from pipelines.cli.console import Result
from pipelines.cli.options import EXIT_CODES
from pipelines.cli.parser import Parser
from pipelines.cli.seed_code import add_module, pipeline_of


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    return console.run(lambda: _run(_parser().parse_args(given)), given)


def _parser() -> Parser:
    command = Parser(
        prog="get-pipeline-definition",
        description="Build the pipeline of a module and write its definition.",
        epilog=EXIT_CODES,
    )
    add_module(command)
    command.add_argument("-f", "--file-name", type=Path, metavar="PATH", help="where to (default: standard output)")
    return command


def _run(options: argparse.Namespace) -> Result:
    text = pipeline_of(options).definition()
    if not options.file_name:
        return Result(text)
    options.file_name.write_text(text, encoding="utf-8")
    return Result("")


if __name__ == "__main__":
    sys.exit(main())
