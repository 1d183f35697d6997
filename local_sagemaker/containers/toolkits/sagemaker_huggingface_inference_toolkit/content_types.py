"""Content types by name."""

from __future__ import annotations

from local_sagemaker.containers.toolkits.sagemaker_containers._content_types import (
    ANY,
    CSV,
    JSON,
    NPY,
    OCTET_STREAM,
    UTF8_TYPES,
)

__all__ = ["ANY", "CSV", "JSON", "NPY", "OCTET_STREAM", "UTF8_TYPES"]
