"""The start of an execution: a form of its parameters, then what it would cost, then the start."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.aws.responses import last_part
from pipelines.errors import BadInput
from pipelines.execution import pipeline as executions
from pipelines.execution.estimate import Estimate, seconds_of_last
from pipelines.execution.lookup import parameters_of
from pipelines.execution.parameters import FOUND
from pipelines.studio.queries.listing import PARAMETER
from pipelines.studio.queries.starting import Startable, startable
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.lookup import Place, find_place
from pipelines.studio.views.questions import JOBS_COST, Question, confirm
from pipelines.studio.views.rendering import render

START = Question(
    "Start this execution?",
    "A new execution of the pipeline's present definition runs with these parameters and the defaults of the others.",
)
NAME, LIKE = "name", "like"
"""Parameters of the address: the display name, and the id of an execution whose parameters fill the form."""


def start_form(request: Request) -> Response:
    """Show the parameters of a pipeline, filled as the address says."""
    return _form(request, *_requested(request))


def ask_start(request: Request) -> Response:
    """Show what would start, and what it costs; or the form again if a value cannot be used."""
    studio, pipeline = _requested(request)
    try:
        chosen = _chosen(request, pipeline)
    except BadInput as error:
        return _form(request, studio, pipeline, str(error).removeprefix("--parameter "))
    return confirm(
        request,
        START,
        " · ".join(filter(None, (pipeline.name, request.query_params.get(NAME)))),
        f"/start/{quote(pipeline.name)}?{request.url.query}",
        items=[f"{name}: {value}" for name, value in chosen.items()],
        warning=JOBS_COST if studio.context.on_aws else "",
        template="confirm_start.html",
        estimate=_estimate(studio, pipeline, chosen),
    )


def start(request: Request) -> Response:
    """Start it, and show it."""
    studio, pipeline = _requested(request)
    chosen = _chosen(request, pipeline)
    parameters = pipeline.complete(chosen, studio.sagemaker, studio.s3)
    name, once = request.query_params.get(NAME), request.state.form.get("once")
    arn = executions.start(studio.sagemaker, pipeline.name, parameters, name, once)
    studio.poller.hurry()
    return RedirectResponse(Place(pipeline.name, last_part(arn), arn).address, HTTPStatus.SEE_OTHER)


def _requested(request: Request) -> tuple[Studio, Startable]:
    studio = studio_of(request)
    return studio, startable(studio.sagemaker, request.path_params["pipeline"])


def _form(request: Request, studio: Studio, pipeline: Startable, problem: str = "") -> Response:
    given = _given(request)
    values = {each.name: each.default for each in pipeline.asked}
    values.update(given or _before(studio, pipeline, request.query_params.get(LIKE, "")))
    return render(
        request,
        "start.html",
        pipeline=pipeline,
        pipelines=sorted({pipeline.name, *studio.index.arns}),
        values=values,
        name=request.query_params.get(NAME, ""),
        problem=problem,
        prefix=PARAMETER,
    )


def _given(request: Request) -> dict[str, str]:
    query = request.query_params.items()
    return {name.removeprefix(PARAMETER): value for name, value in query if name.startswith(PARAMETER)}


def _chosen(request: Request, pipeline: Startable) -> dict[str, str]:
    if name := request.query_params.get(NAME):
        executions.check_display_name(name)
    return pipeline.check(_given(request))


def _before(studio: Studio, pipeline: Startable, like: str) -> Mapping[str, str]:
    """Return the parameters of an execution; without one, those of the latest that have no default."""
    if like:
        before = parameters_of(studio.sagemaker, find_place(studio, f"{pipeline.name}/{like}").arn)
        return {name: value for name, value in before.items() if name not in FOUND}
    latest = next((entry for entry in studio.index.entries if entry.pipeline == pipeline.name), None)
    before = parameters_of(studio.sagemaker, latest.summary.arn) if latest else {}
    return {each.name: before[each.name] for each in pipeline.asked if each.default is None and each.name in before}


def _estimate(studio: Studio, pipeline: Startable, chosen: Mapping[str, str]) -> Estimate | None:
    """Estimate the execution on AWS; durations of local steps say nothing about AWS."""
    seconds = seconds_of_last(studio.sagemaker, pipeline.name) if studio.context.on_aws else {}
    return pipeline.estimate(chosen, studio.context.prices, seconds)
