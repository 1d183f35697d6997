"""Capacity of an endpoint: instances that always run, or serverless memory that is billed while it computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.aws.prices import Prices
from pipelines.settings.sentences import Sentence


@dataclass(frozen=True)
class Instances:
    """A number of instances of one type."""

    instance_type: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} x {self.instance_type}"

    def variant(self) -> dict[str, Any]:
        """Return its members of a ProductionVariant."""
        return {"InstanceType": self.instance_type, "InitialInstanceCount": self.count}

    def cost_per_hour(self, prices: Prices) -> float | None:
        """Return the price of one hour, with or without requests; None if the type's price is unknown."""
        return prices.per_hour("hosting", self.instance_type, self.count)

    def cost_in_words(self, prices: Prices) -> Sentence:
        """Describe its cost."""
        cost = self.cost_per_hour(prices)
        if cost is None:
            return Sentence.of("the price of {what} is not in the list (name yours with --prices)", what=str(self))
        pattern = "{cost} {currency} per hour for {what} ({origin})"
        return Sentence.of(pattern, cost=f"{cost:.3f}", currency=prices.currency, what=str(self), origin=prices.origin)


@dataclass(frozen=True)
class Serverless:
    """Memory in MB, and the most requests at once."""

    memory_mb: int
    max_concurrency: int

    def __str__(self) -> str:
        return f"serverless, {self.memory_mb} MB, at most {self.max_concurrency} requests at once"

    def variant(self) -> dict[str, Any]:
        """Return its members of a ProductionVariant."""
        return {"ServerlessConfig": {"MemorySizeInMB": self.memory_mb, "MaxConcurrency": self.max_concurrency}}

    def cost_per_hour(self, prices: Prices) -> float | None:  # noqa: ARG002 - the same signature as of instances
        """Return the price of one hour without requests."""
        return 0.0

    def cost_in_words(self, prices: Prices) -> Sentence:
        """Describe its cost."""
        second = f"{prices.serverless_second(self.memory_mb):.5f}"
        pattern = "{cost} {currency} per second of computing, nothing in between ({origin})"
        return Sentence.of(pattern, cost=second, currency=prices.currency, origin=prices.origin)


Capacity = Instances | Serverless


def capacity_of(variant: Mapping[str, Any], summary: Mapping[str, Any]) -> Capacity:
    """Read the capacity of a ProductionVariant.

    Its summary, from DescribeEndpoint, has the current number of instances; it may be empty.
    """
    serverless = variant.get("ServerlessConfig")
    if serverless:
        return Serverless(serverless["MemorySizeInMB"], serverless["MaxConcurrency"])
    count = summary.get("CurrentInstanceCount", variant.get("InitialInstanceCount", 1))
    return Instances(variant["InstanceType"], count)
