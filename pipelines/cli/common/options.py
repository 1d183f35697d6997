"""The options that several commands share, most of them made from the table of settings."""

import argparse
import dataclasses
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.cli.common import settings_file
from pipelines.definition import algorithms
from pipelines.definition.formats import FORMATS
from pipelines.errors import BadInput, quoted
from pipelines.models.registry import RegisteredModel, find_model
from pipelines.settings.fields import PAIRS, Settings, Task, option_name
from pipelines.settings.table import read_table
from pipelines.settings.values import from_values
from pipelines.target.connection import CommandContext

EXIT_CODES = "exit codes: 0 success, 1 the execution or endpoint failed, 2 bad usage or bad input, 3 the environment"
DATA = (
    *("dataset", "data", "task", "algorithms", "option", "features", "split", "seed", "threshold_quantile"),
    "batch_format",
)
AWS = (
    *("region", "bucket", "stack", "role_arn", "schedule_role_arn"),
    *("subnets", "security_groups", "prices", "trusted_code"),
)
INSTANCES = (
    *("processing_instance_type", "processing_instance_count", "training_instance_type", "training_instance_count"),
    *("transform_instance_type", "hosting_instance_type"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "data and models": DATA,
    "pipeline": (
        *("pipeline_name", "gate", "max_rmse", "min_auc", "promote", "folds", "max_parallel_steps"),
        *("cache_days", "lang", "evaluation_image", "wheelhouse", "tags"),
    ),
    "tuning": ("tune", "max_jobs", "max_parallel_jobs"),
    "endpoints": ("deploy", "ttl", "data_capture"),
    "instances": INSTANCES,
    "target": ("target", "state_dir", "keep_alive", "isolation"),
    "AWS": AWS,
}
"""The settings as a command's help groups them."""
ALL_SETTINGS = tuple(known.name for known in dataclasses.fields(Settings))
CONNECTION = (
    *("target", "dataset", "pipeline_name", "role_arn", "region", "bucket", "stack"),
    *("state_dir", "keep_alive", "isolation", "lang"),
)
"""The settings of every command that connects to a target."""
NETWORK = ("subnets", "security_groups")
DEPLOYMENT = ("ttl", "data_capture", "tags", *NETWORK)
"""The settings of what deploys."""


NAMES_OF_THE_TABLE = ("task", "split", "features")
"""Settings whose values come from the data set file."""


def add_common(command: argparse._ActionsContainer) -> None:
    """Add what every command has."""
    command.add_argument("--json", action="store_true", help="print exactly one JSON object on stdout")
    command.add_argument("-v", "--verbose", action="store_true", help="log more on stderr, tracebacks included")
    command.add_argument(
        "--profile",
        metavar="NAME",
        help=f"profile of boostpipe.toml or pyproject.toml (env: {settings_file.PROFILE_VARIABLE})",
    )


def add_settings(command: argparse.ArgumentParser, names: Collection[str]) -> None:
    """Add the options of the named settings, in their groups."""
    known = {setting.name: setting for setting in dataclasses.fields(Settings)}
    for title, members in GROUPS.items():
        wanted = [known[name] for name in members if name in names]
        if wanted:
            group = command.add_argument_group(title)
            for setting in wanted:
                _add_setting(group, setting)


def _add_setting(group: argparse._ArgumentGroup, setting: dataclasses.Field[Any]) -> None:
    if setting.name in PAIRS:
        singular, kind = setting.name.removesuffix("s"), pair(setting.name.removesuffix("s"))
        group.add_argument(
            f"--{singular}",
            dest=setting.name,
            action="append",
            type=gate if setting.name == "gate" else kind,
            metavar=setting.metadata["metavar"],
            help=f"{_help(setting)} (repeatable)",
        )
    elif isinstance(setting.default, bool):
        group.add_argument(option_name(setting), action="store_true", default=None, help=_help(setting))
    else:
        argument = group.add_argument(
            option_name(setting),
            default=None,
            type=_reader(setting),
            choices=setting.metadata["choices"] or None,
            metavar=setting.metadata["metavar"],
            help=_help(setting),
        )
        if setting.name in NAMES_OF_THE_TABLE:
            argument.completer = partial(_completions, setting.name)  # type: ignore[attr-defined]  # of argcomplete


def _completions(setting: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
    table = read_table(getattr(parsed_args, "dataset", None))
    choices = {option.name: [*option.choices] for option in table.options}
    return choices.get(setting, []) if setting != "task" else [*(task.name for task in table.tasks), "all"]


def add_wait(command: argparse._ActionsContainer) -> None:
    """Add ``--wait`` and ``--no-wait``."""
    command.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="follow the execution to its end (default: locally yes, on AWS no)",
    )


def add_actions(command: argparse._ActionsContainer) -> None:
    """Add what is done with a pipeline: ``--upsert``, ``--start``, ``--wait``, ``--execution-name``, ``--schedule``."""
    command.add_argument("--upsert", action="store_true", help="create the pipeline, or update it")
    command.add_argument("--start", action="store_true", help="start an execution")
    add_wait(command)
    command.add_argument("--execution-name", metavar="NAME", help="display name of the execution")
    when = "cron(...) or rate(...), when to start in UTC; off deletes the schedule"
    command.add_argument("--schedule", metavar="EXPRESSION", help=when)


def add_yes(command: argparse._ActionsContainer) -> None:
    """Add ``--yes``."""
    command.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def add_parameters(command: argparse._ActionsContainer) -> None:
    """Add ``--parameter``."""
    command.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=pair("parameter"),
        metavar="NAME=VALUE",
        help="a pipeline parameter of this execution (repeatable)",
    )


def given_parameters(options: argparse.Namespace) -> dict[str, str]:
    """Return the parameters of ``--parameter`` by name.

    Raises `BadInput` if a name is given twice.
    """
    names = [name for name, _ in options.parameter]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"--parameter {name} is given more than once.")
    return dict(options.parameter)


def require_training(settings: Settings) -> None:
    """Refuse algorithms that cannot read the batch format, or train on several instances."""
    algorithms.require_training(FORMATS[settings.batch_format], settings.training_instance_count, settings.algorithms)


def add_mlflow(command: argparse._ActionsContainer, *, required: bool = False) -> None:
    """Add ``--mlflow``, the address of a tracking server."""
    what = "address of an MLflow tracking server, or the ARN of SageMaker's managed one"
    command.add_argument("--mlflow", metavar="URI", required=required, help=what)


def add_task(command: argparse.ArgumentParser) -> None:
    """Add ``--task``, which names one model or endpoint."""
    command.add_argument("--task", metavar="TASK", help="which model or endpoint (default: the data set's first task)")


def add_model_choice(command: argparse.ArgumentParser) -> None:
    """Add the options that choose a registered version."""
    which = command.add_mutually_exclusive_group()
    which.add_argument("--model-package", metavar="ARN", help="this registered version (default: the newest approved)")
    which.add_argument("--latest-approved", action="store_true", help="refuse to take another if none is approved")
    add_task(command)


def chosen_model(context: CommandContext, options: argparse.Namespace, task: Task | None) -> RegisteredModel:
    """Find the version that those options choose.

    Raises `BadInput` if there is no such version.
    """
    package, approved = options.model_package, options.latest_approved
    return find_model(context.sagemaker, context.settings, package=package, task=task, approved=approved)


def settings_of(options: argparse.Namespace) -> Settings:
    """Make settings of a parsed command line, the environment and the settings file.

    Raises `BadInput` for a value that no run could use, or a settings file with an error.
    """
    values = vars(options)
    given = {**values, **{name: tuple(values[name]) if values.get(name) else None for name in PAIRS}}
    return from_values(given, file=settings_file.read(Path.cwd(), values.get("profile")))


def _help(setting: dataclasses.Field[Any]) -> str:
    if isinstance(setting.default, bool) or setting.name in PAIRS:
        return str(setting.metadata["help"])
    default = ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
    variable = setting.metadata["env"]
    parts = ([f"default: {default}"] if default not in (None, "") else []) + ([f"env: {variable}"] if variable else [])
    remarks = f" ({'; '.join(parts)})" if parts else ""
    return f"{setting.metadata['help']}{remarks}"


def _reader(setting: dataclasses.Field[Any]) -> Callable[[str], Any]:
    kind = setting.metadata["kind"]
    if kind is tuple:
        return lambda text: tuple(name.strip() for name in text.split(","))
    return kind if kind in (int, float) else Path if issubclass(kind, Path) else str


def pair(what: str) -> Callable[[str], tuple[str, str]]:
    """Read ``NAME=VALUE``."""

    def read(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"{quoted(text)} is not a {what} of the form NAME=VALUE")
        return name, value

    return read


def gate(text: str) -> tuple[str, float]:
    """Read ``TASK=NUMBER``."""
    name, value = pair("gate")(text)
    try:
        return name, float(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{quoted(value)} is no number") from error


def whole_number(lowest: int, highest: int, step: int = 1) -> Callable[[str], int]:
    """Read a whole number between two bounds, in steps from the lowest."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) not in range(lowest, highest + 1, step):
            steps = f" in steps of {step}" if step > 1 else ""
            raise argparse.ArgumentTypeError(f"{quoted(text)} is not a whole number from {lowest} to {highest}{steps}")
        return int(text)

    return read
