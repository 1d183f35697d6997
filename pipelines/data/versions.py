"""The version of input data in S3, a part of Preprocess's cache key.

The step cache compares addresses and not content. With the version, new data under the same address is trained on.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pipelines.aws.s3 import objects_below, split_uri
from pipelines.errors import BadInput

PARAMETER = "InputDataVersion"
_DENIED = {"AccessDenied", "AllAccessDisabled", "403"}

logger = logging.getLogger(__name__)


def input_version(s3: Any, data: str, batch: str) -> str:
    """Return the version of the data and of the batch rows.

    It is the object's ETag, as EventBridge names it for new data, or a hash of all ETags if there are several objects.
    An address that cannot be listed gets the current time, so that no result comes from the cache.

    Raises `BadInput` if there is no object at an address.
    """
    from botocore.exceptions import ClientError

    try:
        objects = [each for uri in dict.fromkeys((data, batch)) for each in _objects(s3, uri)]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _DENIED:
            raise BadInput(
                f"The input data cannot be listed ({error}). Check InputDataUri and BatchInputUri."
            ) from error
        logger.warning("You may not list %s, so its version is unknown and no result comes from the cache.", data)
        return f"unknown-at-{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    tags = [each["ETag"].strip('"') for each in objects]
    return tags[0] if len(tags) == 1 else _digest(f"{each['Key']} {each['ETag']}" for each in objects)


def _objects(s3: Any, uri: str) -> list[dict[str, Any]]:
    """List the objects that a job with this input reads: those whose keys start with the address."""
    bucket, prefix = split_uri(uri)
    found = sorted(objects_below(s3, bucket, prefix), key=lambda each: str(each["Key"]))
    if not found:
        raise BadInput(f"There is no object at {uri}. Name another with --parameter InputDataUri or BatchInputUri.")
    return found


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:32]
