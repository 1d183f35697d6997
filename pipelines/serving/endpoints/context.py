"""Where an endpoint command works, and with what: handed to every function that calls the API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.aws.prices import Prices
from pipelines.settings import Settings
from pipelines.target import Connection

POLL_SECONDS = {"local": 0.1, "aws": 10.0}
SCALING_SERVICE = "application-autoscaling"


@dataclass(frozen=True)
class Place:
    """Settings, connection and prices, with the clients that are asked for."""

    settings: Settings
    connection: Connection
    prices: Prices

    @cached_property
    def sagemaker(self) -> Any:
        """SageMaker's client."""
        return self.connection.client("sagemaker")

    @cached_property
    def s3(self) -> Any:
        """S3's client."""
        return self.connection.client("s3")

    @cached_property
    def scaling(self) -> Any:
        """Application Auto Scaling's client."""
        return self.connection.client(SCALING_SERVICE)

    @property
    def poll_seconds(self) -> float:
        """How long to wait before the service is asked again."""
        return POLL_SECONDS[self.connection.name]

    def command(self, words: str) -> str:
        """Spell the command that does something at this very place."""
        settings, here = self.settings, self.connection.name == "local"
        more = [f"--target {self.connection.name}"]
        if here and settings.state_dir != type(settings)().state_dir:
            more.append(f"--state-dir {settings.state_dir}")
        if settings.region:
            more.append(f"--region {settings.region}")
        return " ".join(["python -m pipelines endpoint", words, *more])
