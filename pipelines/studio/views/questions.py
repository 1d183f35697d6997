"""The page between a button and what it does: it names what changes and costs, and has the form that does it."""

from collections.abc import Sequence
from dataclasses import dataclass

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
) -> Response:
    """Ask; a ``comment`` that is not None is the content of a field for one."""
    return render(
        request,
        "confirm.html",
        question=question,
        subject=subject,
        back=back,
        items=items,
        warning=warning,
        comment=comment,
    )
