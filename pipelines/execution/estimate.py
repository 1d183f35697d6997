"""Estimate of the cost and the duration of one execution, step by step, before it starts.

Minutes come from the last executions of the pipeline where it has run on AWS, else from ``ASSUMED_MINUTES``; prices are
those of `pipelines.aws.prices`. Costs of S3, logs and the registry are not included.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from local_sagemaker.definition.parse import Step as DefinedStep
from local_sagemaker.definition.parse import read
from pipelines.aws.prices import Prices, Use
from pipelines.execution.lookup import recent
from pipelines.execution.pipeline import Step, look

ASSUMED_MINUTES = {"Processing": 6.0, "Training": 5.0, "Tuning": 5.0, "Transform": 6.0}
"""Of one job from its start to its end, on this project's data: nearly all of it is start-up. An assumption, not a
measurement; a tuning step has ``--max-jobs`` such jobs."""
USES: Mapping[str, Use] = {
    "Processing": "processing",
    "Training": "training",
    "Tuning": "training",
    "Transform": "transform",
}
LAST_EXECUTIONS = 5
"""Executions whose durations are measured."""
PLACES = {
    "Processing": ("ProcessingResources", "ClusterConfig"),
    "Training": ("ResourceConfig",),
    "Tuning": ("TrainingJobDefinition", "ResourceConfig"),
    "Transform": ("TransformResources",),
}
"""Path to the instance type and count in a step's request."""


@dataclass(frozen=True)
class StepEstimate:
    """One step with a job."""

    name: str
    type: str
    instance_type: str
    minutes: float
    """From its start to its end."""
    billed_minutes: float
    """Of all instances together."""
    cost: float | None
    """In the currency of the prices; None if the type's price is unknown."""
    measured: bool
    """Whether the minutes come from executions, or are assumed."""


@dataclass(frozen=True)
class Estimate:
    """Estimate of an execution in which every step runs, without the cache."""

    steps: tuple[StepEstimate, ...]
    minutes: float
    at_once: int
    prices: Prices
    endpoints: Mapping[str, float | None]
    """Price of one hour of each endpoint that it deploys, by step; None if the type's price is unknown."""

    @property
    def cost(self) -> float | None:
        """The sum; None if a price is missing."""
        costs = [step.cost for step in self.steps if step.cost is not None]
        return sum(costs) if len(costs) == len(self.steps) else None

    @property
    def endpoints_per_hour(self) -> float | None:
        """Cost per hour of its endpoints; None if a price is missing."""
        costs = [cost for cost in self.endpoints.values() if cost is not None]
        return sum(costs) if len(costs) == len(self.endpoints) else None

    def as_json(self) -> dict[str, Any]:
        """Return it as one JSON object, with rounded minutes and costs."""
        return {
            "currency": self.prices.currency,
            "cost": None if self.cost is None else round(self.cost, 4),
            "minutes": round(self.minutes, 1),
            "endpoints_per_hour": self.endpoints_per_hour,
            "prices": self.prices.origin,
            "steps": [
                {
                    **{name: getattr(step, name) for name in ("name", "type", "instance_type", "measured")},
                    "minutes": round(step.minutes, 1),
                    "billed_minutes": round(step.billed_minutes, 1),
                    "cost": None if step.cost is None else round(step.cost, 4),
                }
                for step in self.steps
            ],
        }


def estimate(
    definition: Mapping[str, Any],
    parameters: Mapping[str, str],
    prices: Prices,
    seconds: Mapping[str, float],
    at_once: int,
) -> Estimate:
    """Estimate an execution of a definition.

    Parameters that are not given have their defaults; ``seconds`` has the durations of steps where they are known.
    """
    whole = read(definition)
    values = {name: parameter.get("DefaultValue") for name, parameter in whole.parameters.items()} | dict(parameters)
    steps = [step for step in whole.steps.values() if all(side for _, side in whole.branches(step))]
    jobs = {step.name: _step(step, values, prices, seconds) for step in steps if step.type in USES}
    minutes = {name: job.minutes for name, job in jobs.items()}
    endpoints = {step.name: _hour_of(step, values, prices) for step in steps if step.type == "EndpointConfig"}
    return Estimate(tuple(jobs.values()), _minutes_of_all(steps, minutes, at_once), at_once, prices, endpoints)


def measured_seconds(executions: Iterable[Iterable[Step]]) -> dict[str, float]:
    """Return the median duration of every step, over executions in which it succeeded without the cache."""
    found: dict[str, list[float]] = {}
    for steps in executions:
        for step in steps:
            if step.status == "Succeeded" and not step.cache_hit:
                found.setdefault(step.name, []).append(step.seconds)
    return {name: median(times) for name, times in found.items()}


def seconds_of_last(sagemaker: Any, pipeline: str) -> dict[str, float]:
    """Return the durations of the steps of a pipeline's last executions, by two calls for each."""
    last = recent(sagemaker, pipeline, LAST_EXECUTIONS)
    return measured_seconds(look(sagemaker, execution.arn, {}).steps for execution in last)


def _step(step: DefinedStep, values: Mapping[str, Any], prices: Prices, seconds: Mapping[str, float]) -> StepEstimate:
    kind = step.type
    resources: Any = step.arguments
    for member in PLACES[kind]:
        resources = resources[member]
    instance_type = str(_value(resources["InstanceType"], values))
    jobs, parallel = _jobs(step) if kind == "Tuning" else (1, 1)
    measured = step.name in seconds
    minutes = seconds[step.name] / 60 if measured else ASSUMED_MINUTES[kind] * -(-jobs // parallel)
    billed = int(_value(resources["InstanceCount"], values)) * (
        minutes * parallel if measured else ASSUMED_MINUTES[kind] * jobs
    )
    hourly = prices.per_hour(USES[kind], instance_type)
    cost = None if hourly is None else hourly * billed / 60
    return StepEstimate(step.name, kind, instance_type, minutes, billed, cost, measured)


def _hour_of(config: DefinedStep, values: Mapping[str, Any], prices: Prices) -> float | None:
    (variant,) = config.arguments["ProductionVariants"]
    return prices.per_hour("hosting", str(_value(variant["InstanceType"], values)), variant["InitialInstanceCount"])


def _jobs(step: DefinedStep) -> tuple[int, int]:
    limits = step.arguments["HyperParameterTuningJobConfig"]["ResourceLimits"]
    return int(limits["MaxNumberOfTrainingJobs"]), int(limits["MaxParallelTrainingJobs"])


def _value(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict) and "Get" in value:
        return values[str(value["Get"]).removeprefix("Parameters.")]
    return value


def _minutes_of_all(steps: Sequence[DefinedStep], minutes: Mapping[str, float], at_once: int) -> float:
    """Simulate the graph: a step starts as soon as the steps before it have ended and fewer than ``at_once`` run."""
    names = {step.name for step in steps}
    waiting = {step.name: set(step.waits_for & names) for step in steps}
    running: dict[str, float] = {}
    now = 0.0
    while waiting or running:
        ready = [name for name, after in waiting.items() if not after]
        for name in ready[: at_once - len(running)]:
            del waiting[name]
            running[name] = now + minutes.get(name, 0.0)
        ended = min(running, key=lambda name: running[name])
        now = running.pop(ended)
        for after in waiting.values():
            after.discard(ended)
    return now
