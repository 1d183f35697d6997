"""Every setting once: name, type, default, environment variable, help.

The command line, the settings file, the guide's table and the definition all read this one table. A value comes from
the command line, else from the environment variable, else from the settings file, else from the default.
"""

import dataclasses
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipelines.settings.table import read_table
from processing_scripts.dataset_file.model import DatasetFile

Task = str
"""The name of a task of the data set."""
TargetName = Literal["auto", "local", "aws"]
FormatName = Literal["csv", "recordio"]

ALGORITHM_NAMES = ("xgboost", "lightgbm", "catboost")
PROMOTE = ("not-worse", "better", "always")
"""How a new model must compare with the champion to be registered; the first is the default."""
PAIRS = ("tags", "option", "gate")
"""Settings that are pairs of a name and a value."""
GATE_BOUNDS = {"rmse": (0, 1e15), "mae": (0, 1e15), "auc": (0, 1), "log_loss": (0, 100)}
"""Lowest and highest value of a gate, by its metric."""


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
    processing_instance_count: int = setting(1, "instances of Preprocess, which share the writing of rows", metavar="N")
    training_instance_type: str = setting("ml.m5.xlarge", "instance type of training jobs", metavar="TYPE")
    training_instance_count: int = setting(
        1, "instances of each training job, which train one model: XGBoost's alone", metavar="N"
    )
    transform_instance_type: str = setting("ml.m5.large", "instance type of transform jobs", metavar="TYPE")
    hosting_instance_type: str = setting("ml.m5.large", "instance type of endpoints", metavar="TYPE")
    gate: tuple[tuple[str, float], ...] = setting((), "default of a task's gate, by its metric", metavar="TASK=VALUE")
    max_rmse: float | None = setting(None, "the same for every task whose metric is RMSE", metavar="X", kind=float)
    min_auc: float | None = setting(None, "the same for every task whose metric is AUC", metavar="X", kind=float)
    lang: Literal["en", "ko"] = setting(
        "en", "language of the report, its pictures, and the results", env="BOOSTPIPE_LANG", choices=("en", "ko")
    )
    promote: str = setting(
        PROMOTE[0], "how a new model must compare with the newest approved version to be registered", choices=PROMOTE
    )
    folds: int | None = setting(
        None,
        "rank the candidates by the mean of so many folds; 1 ranks them by the validation set (default: the data set "
        "file's, or 1)",
        metavar="K",
        kind=int,
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
        return {option.name: option.default for option in self.table.options} | self.given_options

    @property
    def given_options(self) -> dict[str, str]:
        """The options of the data set that were given, by name."""
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


def option_name(known: dataclasses.Field[Any]) -> str:
    """Return the command line's name of a setting."""
    return "--" + known.name.replace("_", "-")
