"""A step's log: pieces for the page, and all of it as a file."""

from collections.abc import Iterator
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from pipelines.execution.logs import log_lines
from pipelines.execution.lookup import find_step
from pipelines.execution.pipeline import FINISHED, Step
from pipelines.studio.state import studio_of
from pipelines.studio.views.lookup import place_of
from pipelines.studio.views.rendering import attachment


def log(request: Request) -> Response:
    """Serve a piece of a log as JSON: its end, or what the token ``at`` leads to."""
    studio, query = studio_of(request), request.query_params
    step = _step(request)
    piece = studio.tails.piece(studio.client("logs"), step, query.get("stream", ""), query.get("at", ""))
    return JSONResponse({**asdict(piece), "ended": step.status in FINISHED})


def download(request: Request) -> Response:
    """Serve a whole log as a text file."""
    client, step = studio_of(request).client("logs"), _step(request)

    def lines() -> Iterator[str]:
        for line in log_lines(client, step):
            yield f"{line}\n"

    return StreamingResponse(lines(), media_type="text/plain; charset=utf-8", headers=attachment(f"{step.name}.log"))


def _step(request: Request) -> Step:
    studio = studio_of(request)
    progress = studio.watched.get(studio.sagemaker, place_of(request).arn).progress
    return find_step(progress, request.path_params["step"])
