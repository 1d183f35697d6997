"""Costs of endpoints on AWS, and the command that deletes them: the line after every command."""

from collections.abc import Iterable

from pipelines.names import group_name
from pipelines.serving.endpoints.capacity import Capacity, Instances
from pipelines.serving.endpoints.state import Endpoint
from pipelines.settings.fields import Task
from pipelines.settings.sentences import Sentence
from pipelines.target.connection import CommandContext


def cost_line(context: CommandContext, endpoint: Endpoint) -> Sentence:
    """Describe what an endpoint costs and how to delete it, in one line."""
    return _line(context, endpoint.name, endpoint.capacity)


def costs_of_deployed(context: CommandContext, tasks: Iterable[Task], instance_type: str) -> list[Sentence]:
    """Describe what the endpoints of a pipeline with ``--deploy`` will cost, and how to delete them."""
    names = [group_name(context.settings.pipeline_name, task) for task in tasks]
    capacity = Instances(instance_type, 1)
    return [Sentence.of("{name}: {cost}", name=name, cost=_line(context, name, capacity)) for name in names]


def cost_of(context: CommandContext, endpoint: Endpoint) -> float | None:
    """Return the price of one hour without requests; None if it is unknown."""
    return endpoint.capacity.cost_per_hour(context.prices) if endpoint.capacity else None


def price_in_words(cost: float | None) -> str:
    """Write a price for a table."""
    return "unknown" if cost is None else f"{cost:.3f}"


def cost_prefix(context: CommandContext) -> Sentence:
    """Begin a sentence about costs."""
    return Sentence.of("Locally it costs nothing; on AWS:" if context.connection.name == "local" else "Cost:")


def _line(context: CommandContext, name: str, capacity: Capacity | None) -> Sentence:
    return Sentence.of(
        "{where} {cost}. Delete it with: {command}",
        where=cost_prefix(context),
        cost=capacity.cost_in_words(context.prices) if capacity else Sentence.of("its cost is unknown"),
        command=context.command(f"endpoint delete --name {name}"),
    )
