"""What a command makes in the service for itself, and takes away again however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_GONE = ("Could not find", "does not exist", "ResourceNotFound")
"""In the service's words: there is no such thing."""


def is_gone(error: Exception) -> bool:
    """Tell whether what was to be deleted is not there (any more)."""
    return any(words in str(error) for words in _GONE)


@contextmanager
def deleted_after(delete: Callable[..., Any], **name: str) -> Iterator[None]:
    """Delete what is made in this block under a name, if it has come to that.

    The block is entered before the thing is made, so that an interruption cannot fall between the two.

    Parameters
    ----------
    delete
        An operation of a boto3 client.
    name
        What it takes.
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
