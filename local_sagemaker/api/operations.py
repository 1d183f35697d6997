"""SageMaker's operations: one file per resource, each with a table ``OPERATIONS`` of what it carries out."""

from __future__ import annotations

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
    processing,
    search,
    tags,
    training,
    transform,
    trial_components,
    tuning,
)
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
    "trial components": trial_components.OPERATIONS,
    "lineage (of jobs and registered versions, worked out from their records)": lineage.OPERATIONS,
}
OPERATIONS: Mapping[str, Operation] = {
    name: operation for operations in BY_RESOURCE.values() for name, operation in operations.items()
}
"""Everything that is carried out here."""

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
"""What moto answers truthfully: records that nothing has to be done for. They do not outlive the service."""
