"""The table of all supported operations, collected from the files of the resources.

The functions in a file's ``OPERATIONS`` get the core and the request. Those in ``WITH_X`` get X after the core, and
those in ``OF_X`` get X instead of the core.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVarTuple

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
from local_sagemaker.api.jobs import common, processing, training, transform, tuning
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.endpoints.servers import Endpoints
from local_sagemaker.engine.executions import Executions
from local_sagemaker.jobs.contract import Runners
from local_sagemaker.jobs.kinds import PROCESSING, TRAINING, TRANSFORM
from local_sagemaker.moto.experiments import Experiments

Operation = Callable[[Request], Response | None]
_Needs = TypeVarTuple("_Needs")

BY_RESOURCE: Mapping[str, Collection[str]] = {
    "pipelines": [*pipelines.OPERATIONS],
    "pipeline executions": [*executions.WITH_EXECUTIONS, *executions.OF_EXECUTIONS, *executions.OPERATIONS],
    "processing jobs": [*processing.WITH_RUNNER, *common.operations(PROCESSING)],
    "training jobs": [*training.WITH_RUNNER, *common.operations(TRAINING)],
    "tuning jobs": [*tuning.WITH_RUNNER, *tuning.OPERATIONS],
    "transform jobs": [*transform.WITH_RUNNER, *common.operations(TRANSFORM)],
    "models": [*models.OPERATIONS],
    "model registry": [*package_groups.OPERATIONS, *packages.OPERATIONS],
    "endpoints": [*endpoint_configs.OPERATIONS, *endpoints.WITH_SERVERS, *endpoints.OPERATIONS],
    "tags": [*tags.WITH_EXPERIMENTS, *tags.OPERATIONS],
    "search": [*search.WITH_EXPERIMENTS],
    "trial components": [*search.OF_EXPERIMENTS],
    "lineage (of jobs and registered versions, derived from their records)": [*lineage.OPERATIONS],
}
OPERATIONS = frozenset(name for names in BY_RESOURCE.values() for name in names)
"""Every operation that this service runs itself."""

MOTO_OPERATIONS = frozenset((
    "CreateExperiment", "DescribeExperiment", "ListExperiments", "DeleteExperiment",
    "CreateTrial", "DescribeTrial", "ListTrials", "DeleteTrial",
    "CreateTrialComponent", "DescribeTrialComponent", "DeleteTrialComponent", "UpdateTrialComponent",
    "AssociateTrialComponent", "DisassociateTrialComponent",
))  # fmt: skip
"""The operations that moto runs: they only keep records, which do not survive the end of the service."""


def bind(
    core: Core, runners: Runners, engine: Executions, servers: Endpoints, experiments: Experiments
) -> dict[str, Operation]:
    """Every operation by name, as a function of its request alone: each gets the parts that it needs."""
    of_core: dict[str, Callable[[Core, Request], Response | None]] = {
        **pipelines.OPERATIONS,
        **executions.OPERATIONS,
        **common.operations(PROCESSING),
        **common.operations(TRAINING),
        **tuning.OPERATIONS,
        **common.operations(TRANSFORM),
        **models.OPERATIONS,
        **package_groups.OPERATIONS,
        **packages.OPERATIONS,
        **endpoint_configs.OPERATIONS,
        **endpoints.OPERATIONS,
        **tags.OPERATIONS,
        **lineage.OPERATIONS,
    }
    return {
        **_bind(of_core, core),
        **_bind(processing.WITH_RUNNER, core, runners.processing),
        **_bind(training.WITH_RUNNER, core, runners.training),
        **_bind(tuning.WITH_RUNNER, core, runners.training),
        **_bind(transform.WITH_RUNNER, core, runners.transform),
        **_bind(executions.WITH_EXECUTIONS, core, engine),
        **_bind(executions.OF_EXECUTIONS, engine),
        **_bind(endpoints.WITH_SERVERS, core, servers),
        **_bind(tags.WITH_EXPERIMENTS, core, experiments),
        **_bind(search.WITH_EXPERIMENTS, core, experiments),
        **_bind(search.OF_EXPERIMENTS, experiments),
    }


def _bind(
    functions: Mapping[str, Callable[[*_Needs, Request], Response | None]], *needs: *_Needs
) -> dict[str, Operation]:
    def bound(function: Callable[[*_Needs, Request], Response | None]) -> Operation:
        return lambda request: function(*needs, request)

    return {name: bound(function) for name, function in functions.items()}
