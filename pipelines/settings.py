"""Every setting once: name, type, default, environment variable, help.

The command line, the settings file, the guide's table and the definition all read this one table. A value comes from
the command line, else from the environment variable, else from the settings file, else from the default.
"""

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pipelines.errors import BadInput, quoted
from pipelines.tables import read_table, require_one_of
from processing_scripts.dataset_file.model import DatasetFile

Task = str
"""The name of a task of the data set."""
TargetName = Literal["auto", "local", "aws"]
FormatName = Literal["csv", "recordio"]

ALGORITHM_NAMES = ("xgboost", "lightgbm", "catboost")
PAIRS = ("tags", "option", "gate")
"""Settings that are pairs of a name and a value."""
OUTPUTS = ("batch", "keys", "schema", "recordio")
"""Outputs of Preprocess beside those of the tasks, which are named after them."""
GATE_BOUNDS = {"rmse": (0, 1e15), "mae": (0, 1e15), "auc": (0, 1), "log_loss": (0, 100)}
"""Lowest and highest value of a gate, by its metric."""
PIPELINE_NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,99}$")
STACK_NAME = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,127}$")


def setting(
    default: Any,
    meaning: str,
    *,
    env: str | None = None,
    choices: tuple[str, ...] = (),
    metavar: str | None = None,
    kind: type | None = None,
) -> Any:
    """Describe one setting; the command line and the documents read the field's metadata.

    ``kind`` is its type where the default does not show it.
    """
    kind = kind or (str if default is None else type(default))
    metadata = {"help": meaning, "env": env, "choices": choices, "metavar": metavar, "kind": kind}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The settings of one run of the workflow.

    Examples
    --------
    >>> Settings(task="regression").tasks
    ('regression',)
    """

    target: TargetName = setting(
        "auto", "where the work runs", env="SAGEMAKER_TARGET", choices=("auto", "local", "aws")
    )
    dataset: str | None = setting(
        None,
        "the data set file: columns, tasks, split and rules of the table (default: Seoul's bikes)",
        env="BOOSTPIPE_DATASET",
        metavar="X.toml",
    )
    task: str = setting("all", "a task of the data set, or all", metavar="TASK")
    algorithms: tuple[str, ...] = setting(
        ALGORITHM_NAMES, "the candidates, separated by commas", metavar="xgboost,lightgbm,catboost"
    )
    option: tuple[tuple[str, str], ...] = setting((), "an option of the data set", metavar="NAME=VALUE")
    split: str | None = setting(
        None, "how the test set is held out, where the data set offers it (as --option split=NAME)", metavar="NAME"
    )
    features: str | None = setting(
        None, "what a row may know, where the data set offers it (as --option features=NAME)", metavar="NAME"
    )
    batch_format: FormatName = setting(
        "csv",
        "form of the training channels and of the batch: recordio is XGBoost's alone",
        choices=("csv", "recordio"),
    )
    seed: int = setting(42, "seed of the split and of the models", metavar="N")
    threshold_quantile: float | None = setting(
        None, "of a task above a quantile: the quantile of the training set", metavar="Q", kind=float
    )
    data: str | None = setting(
        None,
        "the table: a file or a folder, an http(s) address, or an s3 address or prefix (env: <NAME>_DATA of the data "
        "set's name, such as SEOUL_BIKE_DATA)",
        metavar="PATH|URL|s3://...",
    )
    pipeline_name: str = setting(
        "", "name of the pipeline (default: the data set's)", env="SAGEMAKER_PIPELINE_NAME", metavar="NAME"
    )
    role_arn: str | None = setting(
        None, "execution role of the pipeline and its jobs", env="SAGEMAKER_PIPELINE_ROLE_ARN", metavar="ARN"
    )
    schedule_role_arn: str | None = setting(
        None,
        "role that EventBridge Scheduler starts the pipeline with (the stack's, else the execution role)",
        env="SAGEMAKER_SCHEDULE_ROLE_ARN",
        metavar="ARN",
    )
    region: str | None = setting(None, "AWS region (locally us-east-1)", env="AWS_REGION", metavar="REGION")
    bucket: str | None = setting(
        None, "bucket of code, data and results (sagemaker-<region>-<account>)", env="ARTIFACT_BUCKET", metavar="NAME"
    )
    stack: str | None = setting(
        None,
        "CloudFormation stack whose bucket and role are used where none is given (boostpipe-<pipeline name>)",
        env="BOOSTPIPE_STACK",
        metavar="NAME",
    )
    state_dir: Path = setting(
        Path(".sagemaker-local"),
        "where the local service keeps its state",
        env="SAGEMAKER_LOCAL_STATE_DIR",
        metavar="PATH",
    )
    keep_alive: int = setting(
        15,
        "minutes without use after which the local service ends; 0 ends it with the command",
        env="SAGEMAKER_LOCAL_KEEP_ALIVE",
        metavar="MINUTES",
    )
    processing_instance_type: str = setting("ml.m5.xlarge", "instance type of processing jobs", metavar="TYPE")
    training_instance_type: str = setting("ml.m5.xlarge", "instance type of training jobs", metavar="TYPE")
    transform_instance_type: str = setting("ml.m5.large", "instance type of transform jobs", metavar="TYPE")
    hosting_instance_type: str = setting("ml.m5.large", "instance type of endpoints", metavar="TYPE")
    gate: tuple[tuple[str, float], ...] = setting((), "default of a task's gate, by its metric", metavar="TASK=VALUE")
    max_rmse: float | None = setting(None, "the same for every task whose metric is RMSE", metavar="X", kind=float)
    min_auc: float | None = setting(None, "the same for every task whose metric is AUC", metavar="X", kind=float)
    lang: Literal["en", "ko"] = setting(
        "en", "language of the report, its pictures, and the results", env="BOOSTPIPE_LANG", choices=("en", "ko")
    )
    deploy: bool = setting(default=False, meaning="deploy what was registered, as an endpoint per task")
    ttl: int = setting(
        24, "hours after which `endpoint delete --expired` ends an endpoint; 0 is never", metavar="HOURS"
    )
    data_capture: int = setting(0, "share of invocations that an endpoint keeps in S3, in percent", metavar="PERCENT")
    tune: bool = setting(default=False, meaning="tune each algorithm instead of training it with the defaults")
    max_jobs: int = setting(12, "training jobs of each tuning step", metavar="N")
    max_parallel_jobs: int = setting(2, "training jobs of a tuning step that run at once", metavar="N")
    max_parallel_steps: int = setting(3, "how many steps run at once", metavar="N")
    cache_days: int = setting(30, "how long a step's result may be used again; 0 switches the cache off", metavar="N")
    subnets: tuple[str, ...] = setting((), "private subnets of a VPC that the jobs run in", metavar="subnet-...,...")
    security_groups: tuple[str, ...] = setting((), "security groups of the jobs in that VPC", metavar="sg-...,...")
    evaluation_image: str | None = setting(
        None, "image of the evaluation, with LightGBM and CatBoost in it (the built-in XGBoost's)", metavar="URI"
    )
    wheelhouse: str | None = setting(
        None, "folder of wheels that the evaluation installs from, where no index is reachable", metavar="s3://..."
    )
    trusted_code: tuple[str, ...] = setting(
        (),
        "prefixes of S3 whose preprocessing code predictions may run locally, besides the pipeline's own",
        metavar="s3://...",
    )
    prices: str | None = setting(
        None, "a JSON file of prices that replace pipelines/aws/prices.json's", env="SAGEMAKER_PRICES", metavar="FILE"
    )
    isolation: Literal["fork", "process"] = setting(
        "fork", "how jobs start locally", env="SAGEMAKER_LOCAL_ISOLATION", choices=("fork", "process")
    )
    tags: tuple[tuple[str, str], ...] = setting((), "tags of everything that is made", metavar="KEY=VALUE")

    def __post_init__(self) -> None:
        """Name the pipeline as the data set does, unless it was given."""
        if not self.pipeline_name:
            object.__setattr__(self, "pipeline_name", self.table.pipeline)

    @cached_property
    def table(self) -> DatasetFile:
        """The data set file, read when it is first needed.

        Raises `BadInput` if it cannot be read, or has an error.
        """
        return read_table(self.dataset)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The names of the selected tasks, in the order of the data set file."""
        return tuple(task.name for task in self.table.tasks if self.task in (task.name, "all"))

    @property
    def dataset_options(self) -> dict[str, str]:
        """The values of all options of the data set."""
        return {option.name: option.default for option in self.table.options} | self._given_options

    @property
    def _given_options(self) -> dict[str, str]:
        short = {name: value for name in ("split", "features") if (value := getattr(self, name)) is not None}
        return {**short, **dict(self.option)}

    @property
    def gates(self) -> dict[Task, float]:
        """The value that each selected task's metric must reach."""
        by_metric = {"rmse": self.max_rmse, "auc": self.min_auc}
        found = {}
        for name in self.tasks:
            task = self.table.task(name)
            general = by_metric.get(task.metric)
            found[name] = float(dict(self.gate).get(name, task.gate if general is None else general))
        return found

    @property
    def quantile(self) -> float | None:
        """The quantile of the training set above which a target is positive; None if no task has one."""
        own = next((task.above_quantile for task in self.table.tasks if task.above_quantile is not None), None)
        return own if own is None or self.threshold_quantile is None else self.threshold_quantile

    @property
    def vpc(self) -> dict[str, list[str]] | None:
        """The VpcConfig of every job and model, None without a VPC."""
        if not self.subnets:
            return None
        return {"SecurityGroupIds": list(self.security_groups), "Subnets": list(self.subnets)}


def from_values(
    values: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    file: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Make settings from command-line values (None where not given), the environment and the settings file.

    Raises `BadInput` for a value that no run could use, with the option and what it may be.
    """
    chosen: dict[str, Any] = {}
    for known in dataclasses.fields(Settings):
        value = values.get(known.name)
        variable = known.metadata["env"]
        if known.name == "data":
            variable = data_variable(read_table(chosen.get("dataset")))
        if value is None and variable and environment.get(variable):
            value = _parse(known, environment[variable], variable)
        if value is None:
            value = file.get(known.name)
        if value is not None:
            chosen[known.name] = value
    chosen["tags"] = tuple(dict((*sagemaker_project_tags(environment), *chosen.get("tags", ()))).items())
    settings = Settings(**chosen)
    _check(settings)
    return settings


def sagemaker_project_tags(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the tags that mark the resources of a SageMaker project, from the variables of its builds.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html

    Examples
    --------
    >>> sagemaker_project_tags({"SAGEMAKER_PROJECT_ARN": "arn:aws:sagemaker:eu-west-1:123456789012:project/bikes"})
    (('sagemaker:project-name', 'bikes'),)
    """
    arn = environment.get("SAGEMAKER_PROJECT_ARN", "")
    name = environment.get("SAGEMAKER_PROJECT_NAME") or arn.rpartition("/")[2]
    pairs = (("sagemaker:project-name", name), ("sagemaker:project-id", environment.get("SAGEMAKER_PROJECT_ID", "")))
    return tuple((key, value) for key, value in pairs if value)


def option_name(known: dataclasses.Field[Any]) -> str:
    """Return the command line's name of a setting."""
    return "--" + known.name.replace("_", "-")


def _parse(known: dataclasses.Field[Any], text: str, variable: str) -> Any:
    """Read an environment variable as the command line would read the option."""
    choices = known.metadata["choices"]
    if choices and text not in choices:
        raise BadInput(f"{variable} is {quoted(text)}, but it must be one of {', '.join(choices)}.")
    if isinstance(known.default, int) and not re.fullmatch("[0-9]{1,9}", text):
        raise BadInput(f"{variable} is {quoted(text)}, but it must be a whole number.")
    return type(known.default)(text) if isinstance(known.default, int | Path) else text


def data_variable(table: DatasetFile) -> str:
    """Name the environment variable of a data set's table: SEOUL_BIKE_DATA for seoul-bike."""
    return f"{table.name.replace('-', '_').upper()}_DATA"


def _check(settings: Settings) -> None:
    unknown = [name for name in settings.algorithms if name not in ALGORITHM_NAMES]
    if unknown or not settings.algorithms or len(set(settings.algorithms)) < len(settings.algorithms):
        given = ",".join(settings.algorithms)
        raise BadInput(
            f"--algorithms is {given!r}, but it must name some of {','.join(ALGORITHM_NAMES)}, each at most once."
        )
    if not PIPELINE_NAME.match(settings.pipeline_name):
        raise BadInput(
            f"--pipeline-name is {settings.pipeline_name!r}, but a pipeline's name has 1 to 100 letters, digits and "
            "single hyphens between them."
        )
    _check_dataset(settings)
    _check_network(settings)
    if settings.stack is not None and not STACK_NAME.match(settings.stack):
        raise BadInput(
            f"--stack is {settings.stack!r}, but a stack's name has 1 to 128 letters, digits and hyphens and begins "
            "with a letter."
        )
    ranges = (
        ("--seed", settings.seed, 0, 2**31 - 1),
        ("--threshold-quantile", settings.threshold_quantile or 0.5, 0.05, 0.95),
        ("--ttl", settings.ttl, 0, 8760),
        ("--keep-alive", settings.keep_alive, 0, 10_080),
        ("--data-capture", settings.data_capture, 0, 100),
        ("--max-jobs", settings.max_jobs, 1, 500),
        ("--max-parallel-jobs", settings.max_parallel_jobs, 1, 100),
        ("--max-parallel-steps", settings.max_parallel_steps, 1, 50),
        ("--cache-days", settings.cache_days, 0, 365),
        ("--max-rmse", settings.max_rmse or 0, *GATE_BOUNDS["rmse"]),
        ("--min-auc", settings.min_auc or 0, *GATE_BOUNDS["auc"]),
    )
    for option, value, low, high in ranges:
        if not low <= value <= high:
            raise BadInput(f"{option} is {value}, but it must lie between {low} and {high}.")


def _check_dataset(settings: Settings) -> None:
    """Refuse what the data set file does not have."""
    table = settings.table
    tasks = [task.name for task in table.tasks]
    for name in (*OUTPUTS, "all"):
        if name in tasks:
            raise BadInput(f"{table.path.name} has a task {name!r}, whose name the pipeline needs itself; rename it.")
    require_one_of("--task", settings.task, [*tasks, "all"], table)
    options = {option.name: option.choices for option in table.options}
    for name, value in settings._given_options.items():
        if name not in options:
            some = f"its options are {', '.join(options)}" if options else "it has no options"
            raise BadInput(f"{table.path.name} offers no option {quoted(name)}: {some}.")
        require_one_of(f"--option {name}", value, options[name], table)
    if settings.threshold_quantile is not None and settings.quantile is None:
        raise BadInput(f"--threshold-quantile has no meaning: no task of {table.path.name} is above a quantile.")
    metrics = {task.metric for task in table.tasks}
    for option, given, metric in (("--max-rmse", settings.max_rmse, "rmse"), ("--min-auc", settings.min_auc, "auc")):
        if given is not None and metric not in metrics:
            raise BadInput(f"{option} has no meaning: no task of {table.path.name} is measured by {metric}.")
    for name, gate in settings.gate:
        require_one_of("--gate", name, tasks, table)
        lowest, highest = GATE_BOUNDS[table.task(name).metric]
        if not lowest <= gate <= highest:
            raise BadInput(f"--gate {name} is {gate}, but it must lie between {lowest:g} and {highest:g}.")


def _check_network(settings: Settings) -> None:
    for option, values, pattern in (
        ("--subnets", settings.subnets, "subnet-[0-9a-f]+"),
        ("--security-groups", settings.security_groups, "sg-[0-9a-f]+"),
    ):
        if not all(re.fullmatch(pattern, value) for value in values):
            example = pattern.replace("[0-9a-f]+", "0123abcd")
            raise BadInput(f"{option} is {','.join(values)!r}, but it must be ids such as {example}.")
    if bool(settings.subnets) != bool(settings.security_groups):
        raise BadInput("--subnets and --security-groups go together: a job in a VPC needs both.")
    for prefix in settings.trusted_code:
        if not re.fullmatch("s3://[^/]+/.+", prefix):
            raise BadInput(f"--trusted-code is {prefix!r}, but it must be a folder of S3, s3://BUCKET/PIPELINE.")
    if settings.wheelhouse and not settings.wheelhouse.startswith("s3://"):
        raise BadInput(f"--wheelhouse is {settings.wheelhouse!r}, but it must be a folder of S3, s3://...")
