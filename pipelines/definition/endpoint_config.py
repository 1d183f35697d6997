"""What all endpoints of this project have, whoever makes them, a command or a pipeline: variant, tags, data capture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.names import Layout

VARIANT = "AllTraffic"
"""The one variant, under the name that SageMaker's own tools give it."""

PACKAGE = "model-package"
"""On an endpoint's configuration: the registered version that it serves."""

ENDPOINT = "endpoint"
"""On a configuration or a model: the endpoint that it was made for, with which it goes."""

NEVER = "never"


def expiry_from_now(hours: int) -> str:
    """Write when an endpoint that is made now has outlived its time; 0 hours is never."""
    return NEVER if hours == 0 else f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def expiry_after(hours: int) -> str:
    """Write the same for an endpoint that is made later, as a duration of ISO 8601."""
    return NEVER if hours == 0 else f"PT{hours}H"


def read_expiry(text: str | None, configured: datetime) -> datetime | None:
    """Read the tag; None is never.

    Parameters
    ----------
    text
        The tag's value, if there is one.
    configured
        When the endpoint's configuration was made, from which durations count.

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
        return None  # somebody else's tag of that name


def data_capture(percentage: int, layout: Layout) -> dict[str, Any] | None:
    """Give the DataCaptureConfig that keeps questions and answers, as text where they are text; None for 0 percent."""
    if percentage == 0:
        return None
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": percentage,
        "DestinationS3Uri": layout.captured,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
