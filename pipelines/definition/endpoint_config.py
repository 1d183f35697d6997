"""Variant, tags and data capture of all endpoints, whether a command or a pipeline creates them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.names import Layout

VARIANT = "AllTraffic"
"""The only variant, by the name that SageMaker's own tools use."""

PACKAGE = "model-package"
"""Tag of an endpoint configuration: the registered version that it serves."""

ENDPOINT = "endpoint"
"""Tag of a configuration or a model: the endpoint for which it was created, and with which it is deleted."""

NEVER = "never"


def expiry_from_now(hours: int) -> str:
    """The expiry tag of an endpoint that is created now; 0 hours is never."""
    return NEVER if hours == 0 else f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def expiry_after(hours: int) -> str:
    """The expiry tag of an endpoint that is created later, as an ISO 8601 duration."""
    return NEVER if hours == 0 else f"PT{hours}H"


def read_expiry(text: str | None, configured: datetime) -> datetime | None:
    """Read an expiry tag (None without a tag) of an endpoint; its durations count from ``configured``. None is never.

    Examples
    --------
    >>> read_expiry("PT24H", datetime(2026, 1, 1, tzinfo=UTC)).isoformat()
    '2026-01-02T00:00:00+00:00'
    """
    if text is None or text == NEVER:
        return None
    try:
        if text.startswith("PT") and text.endswith("H"):
            return configured + timedelta(hours=int(text[2:-1]))
        return datetime.fromisoformat(text)
    except ValueError:
        return None  # another tool's tag of that name


def data_capture(percentage: int, layout: Layout) -> dict[str, Any] | None:
    """The DataCaptureConfig that stores requests and responses, text as text; None for 0 percent."""
    if percentage == 0:
        return None
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": percentage,
        "DestinationS3Uri": layout.captured,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
