"""Each name once: step names, resource names, the bucket's layout, the cache folder, and the tag of what is ours."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.settings.fields import Settings, Task
from processing_scripts.dataset_file.model import camel_case

PROJECT = {"project": "boostpipe"}
"""The tag of everything that this package creates; `teardown` deletes by it and by the tag ``pipeline``."""

MOST_OF_A_PIPELINE = 30
"""Longest name of a pipeline that ``infra/template.yaml`` allows: its policies need such names uncut."""
_HASH_CHARACTERS = 8


def project_tags(pipeline_name: str, more: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Return the tags of whatever a pipeline's steps or commands create; ``more`` wins."""
    return {"pipeline": pipeline_name, **PROJECT, **dict(more)}


PREPROCESS, EVALUATE = "Preprocess", "Evaluate"


def gate_parameter(task: Task, metric: str) -> str:
    """Name the pipeline parameter of a task's gate.

    Examples
    --------
    >>> gate_parameter("regression", "rmse"), gate_parameter("classification", "auc")
    ('RegressionMaxRmse', 'ClassificationMinAuc')
    """
    return f"{camel_case(task)}{'Min' if metric == 'auc' else 'Max'}{camel_case(metric)}"


class TaskSteps:
    """Names of the steps of one task.

    Examples
    --------
    >>> TaskSteps("regression").train("XGBoost")
    'TrainXGBoostRegression'
    """

    def __init__(self, task: Task) -> None:
        self.title = title = camel_case(task)
        self.evaluate = f"{EVALUATE}{title}"
        self.quality_gate = f"{title}QualityGate"
        self.below_quality_gate = f"{title}BelowQualityGate"
        self.register = f"RegisterBest{title}"
        self.create_model = f"CreateBest{title}Model"
        self.batch_predict = f"BatchPredict{title}"
        self.configure_endpoint = f"ConfigureEndpoint{title}"
        self.deploy_endpoint = f"DeployEndpoint{title}"

    def train(self, algorithm: str) -> str:
        """Name the training step of an algorithm, by its title."""
        return f"Train{algorithm}{self.title}"

    def tune(self, algorithm: str) -> str:
        """Name the tuning step of an algorithm, by its title."""
        return f"Tune{algorithm}{self.title}"


def cache_folder() -> Path:
    """Return the folder for downloads, outside the repository."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "boostpipe"


def shorten(name: str, limit: int) -> str:
    """Cut a name to a limit; a name that is cut ends in a hash of the whole, so that no two become the same.

    Examples
    --------
    >>> shorten("SeoulBikeDemand", 20), shorten("SeoulBikeDemandOfProduction", 20)
    ('SeoulBikeDemand', 'SeoulBikeDe-a093bd2a')
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{name[: limit - _HASH_CHARACTERS - 1].rstrip('-')}-{digest}"


def group_name(pipeline_name: str, task: Task) -> str:
    """Name the model package group of a task, and the endpoint that serves it (at most 63 characters)."""
    return f"{shorten(pipeline_name, min(48, 62 - len(task)))}-{task}"


def endpoint_config_prefix(pipeline_name: str, task: Task) -> str:
    """Return the beginning of the names of a task's endpoint configurations: at most 37 of their 63 characters.

    There is room for the execution's id twice. The service itself adds a suffix of the execution, as the authors of the
    SDK's step say (aws/sagemaker-python-sdk, pull request 6224); were it not so, a fixed name would be refused at the
    second execution. A pipeline's name that the stack allows is never cut, as the execution role's permission for
    configurations begins with it; a task's that does not fit is replaced by its hash.
    """
    name = shorten(pipeline_name, MOST_OF_A_PIPELINE)
    room = 36 - len(name)
    return f"{name}-{task if len(task) <= room else hashlib.sha256(task.encode()).hexdigest()[:6]}"


def own_prefixes(pipeline_name: str) -> tuple[str, ...]:
    """Return how the names of a pipeline's endpoints, configurations and models begin, unless the user names them."""
    return f"{pipeline_name}-"[:MOST_OF_A_PIPELINE], f"{shorten(pipeline_name, MOST_OF_A_PIPELINE)}-"


def stack_name(settings: Settings) -> str:
    """Name the CloudFormation stack: as the settings do, else after the pipeline.

    Examples
    --------
    >>> stack_name(Settings())
    'boostpipe-SeoulBikeDemand'
    """
    return settings.stack or f"{PROJECT['project']}-{settings.pipeline_name}"


def monitor_name(pipeline_name: str) -> str:
    """Name the pipeline that monitors a pipeline's models."""
    return f"{pipeline_name}Monitor"


def schedule_name(pipeline_name: str, task: Task | None = None) -> str:
    """Name the schedule that starts a pipeline: as the pipeline, within EventBridge Scheduler's 64 characters.

    A monitor has a schedule for each task.
    """
    return shorten(f"{pipeline_name}-{task}" if task else pipeline_name, 64)


def job_name(pipeline_name: str, purpose: str) -> str:
    """Name a job, and what is created for it, so that no other has the name; at most 63 characters.

    A purpose of more than 14 characters is cut.
    """
    return f"{shorten(pipeline_name, MOST_OF_A_PIPELINE)}-{shorten(purpose, 14)}-{_moment()}"


def deployment_name(endpoint: str, version: int) -> str:
    """Name the model and the configuration of one deployment to an endpoint; no other deployment has the name."""
    return f"{shorten(endpoint, 39)}-v{version}-{_moment()}"


def _moment() -> str:
    return f"{datetime.now(UTC):%y%m%d%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class Layout:
    """Where a pipeline's objects lie in its bucket: everything below its own name.

    Examples
    --------
    >>> Layout("bucket", "SeoulBikeDemand").data("0123abcd", "SeoulBikeData.csv")
    's3://bucket/SeoulBikeDemand/data/0123abcd/SeoulBikeData.csv'
    """

    bucket: str
    pipeline_name: str

    @property
    def root(self) -> str:
        """The pipeline's own prefix."""
        return f"s3://{self.bucket}/{self.pipeline_name}"

    def code(self, package: str, digest: str) -> str:
        """Prefix of a code bundle, by its content; ends in a slash."""
        return f"{self.root}/code/{package}/{digest}/"

    def data(self, digest: str, name: str) -> str:
        """Address of a data set, by its content."""
        return f"{self.root}/data/{digest}/{name}"

    @property
    def executions(self) -> str:
        """Prefix below which each execution writes, by its id."""
        return f"{self.root}/executions"

    @property
    def tuning(self) -> str:
        """Prefix of the artifacts of tuning jobs."""
        return f"{self.root}/tuning"

    def batch(self, name: str) -> str:
        """Prefix of the rows and the predictions of a batch."""
        return f"{self.root}/batch/{name}"

    @property
    def captured(self) -> str:
        """Prefix of the requests and responses that endpoints capture."""
        return f"{self.root}/captured"

    @property
    def of_the_user(self) -> dict[str, str]:
        """Folders that only the user writes, with the reason why a teardown keeps them."""
        return {"incoming": "what you put there yourself"}
