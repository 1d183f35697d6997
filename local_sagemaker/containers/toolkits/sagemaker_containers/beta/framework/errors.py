"""The toolkit's errors."""

from local_sagemaker.containers.errors import ClientError, UnsupportedFormatError

__all__ = ["ClientError", "UnsupportedFormatError"]
