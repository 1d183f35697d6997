"""Settings of a batch transform's requests: from the request, else from the container, else the default."""

from __future__ import annotations

from typing import Any

import pytest

from local_sagemaker.jobs.errors import RequestError
from local_sagemaker.jobs.transform.settings import TransformSettings

CONTAINER = {"MaxConcurrentTransforms": 8, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 10}
REQUEST = {"MaxConcurrentTransforms": 2, "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1}


def test_default_payload_settings() -> None:
    settings = TransformSettings.of({}, {})
    assert (settings.max_payload_mb, settings.concurrent, settings.strategy) == (6, 1, "MULTI_RECORD")


def test_default_timeout_and_retries() -> None:
    settings = TransformSettings.of({}, {})
    assert (settings.timeout_seconds, settings.retries) == (600, 3)
    request = {"ModelClientConfig": {"InvocationsTimeoutInSeconds": 5, "InvocationsMaxRetries": 0}}
    settings = TransformSettings.of(request, {})
    assert (settings.timeout_seconds, settings.retries) == (5, 0)


@pytest.mark.parametrize(
    ("request_", "container", "expected"),
    [
        (REQUEST, CONTAINER, (2, "MULTI_RECORD", 1)),
        ({}, CONTAINER, (8, "SINGLE_RECORD", 10)),
        ({"MaxPayloadInMB": 3}, {"MaxConcurrentTransforms": 4}, (4, "MULTI_RECORD", 3)),
    ],
)
def test_request_before_container_before_default(
    request_: dict[str, Any], container: dict[str, Any], expected: tuple[int, str, int]
) -> None:
    settings = TransformSettings.of(request_, container)
    assert (settings.concurrent, settings.strategy, settings.max_payload_mb) == expected


def test_payload_of_0_mb_has_no_limit() -> None:
    assert TransformSettings.of({"MaxPayloadInMB": 0}, CONTAINER).max_payload_bytes is None
    assert TransformSettings.of({"MaxPayloadInMB": 2}, CONTAINER).max_payload_bytes == 2 * 1024**2


@pytest.mark.parametrize(("megabytes", "concurrent"), [(101, 1), (51, 2)])
def test_over_100_mb_in_flight_is_refused(megabytes: int, concurrent: int) -> None:
    request = {"MaxPayloadInMB": megabytes, "MaxConcurrentTransforms": concurrent}
    with pytest.raises(RequestError, match="must not be more than 100 MB"):
        TransformSettings.of(request, {}).require_possible()
    TransformSettings.of({**request, "MaxPayloadInMB": 100 // concurrent}, {}).require_possible()
