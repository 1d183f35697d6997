"""The toolkit's errors."""

from local_sagemaker.containers.errors import ToolkitClientError as ClientError
from local_sagemaker.containers.errors import UnsupportedFormatError

__all__ = ["ClientError", "UnsupportedFormatError"]
