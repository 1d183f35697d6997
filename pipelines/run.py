"""``python -m pipelines.run --upsert --start``: build the pipeline, send it, start it, follow it, show the results."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from pipelines.command_line import parser
from pipelines.errors import BadInput, EnvironmentProblem, PipelineError
from pipelines.settings import Settings, from_values

if TYPE_CHECKING:
    from pipelines.target import Choice
    from pipelines.workflow import Outcome

INTERRUPTED = 130

logger = logging.getLogger("pipelines")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    _log_to_stderr(verbose=options.verbose)
    try:
        settings = from_values({**vars(options), "tags": tuple(options.tags) if options.tags else None})
        return _run(options, settings)
    except PipelineError as error:
        return _say_error(str(error), error.exit_code, error)
    except KeyboardInterrupt as error:
        return _say_error("Interrupted.", INTERRUPTED, error)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.target import choose

    if options.dry_run:
        return _dry_run(settings)
    choice = choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    if not (options.upsert or options.start):
        return _say_what_it_would_do(settings, choice.name)
    return _carry_out(options, settings, choice)


def _dry_run(settings: Settings) -> int:
    from pipelines.build import Build
    from pipelines.code import bundles
    from pipelines.target import offline

    with offline(settings) as target:
        sys.stdout.write(Build(settings, target, bundles()).result().text)
    return 0


def _say_what_it_would_do(settings: Settings, target: str) -> int:
    tasks, algorithms = " and ".join(settings.tasks), ", ".join(settings.algorithms)
    where = "Amazon SageMaker" if target == "aws" else f"this machine (state in {settings.state_dir})"
    sys.stdout.write(
        f"Pipeline {settings.pipeline_name}: {tasks} with {algorithms}, split by {settings.split}, on {where}.\n"
        "Nothing was done. --upsert creates or updates it, --start starts an execution, "
        "--dry-run prints the definition.\n"
    )
    return 0


def _carry_out(options: argparse.Namespace, settings: Settings, choice: Choice) -> int:
    from botocore.exceptions import BotoCoreError, ClientError
    from rich.console import Console

    from pipelines.progress import shown_on
    from pipelines.target import open_target
    from pipelines.workflow import Wish, carry_out

    wish = Wish(options.upsert, options.start, options.wait, _unique(options.parameter), options.execution_name)
    try:
        with open_target(settings, choice) as target, shown_on(Console(stderr=True)) as show:
            outcome = carry_out(wish, settings, target, show)
    except (BotoCoreError, ClientError) as error:
        return _say_error(f"AWS refused or could not be reached: {error}", EnvironmentProblem.exit_code, error)
    _report(outcome, as_json=options.json)
    progress = outcome.progress
    return 1 if progress and progress.finished and progress.status != "Succeeded" else 0


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"--parameter {name} is given more than once.")
    return dict(pairs)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    from rich.console import Console

    from pipelines.summary import show_outcome, to_json

    if as_json:
        sys.stdout.write(json.dumps(to_json(outcome), indent=2, allow_nan=False) + "\n")
    show_outcome(Console(stderr=as_json), outcome)


def _say_error(sentence: str, exit_code: int, error: BaseException) -> int:
    sys.stderr.write(f"{sentence}\n")
    logger.debug("The traceback, as -v asks for it:", exc_info=error)
    return exit_code


def _log_to_stderr(*, verbose: bool) -> None:
    """Send our own messages to stderr, and only ours unless -v asks for more."""
    handler: Any = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False


if __name__ == "__main__":
    sys.exit(main())
