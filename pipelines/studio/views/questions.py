"""The page between a button and what it does: it names what changes and costs, and has the form that does it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pipelines.studio.views.rendering import render

JOBS_COST = "Its jobs cost money in your AWS account."
ENDPOINT_COSTS = "It costs money in your AWS account."


@dataclass(frozen=True)
class Question:
    """What is asked, and what happens then; both are keys of the translations."""

    title: str
    effect: str


def confirm(
    request: Request,
    question: Question,
    subject: str,
    back: str,
    *,
    items: Sequence[str] = (),
    warning: str = "",
    comment: str | None = None,
    template: str = "confirm.html",
    **more: Any,
) -> Response:
    """Ask; a ``comment`` that is not None is the content of a field for one.

    The form has a number that is used ``once``, by which a second click on its button is known. Another ``template``
    extends the page, with ``more`` values.
    """
    return render(
        request,
        template,
        question=question,
        subject=subject,
        back=back,
        items=items,
        warning=warning,
        comment=comment,
        once=secrets.token_hex(16),
        **more,
    )
