"""Which settings are refused before anything starts."""

import re

from pipelines.errors import BadInput, quoted
from pipelines.settings.fields import ALGORITHM_NAMES, GATE_BOUNDS, Settings
from pipelines.settings.table import require_one_of
from processing_scripts.dataset_file.checks import MOST_FOLDS

PIPELINE_NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,99}$")
MOST_INSTANCES = 100
"""Of a processing job: ClusterConfig.InstanceCount in the API."""
STACK_NAME = re.compile(r"^[a-zA-Z][-a-zA-Z0-9]{0,127}$")


def check(settings: Settings) -> None:
    """Refuse settings that no run could use."""
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
        ("--processing-instance-count", settings.processing_instance_count, 1, MOST_INSTANCES),
        ("--training-instance-count", settings.training_instance_count, 1, MOST_INSTANCES),
        ("--folds", 1 if settings.folds is None else settings.folds, 1, MOST_FOLDS),
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
    require_one_of("--task", settings.task, [*tasks, "all"], table)
    options = {option.name: option.choices for option in table.options}
    for name, value in settings.given_options.items():
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
