"""Responses of AWS's APIs: all pages of a list, a resource that may be missing, and the name in an ARN."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
"""Codes by which AWS refuses a call for want of a permission."""


def listed(client: Any, operation: str, member: str, **request: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of every page of a list: of ``list_endpoints`` for example, whose ``member`` is ``Endpoints``."""
    for page in client.get_paginator(operation).paginate(**request):
        yield from page.get(member, [])


def or_none(call: Callable[..., Any], missing: Collection[str], **request: Any) -> Any:
    """Call an operation; None if its error has one of the codes for a missing resource."""
    from botocore.exceptions import ClientError

    try:
        return call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] not in missing:
            raise
        return None


def unless_of_others(call: Callable[..., Any], name: str, own: tuple[str, ...]) -> Any:
    """Call an operation on a resource from a list; None if AWS refuses, and the name does not begin as our names do.

    A list contains the resources of everybody in the account, and the policies of the stack allow access to ours only.
    """
    # For a resource of our own a refusal stays an error: a teardown must not leave it, and its costs, in silence.
    return or_none(call, () if name.startswith(own) else DENIED)


def last_part(arn: str) -> str:
    """Return what follows the last slash of an ARN or of an address: a name, a version, an id.

    Examples
    --------
    >>> last_part("arn:aws:sagemaker:us-east-1:123456789012:endpoint/bikes")
    'bikes'
    """
    return arn.rsplit("/", 1)[-1]
