"""Everything that can go wrong in this service, as one tree.

::

    LocalServiceError
    ├── StateDirectoryError          the state directory cannot be used
    ├── AddressError                 the port of the endpoint cannot be had
    ├── ObjectStoreError             a bucket or an object is not there
    ├── ExpressionError              an expression of a definition cannot be resolved
    └── ApiError                     answered to the client, with SageMaker's own code
        ├── ValidationException
        │   └── DefinitionError      the pipeline definition itself is wrong
        ├── SerializationException
        ├── ResourceNotFound
        ├── ResourceInUse
        ├── ResourceLimitExceeded
        ├── ConflictException
        └── ModelError               the container behind an endpoint answered with an error
"""

from __future__ import annotations


class LocalServiceError(Exception):
    """Anything this service says no to."""


class StateDirectoryError(LocalServiceError):
    """The state directory cannot be used."""


class AddressError(LocalServiceError):
    """The port of the endpoint cannot be had."""


class ObjectStoreError(LocalServiceError):
    """A bucket or an object is not there, or its URI is not one."""


class ExpressionError(LocalServiceError):
    """An expression of a pipeline definition cannot be resolved."""


class ApiError(LocalServiceError):
    """An answer of the API other than success; ``code`` is its ``__type``."""

    code = "InternalFailure"
    status = 400


class ValidationException(ApiError):
    """The request is not one that the service takes."""

    code = "ValidationException"


class DefinitionError(ValidationException):
    """The pipeline definition is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Unable to parse pipeline definition. {reason}")
        self.reason = reason


class SerializationException(ApiError):
    """The request is not JSON, or a member has another JSON type than its shape."""

    code = "SerializationException"


class ResourceNotFound(ApiError):
    """There is no such resource."""

    code = "ResourceNotFound"


class ResourceInUse(ApiError):
    """The name is taken."""

    code = "ResourceInUse"


class ResourceLimitExceeded(ApiError):
    """A limit of the account is reached."""

    code = "ResourceLimitExceeded"


class ConflictException(ApiError):
    """The resource's state does not allow it."""

    code = "ConflictException"


class ModelError(ApiError):
    """The container behind an endpoint answered with an error of its own."""

    code = "ModelError"
    status = 424

    def __init__(self, message: str, *, original_status: int, original_message: str, log_stream: str) -> None:
        super().__init__(message)
        self.original_status = original_status
        self.original_message = original_message
        self.log_stream = log_stream
