"""What an endpoint runs on: instances that always run, or memory that is paid while it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.aws.prices import Prices


@dataclass(frozen=True)
class Instances:
    """So many instances of a type."""

    instance_type: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} x {self.instance_type}"

    def variant(self) -> dict[str, Any]:
        """Give its part of a ProductionVariant."""
        return {"InstanceType": self.instance_type, "InitialInstanceCount": self.count}

    def cost_per_hour(self, prices: Prices) -> float | None:
        """Price of one hour, asked or not; None where the price of the type is not known."""
        return prices.per_hour("hosting", self.instance_type, self.count)

    def cost_in_words(self, prices: Prices) -> str:
        """Say what it costs."""
        cost = self.cost_per_hour(prices)
        if cost is None:
            return f"what {self} costs is not in the list of prices (name yours with --prices)"
        return f"{cost:.3f} {prices.currency} per hour for {self} ({prices.origin})"


@dataclass(frozen=True)
class Serverless:
    """Memory in MB for each of so many requests at once."""

    memory_mb: int
    max_concurrency: int

    def __str__(self) -> str:
        return f"serverless, {self.memory_mb} MB, at most {self.max_concurrency} requests at once"

    def variant(self) -> dict[str, Any]:
        """Give its part of a ProductionVariant."""
        return {"ServerlessConfig": {"MemorySizeInMB": self.memory_mb, "MaxConcurrency": self.max_concurrency}}

    def cost_per_hour(self, prices: Prices) -> float | None:  # noqa: ARG002 - as instances have it
        """Price of one hour in which nobody asks."""
        return 0.0

    def cost_in_words(self, prices: Prices) -> str:
        """Say what it costs."""
        second = prices.serverless_second(self.memory_mb)
        return f"{second:.5f} {prices.currency} per second of answering and nothing between ({prices.origin})"


Capacity = Instances | Serverless


def capacity_of(variant: Mapping[str, Any], summary: Mapping[str, Any]) -> Capacity:
    """Read what a variant runs on.

    Parameters
    ----------
    variant
        The ProductionVariant of the configuration.
    summary
        What DescribeEndpoint says of it, which knows how many instances there are now; may be empty.
    """
    serverless = variant.get("ServerlessConfig")
    if serverless:
        return Serverless(serverless["MemorySizeInMB"], serverless["MaxConcurrency"])
    count = summary.get("CurrentInstanceCount", variant.get("InitialInstanceCount", 1))
    return Instances(variant["InstanceType"], count)
