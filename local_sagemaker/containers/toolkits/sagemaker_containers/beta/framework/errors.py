"""The toolkit's errors."""

from __future__ import annotations

from local_sagemaker.containers.errors import ClientError, UnsupportedFormatError

__all__ = ["ClientError", "UnsupportedFormatError"]
