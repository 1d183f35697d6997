"""What the commands of a SageMaker project have in common: a module with ``get_pipeline``, and what it is given."""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import sys
from typing import Any

from pipelines.errors import BadInput

MODULE = "pipelines.seoul_bike.pipeline"


def add_module(command: argparse.ArgumentParser) -> None:
    """Give a command the options that name a pipeline, spelled as the seed code spells them."""
    command.add_argument("-n", "--module-name", default=MODULE, help=f"module with get_pipeline (default: {MODULE})")
    command.add_argument(
        "-kwargs",
        "--kwargs",
        default="{}",
        metavar="JSON",
        help="what get_pipeline is given, as JSON or as Python has it",
    )
    command.add_argument("-v", "--verbose", action="store_true", help="say more on stderr, tracebacks included")


def pipeline_of(options: argparse.Namespace) -> Any:
    """Call the module's ``get_pipeline``; what the SDK says meanwhile goes to stderr.

    Raises
    ------
    BadInput
        There is no such module or function, or it does not take what it is given.
    """
    given = read_value(options.kwargs, "--kwargs", dict)
    try:
        get_pipeline = importlib.import_module(options.module_name).get_pipeline
    except (ImportError, AttributeError) as error:
        raise BadInput(f"--module-name is {options.module_name!r}, but there is no get_pipeline ({error}).") from error
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return get_pipeline(**given)
        except TypeError as error:
            raise BadInput(f"get_pipeline of {options.module_name} does not take this --kwargs: {error}.") from error


def read_value(text: str, option: str, kind: type) -> Any:
    """Read JSON, or a literal as Python has it, since builds of projects have been seen to pass either.

    Raises
    ------
    BadInput
        It is neither, or of another kind.
    """
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError) as error:
            raise BadInput(f"{option} is {text!r}, which is neither JSON nor a literal of Python.") from error
    if not isinstance(value, kind):
        raise BadInput(f"{option} is {text!r}, but it must be a {kind.__name__}.")
    return value
