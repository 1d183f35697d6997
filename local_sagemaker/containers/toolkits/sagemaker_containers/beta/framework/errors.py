"""The toolkit's errors."""

from __future__ import annotations

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.inference_toolkit.codecs import UnsupportedFormatError

__all__ = ["ClientError", "UnsupportedFormatError"]
