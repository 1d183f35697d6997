"""Endpoints: what they serve and cost, questions to them, and their end."""

import tempfile
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.errors import BadInput, PipelineError
from pipelines.models.features import code_folder, trusted_prefixes
from pipelines.models.registry import RegisteredModel, read_metadata
from pipelines.names import Layout, monitor_name, own_prefixes
from pipelines.serving.endpoints.costs import cost_of
from pipelines.serving.endpoints.deletion import delete as delete_endpoint
from pipelines.serving.endpoints.input_rows import name_the_row, rows_as_file
from pipelines.serving.endpoints.invocation import Answered, invoke, served_model
from pipelines.serving.endpoints.state import Endpoint, find_endpoint
from pipelines.studio.queries.endpoints import Verdict, captured_calls, fields_of, last_verdict, newest_of_ours
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.questions import Question, confirm
from pipelines.studio.views.rendering import render

DELETE = Question(
    "Delete this endpoint?",
    "It answers no more and costs nothing from then on. Its configuration and the model that was created for it are "
    "deleted, too; the registered version stays.",
)
HISTORY, COLUMN = "history", "column:"
"""Names in the form: of the file of history, and the beginning of those of columns."""


def endpoints(request: Request) -> Response:
    """Show the endpoints of this project."""
    studio = studio_of(request)
    found = newest_of_ours(studio.sagemaker, own_prefixes(studio.context.pipeline))
    costs = [cost_of(studio.context, endpoint) for endpoint in found]
    return render(
        request,
        "endpoints.html",
        rows=list(zip(found, costs, strict=True)),
        total=sum(cost or 0 for cost in costs),
        currency=studio.context.prices.currency,
    )


def endpoint(request: Request) -> Response:
    """Show one endpoint, and a form that asks it."""
    return _page(request, *_requested(request))


def ask_endpoint(request: Request) -> Response:
    """Predict the row of the form, and show the answer above it."""
    studio, asked = _requested(request)
    try:
        answered = _answer(studio, asked, request.state.form)
    except PipelineError as error:
        return _page(request, studio, asked, problem=name_the_row(str(error), 1))
    return _page(request, studio, asked, answered=answered)


def ask_deletion(request: Request) -> Response:
    """Show what the deletion of an endpoint does."""
    studio, doomed = _requested(request)
    cost = [str(doomed.capacity.cost_in_words(studio.context.prices))] if doomed.capacity else []
    return confirm(request, DELETE, doomed.name, address(doomed.name), items=cost)


def delete(request: Request) -> Response:
    """Begin to delete an endpoint, and show the others."""
    studio, doomed = _requested(request)
    context = studio.fresh_context()
    studio.work.start(doomed.name, lambda: delete_endpoint(context, doomed), studio.poller.hurry)
    return RedirectResponse("/endpoints", HTTPStatus.SEE_OTHER)


def address(name: str) -> str:
    """Return the address of an endpoint's page."""
    return f"/endpoints/{quote(name)}"


def _requested(request: Request) -> tuple[Studio, Endpoint]:
    studio, name = studio_of(request), request.path_params["endpoint"]
    found = find_endpoint(studio.sagemaker, name)
    if found is None or not found.ours:
        raise BadInput(f"There is no endpoint {name} of this project.")
    return studio, found


def _page(
    request: Request, studio: Studio, shown: Endpoint, answered: Answered | None = None, problem: str = ""
) -> Response:
    model, fields, looks_back = None, [], False
    try:
        model = served_model(studio.sagemaker, shown)
        schema = read_metadata(studio.s3, model).schema
        trusted = trusted_prefixes(studio.context.connection.bucket, studio.context.settings)
        fields = list(fields_of(code_folder(studio.s3, model, trusted), schema))
        looks_back = bool(schema["history"])
    except PipelineError as error:
        problem = problem or str(error)
    given = dict(request.state.form) if request.method == "POST" else {HISTORY: _history(studio)}
    return render(
        request,
        "endpoint.html",
        endpoint=shown,
        model=model,
        fields=fields,
        looks_back=looks_back,
        given=given,
        answers=answered.predictions.as_json() if answered else [],
        remarks=answered.remarks if answered else [],
        problem=problem,
        calls=captured_calls(studio.s3, shown),
        verdict=_verdict(studio, model) if model else None,
        cost=cost_of(studio.context, shown),
        currency=studio.context.prices.currency,
    )


def _answer(studio: Studio, asked: Endpoint, form: dict[str, str]) -> Answered:
    row = [(name.removeprefix(COLUMN), value) for name, value in form.items() if name.startswith(COLUMN) and value]
    if not row:
        raise BadInput("Give the columns of a row.")
    history = Path(form[HISTORY]).expanduser() if form.get(HISTORY) else None
    if history is not None and not history.is_file():
        raise BadInput(f"There is no file {history}.")
    context = studio.fresh_context()
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_as_file([row], Path(folder))
        return invoke(context, asked, served_model(context.sagemaker, asked), rows, history, alone=True)


def _verdict(studio: Studio, model: RegisteredModel) -> Verdict | None:
    monitor = monitor_name(studio.context.pipeline)
    entries = [each for each in studio.index.entries if each.pipeline == monitor]
    executions = Layout(studio.context.connection.bucket, studio.context.pipeline).executions
    return last_verdict(studio.sagemaker, studio.s3, entries, executions, model)


def _history(studio: Studio) -> str:
    """Return the table of the settings, or the one that was downloaded for them, if it is a file here."""
    settings = studio.context.settings
    candidates = (Path(settings.data) if settings.data else None, settings.state_dir / "data.csv")
    return next((str(path) for path in candidates if path is not None and path.is_file()), "")
