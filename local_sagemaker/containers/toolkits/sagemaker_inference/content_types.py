"""Content types by name."""

from local_sagemaker.containers.toolkits.sagemaker_containers._content_types import (
    ANY,
    CSV,
    JSON,
    NPY,
    NPZ,
    OCTET_STREAM,
    UTF8_TYPES,
)

__all__ = ["ANY", "CSV", "JSON", "NPY", "NPZ", "OCTET_STREAM", "UTF8_TYPES"]
