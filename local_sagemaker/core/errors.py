"""The errors of this service, as one tree.

::

    LocalServiceError
    ├── StateDirectoryError          the state directory cannot be used
    ├── AddressError                 the port of the endpoint is not available
    ├── ObjectStoreError             a bucket or an object does not exist
    ├── PathError                    a name leads out of its folder
    ├── ExpressionError              an expression of a definition cannot be resolved
    └── ApiError                     returned to the client with SageMaker's own error code
        ├── ValidationException
        │   └── DefinitionError      the pipeline definition is invalid
        ├── SerializationException
        ├── ResourceNotFound
        ├── ResourceInUse
        ├── ResourceLimitExceeded
        ├── InsufficientStorage      the disk of the state directory is full, or fails
        ├── ConflictException
        └── ModelError               the container behind an endpoint returned an error
"""


class LocalServiceError(Exception):
    """The base of all errors of this service."""


class StateDirectoryError(LocalServiceError):
    """The state directory cannot be used."""


class AddressError(LocalServiceError):
    """The port of the endpoint is not available."""


class ObjectStoreError(LocalServiceError):
    """A bucket or an object does not exist, or its URI is invalid."""


class PathError(LocalServiceError):
    """A name from outside leads out of its folder."""


class ExpressionError(LocalServiceError):
    """An expression of a pipeline definition cannot be resolved."""


class ApiError(LocalServiceError):
    """An error response of the API; ``code`` is its ``__type``."""

    code = "InternalFailure"
    status = 400


class ValidationException(ApiError):
    """The request is invalid."""

    code = "ValidationException"


class DefinitionError(ValidationException):
    """The pipeline definition is invalid."""

    def __init__(self, reason: str) -> None:
        # The service begins all its findings with this sentence, except this one (aws/sagemaker-python-sdk issue 4867).
        typed = reason.startswith("Cannot assign property reference")
        super().__init__(reason if typed else f"Unable to parse pipeline definition. {reason}")
        self.reason = reason


class SerializationException(ApiError):
    """The request is not JSON, or a member has another JSON type than its shape."""

    code = "SerializationException"


class ResourceNotFound(ApiError):
    """The resource does not exist."""

    code = "ResourceNotFound"


class ResourceInUse(ApiError):
    """The name is already in use."""

    code = "ResourceInUse"


class ResourceLimitExceeded(ApiError):
    """A limit of the account is reached."""

    code = "ResourceLimitExceeded"


class InsufficientStorage(ApiError):
    """The disk of the state directory is full or fails. AWS has no such error, and clients do not retry it."""

    code = "InsufficientStorage"


class ConflictException(ApiError):
    """The state of the resource does not allow the operation."""

    code = "ConflictException"


class ModelError(ApiError):
    """The container behind an endpoint returned an error."""

    code = "ModelError"
    status = 424

    def __init__(self, message: str, *, original_status: int, original_message: str, log_stream: str) -> None:
        super().__init__(message)
        self.original_status = original_status
        self.original_message = original_message
        self.log_stream = log_stream
