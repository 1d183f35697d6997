"""Resources that a command creates for itself and deletes when it ends, however it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_GONE = ("Could not find", "does not exist", "ResourceNotFound")
"""Parts of the service's messages for a resource that does not exist."""


def is_gone(error: Exception) -> bool:
    """Whether an error means that the resource to delete does not exist."""
    return any(words in str(error) for words in _GONE)


@contextmanager
def deleted_after(delete: Callable[..., Any], **name: str) -> Iterator[None]:
    """Delete a resource that is created in this block, if it was.

    Enter the block before you create the resource, so that an interruption cannot fall between the two. ``delete`` is
    an operation of a boto3 client, ``name`` its arguments.
    """
    from botocore.exceptions import ClientError

    try:
        yield
    finally:
        try:
            delete(**name)
        except ClientError as error:
            if not is_gone(error):
                raise
