"""The list of all executions."""

from starlette.requests import Request
from starlette.responses import Response

from pipelines.studio.queries.listing import Wanted, page_of
from pipelines.studio.state import studio_of
from pipelines.studio.views.rendering import render

STATUSES = ("Executing", "Stopping", "Stopped", "Failed", "Succeeded")
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html"""


def executions(request: Request) -> Response:
    """Show the executions that the address selects; this calls no API."""
    studio = studio_of(request)
    wanted = Wanted.of(request.query_params, request.query_params.getlist("column"))
    page = page_of(studio.index.entries, studio.details, wanted)
    studio.poller.hurry()
    pipelines, own = sorted(studio.index.arns), studio.context.pipeline
    return render(
        request,
        "executions.html",
        wanted=wanted,
        page=page,
        statuses=STATUSES,
        pipelines=pipelines,
        own=own if own in pipelines else next(iter(pipelines), ""),
    )
