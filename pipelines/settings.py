"""Every setting once: name, type, default, environment variable, help.

The command line, the settings file, the guide's table and the definition all read this one table. A value comes from
the command line, else from the environment variable, else from the settings file, else from the default.
"""

import dataclasses
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pipelines.errors import BadInput, quoted

Task = Literal["regression", "classification"]
Split = Literal["days", "hours", "time"]
TargetName = Literal["auto", "local", "aws"]
FormatName = Literal["csv", "recordio"]

TASKS: tuple[Task, ...] = ("regression", "classification")
ALGORITHM_NAMES = ("xgboost", "lightgbm", "catboost")
GATE_BOUNDS = {"RegressionMaxRmse": (0, 1e9), "ClassificationMinAuc": (0, 1)}
"""Lowest and highest value of the parameters of the gate."""
PIPELINE_NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,99}$")
STACK_NAME = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,127}$")


def setting(
    default: Any, meaning: str, *, env: str | None = None, choices: tuple[str, ...] = (), metavar: str | None = None
) -> Any:
    """Describe one setting; the command line and the documents read the field's metadata."""
    metadata = {"help": meaning, "env": env, "choices": choices, "metavar": metavar}
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
    task: str = setting("all", "what to predict", choices=("regression", "classification", "all"))
    algorithms: tuple[str, ...] = setting(
        ALGORITHM_NAMES, "the candidates, separated by commas", metavar="xgboost,lightgbm,catboost"
    )
    split: Split = setting("days", "how the test set is held out", choices=("days", "hours", "time"))
    features: Literal["now", "history", "lags"] = setting(
        "history",
        "what a row may know: the hour itself, the weather before it, or demand a day and a week ago",
        choices=("now", "history", "lags"),
    )
    batch_format: FormatName = setting(
        "csv",
        "form of the training channels and of the batch: recordio is XGBoost's alone",
        choices=("csv", "recordio"),
    )
    seed: int = setting(42, "seed of the split and of the models", metavar="N")
    threshold_quantile: float = setting(
        0.5, "demand above this quantile of the training set counts as high", metavar="Q"
    )
    data: str | None = setting(
        None, "the CSV file: a path, an http(s) or an s3 address", env="SEOUL_BIKE_DATA", metavar="PATH|URL|s3://..."
    )
    pipeline_name: str = setting(
        "SeoulBikeDemand", "name of the pipeline", env="SAGEMAKER_PIPELINE_NAME", metavar="NAME"
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
    max_rmse: float = setting(300.0, "default of the parameter RegressionMaxRmse, in rentals per hour", metavar="X")
    min_auc: float = setting(0.9, "default of the parameter ClassificationMinAuc", metavar="X")
    lang: Literal["en", "ko"] = setting("en", "language of the report", choices=("en", "ko"))
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
    tags: tuple[tuple[str, str], ...] = field(default=(), metadata={"help": "tags of everything that is made"})

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The selected tasks, regression first."""
        return tuple(task for task in TASKS if self.task in (task, "all"))

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
        variable = known.metadata.get("env")
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
    _check_network(settings)
    if settings.stack is not None and not STACK_NAME.match(settings.stack):
        raise BadInput(
            f"--stack is {settings.stack!r}, but a stack's name has 1 to 128 letters, digits and hyphens and begins "
            "with a letter."
        )
    ranges = (
        ("--seed", settings.seed, 0, 2**31 - 1),
        ("--threshold-quantile", settings.threshold_quantile, 0.05, 0.95),
        ("--ttl", settings.ttl, 0, 8760),
        ("--keep-alive", settings.keep_alive, 0, 10_080),
        ("--data-capture", settings.data_capture, 0, 100),
        ("--max-jobs", settings.max_jobs, 1, 500),
        ("--max-parallel-jobs", settings.max_parallel_jobs, 1, 100),
        ("--max-parallel-steps", settings.max_parallel_steps, 1, 50),
        ("--cache-days", settings.cache_days, 0, 365),
        ("--max-rmse", settings.max_rmse, *GATE_BOUNDS["RegressionMaxRmse"]),
        ("--min-auc", settings.min_auc, *GATE_BOUNDS["ClassificationMinAuc"]),
    )
    for option, value, low, high in ranges:
        if not low <= value <= high:
            raise BadInput(f"{option} is {value}, but it must lie between {low} and {high}.")


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
