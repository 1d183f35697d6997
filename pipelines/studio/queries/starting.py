"""What an execution of a pipeline can be given before it starts, and what it is estimated to cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local_sagemaker.definition.parse import DefinitionError, read
from pipelines.aws.prices import Prices
from pipelines.definition.document import Definition
from pipelines.errors import BadInput
from pipelines.execution.estimate import Estimate, estimate
from pipelines.execution.parameters import BATCH, FOUND, Parameter, check_parameters, declared, with_found
from pipelines.execution.pipeline import describe_pipeline
from pipelines.names import EVALUATE

_FIRST_AT_ONCE = 50
"""Steps at once where a pipeline has no limit of its own: more than a definition of this project has."""


@dataclass(frozen=True)
class Startable:
    """A pipeline, with its present definition."""

    name: str
    definition: Definition
    at_once: int
    """The most steps that run at once."""

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """All parameters, by name."""
        return declared(self.definition)

    @property
    def asked(self) -> Sequence[Parameter]:
        """The parameters that a form asks for; a start finds out the others."""
        return [each for each in self.parameters.values() if each.name not in FOUND]

    @property
    def required(self) -> Collection[str]:
        """The names of those that have no default; without rows of its own, the batch is the data."""
        return [each.name for each in self.asked if each.default is None and each.name != BATCH]

    @property
    def tasks(self) -> Sequence[str]:
        """The tasks of a definition of this project."""
        steps = read(self.definition.content).steps.values()
        commands = [
            step.arguments.get("AppSpecification", {}).get("ContainerArguments", [])
            for step in steps
            if step.name.startswith(EVALUATE)
        ]
        return [command[command.index("--task") + 1] for command in commands if "--task" in command[:-1]]

    def check(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the values that are not the defaults.

        Raises `BadInput` for a value that the pipeline would refuse, and for one that is missing.
        """
        chosen = {name: value for name, value in given.items() if value and value != self._default(name)}
        for name in self.required:
            if name not in chosen:
                raise BadInput(f"Give a value for {name}.")
        return check_parameters(self.definition, chosen)

    def complete(self, chosen: Mapping[str, str], sagemaker: Any, s3: Any) -> dict[str, str]:
        """Return the parameters to start with.

        Raises `BadInput` if there is no object at an address.
        """
        return with_found(chosen, self.parameters, sagemaker, s3, self.name, self.tasks)

    def estimate(self, chosen: Mapping[str, str], prices: Prices, seconds: Mapping[str, float]) -> Estimate | None:
        """Estimate an execution; None for a definition whose jobs cannot be estimated."""
        try:
            return estimate(self.definition.content, chosen, prices, seconds, self.at_once)
        except (DefinitionError, KeyError, TypeError, ValueError):
            return None

    def _default(self, name: str) -> str | None:
        known = self.parameters.get(name)
        return known.default if known else None


def startable(sagemaker: Any, pipeline: str) -> Startable:
    """Read a pipeline by one call.

    Raises `BadInput` if there is none of that name.
    """
    described = describe_pipeline(sagemaker, pipeline)
    if described is None:
        raise BadInput(f"There is no pipeline {pipeline}. Create one with: boostpipe run --upsert")
    at_once = described.get("ParallelismConfiguration", {}).get("MaxParallelExecutionSteps", _FIRST_AT_ONCE)
    return Startable(pipeline, Definition(described["PipelineDefinition"]), int(at_once))
