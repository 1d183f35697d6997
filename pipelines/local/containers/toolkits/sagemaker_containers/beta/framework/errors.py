"""The toolkit's errors."""

from __future__ import annotations

from pipelines.local.containers.errors import ClientError
from pipelines.local.containers.inference_toolkit.codecs import UnsupportedFormatError

__all__ = ["ClientError", "UnsupportedFormatError"]
