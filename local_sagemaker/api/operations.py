"""The table of all supported operations, collected from the files of the resources."""

from collections.abc import Mapping

from local_sagemaker.api import (
    endpoint_configs,
    endpoints,
    executions,
    lineage,
    models,
    package_groups,
    packages,
    pipelines,
    search,
    tags,
)
from local_sagemaker.api.jobs import processing, training, transform, tuning
from local_sagemaker.api.service import Operation

BY_RESOURCE: Mapping[str, Mapping[str, Operation]] = {
    "pipelines": pipelines.OPERATIONS,
    "pipeline executions": executions.OPERATIONS,
    "processing jobs": processing.OPERATIONS,
    "training jobs": training.OPERATIONS,
    "tuning jobs": tuning.OPERATIONS,
    "transform jobs": transform.OPERATIONS,
    "models": models.OPERATIONS,
    "model registry": {**package_groups.OPERATIONS, **packages.OPERATIONS},
    "endpoints": {**endpoint_configs.OPERATIONS, **endpoints.OPERATIONS},
    "tags": tags.OPERATIONS,
    "search": search.OPERATIONS,
    "trial components": search.TRIAL_COMPONENTS,
    "lineage (of jobs and registered versions, derived from their records)": lineage.OPERATIONS,
}
OPERATIONS: Mapping[str, Operation] = {
    name: operation for operations in BY_RESOURCE.values() for name, operation in operations.items()
}
"""Every operation that this service runs itself."""

MOTO_OPERATIONS = frozenset(
    f"{verb}{noun}"
    for verb, nouns in {
        "Create": ("Experiment", "Trial", "TrialComponent"),
        "Describe": ("Experiment", "Trial", "TrialComponent"),
        "List": ("Experiments", "Trials"),
        "Delete": ("Experiment", "Trial", "TrialComponent"),
        "Associate": ("TrialComponent",),
        "Disassociate": ("TrialComponent",),
        "Update": ("TrialComponent",),
    }.items()
    for noun in nouns
)
"""The operations that moto runs: they only keep records, which do not survive the end of the service."""
