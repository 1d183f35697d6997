"""One training job definition of a tuning job, with the search through its ranges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_sagemaker.jobs.tuning.search import Point, Search
from local_sagemaker.jobs.tuning.space import dimensions

OBJECTIVE_PARAMETER = "_tuning_objective_metric"
"""The hyperparameter in which a tuning job passes its objective to the algorithm."""
_COPIED_MEMBERS = (
    "RoleArn", "InputDataConfig", "VpcConfig", "OutputDataConfig", "ResourceConfig", "StoppingCondition",
    "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining",
    "CheckpointConfig", "RetryStrategy", "Environment",
)  # fmt: skip


@dataclass(frozen=True)
class Branch:
    """A training job definition, the objective of its jobs, and the search through their hyperparameters."""

    definition: Mapping[str, Any]
    objective: Mapping[str, str]
    search: Search

    @property
    def maximize(self) -> bool:
        """Whether the objective is better when it is larger."""
        return self.objective["Type"] == "Maximize"

    @property
    def metric_definitions(self) -> list[Mapping[str, str]]:
        """The definitions that find metrics in logs; a built-in algorithm needs none."""
        return list(self.definition["AlgorithmSpecification"].get("MetricDefinitions", []))

    def training_request(self, point: Point, name: str) -> dict[str, Any]:
        """The CreateTrainingJob request of a point."""
        request = {member: self.definition[member] for member in _COPIED_MEMBERS if member in self.definition}
        resources = self.definition.get("HyperParameterTuningResourceConfig")
        if resources and "ResourceConfig" not in request:
            request["ResourceConfig"] = resources
        return {
            **request,
            "TrainingJobName": name,
            "AlgorithmSpecification": dict(self.definition["AlgorithmSpecification"]),
            "HyperParameters": {
                OBJECTIVE_PARAMETER: self.objective["MetricName"],
                **self.definition.get("StaticHyperParameters", {}),
                **point.values,
            },
        }


def branches_of(request: Mapping[str, Any]) -> list[Branch]:
    """The branches of a CreateHyperParameterTuningJob request. Raises ValidationException if a range is invalid."""
    config = request["HyperParameterTuningJobConfig"]
    branches = []
    for definition in definitions_of(request):
        objective = definition.get("TuningObjective") or config["HyperParameterTuningJobObjective"]
        space = dimensions(definition.get("HyperParameterRanges") or config.get("ParameterRanges", {}))
        static = definition.get("StaticHyperParameters", {})
        search = Search(config, space, static, maximize=objective["Type"] == "Maximize")
        branches.append(Branch(definition, objective, search))
    return branches


def definitions_of(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The training job definitions of a tuning job, one or several."""
    one = request.get("TrainingJobDefinition")
    return [one] if one else list(request.get("TrainingJobDefinitions", []))
