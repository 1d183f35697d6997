"""The settings of a batch transform's requests."""

from dataclasses import dataclass
from typing import Any, Self

from local_sagemaker.core.core import Request
from local_sagemaker.jobs.errors import RequestError

DEFAULT_MAX_PAYLOAD_MB = 6
DEFAULT_CONCURRENT_TRANSFORMS = 1
DEFAULT_TIMEOUT_SECONDS = 600
DEFAULT_RETRIES = 3

MOST_MB_AT_ONCE = 100
"""The maximum size of all payloads that are sent in parallel."""


@dataclass(frozen=True)
class TransformSettings:
    """The settings of requests: the job's, else the container's, else the defaults."""

    single_record: bool
    max_payload_mb: int
    concurrent: int
    timeout_seconds: float
    retries: int

    @classmethod
    def of(cls, request: Request, defaults: dict[str, Any]) -> Self:
        """Combine a request with the container's ``/execution-parameters``."""
        client = request.get("ModelClientConfig", {})
        strategy = request.get("BatchStrategy") or defaults.get("BatchStrategy", "MULTI_RECORD")
        return cls(
            single_record=strategy in ("SingleRecord", "SINGLE_RECORD"),
            max_payload_mb=request.get("MaxPayloadInMB", defaults.get("MaxPayloadInMB", DEFAULT_MAX_PAYLOAD_MB)),
            concurrent=request.get("MaxConcurrentTransforms")
            or defaults.get("MaxConcurrentTransforms", DEFAULT_CONCURRENT_TRANSFORMS),
            timeout_seconds=client.get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_SECONDS),
            retries=client.get("InvocationsMaxRetries", DEFAULT_RETRIES),
        )

    @property
    def strategy(self) -> str:
        """The batch strategy in the form that containers expect."""
        return "SINGLE_RECORD" if self.single_record else "MULTI_RECORD"

    @property
    def max_payload_bytes(self) -> int | None:
        """The maximum size of a payload in bytes; 0 MB means no limit."""
        return self.max_payload_mb * 1024**2 or None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables for the container."""
        return {
            "SAGEMAKER_BATCH": "true",
            "SAGEMAKER_BATCH_STRATEGY": self.strategy,
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(self.max_payload_mb),
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(self.concurrent),
        }

    def require_possible(self) -> None:
        """Check the size of parallel payloads. Raises RequestError if the size is over SageMaker's limit."""
        if self.max_payload_mb * self.concurrent > MOST_MB_AT_ONCE:
            raise RequestError(
                f"MaxConcurrentTransforms times MaxPayloadInMB must not be more than {MOST_MB_AT_ONCE} MB; "
                f"they are {self.concurrent} and {self.max_payload_mb}."
            )
