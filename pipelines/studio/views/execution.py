"""One execution: its graph or one of the other tabs, and the panel of a step."""

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from local_sagemaker.definition.parse import DefinitionError
from pipelines.execution.changes import RETRIED
from pipelines.studio.queries import documents
from pipelines.studio.queries.graph import Graph, graph_of, timeline_of
from pipelines.studio.queries.watched import Opened
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.lookup import place_of
from pipelines.studio.views.panel import panel_of
from pipelines.studio.views.rendering import render

TABS = ("graph", "timeline", "parameters", "definition", "report", "data", "predictions")


def execution(request: Request) -> Response:
    """Show an execution; this calls the API for what the tab and the panel show, if it has not been read."""
    studio, place = studio_of(request), place_of(request)
    opened = studio.watched.get(studio.sagemaker, place.arn)
    studio.poller.hurry()
    tabs = [tab for tab in TABS if tab not in _missing_tabs(opened)]
    tab = request.query_params.get("tab", "")
    tab = tab if tab in tabs else tabs[0]
    graph = _graph(opened)
    return render(
        request,
        "execution.html",
        place=place,
        opened=opened,
        progress=opened.progress,
        tabs=tabs,
        tab=tab,
        graph=graph,
        retryable=opened.progress.status in RETRIED and all(step.type != "Fail" for step in opened.progress.steps),
        panel=panel_of(studio, place, opened, graph, request.query_params.get("step", "")),
        **_content(studio, opened, tab, request.query_params.get("of", "")),
    )


def definition(request: Request) -> Response:
    """Serve the definition that an execution runs, as JSON."""
    studio, place = studio_of(request), place_of(request)
    text = studio.watched.get(studio.sagemaker, place.arn).definition.text
    return PlainTextResponse(text, media_type="application/json")


def _graph(opened: Opened) -> Graph | None:
    try:
        return graph_of(opened)
    except (DefinitionError, ValueError):  # ValueError: steps that wait for each other
        return None


def _missing_tabs(opened: Opened) -> list[str]:
    there = {
        "graph": bool(opened.types),
        "report": bool(documents.evaluated(opened.progress)),
        "data": documents.has_data_page(opened.progress),
        "predictions": bool(documents.predicted(opened.progress)),
    }
    return [tab for tab, is_there in there.items() if not is_there]


def _content(studio: Studio, opened: Opened, tab: str, of: str) -> dict[str, Any]:
    """Return what only one tab shows; ``of`` names an evaluation."""
    content: dict[str, Any] = {"bars": (), "evaluations": (), "evaluation": None, "predictions": None}
    if tab == "timeline":
        content["bars"] = timeline_of(opened.progress)
    elif tab in ("report", "predictions"):
        content["evaluations"] = (documents.evaluated if tab == "report" else documents.predicted)(opened.progress)
        chosen = documents.find_evaluation(opened.progress, of)
        content["evaluation"] = chosen if chosen in content["evaluations"] else content["evaluations"][0]
    if tab == "predictions":
        text = documents.predictions(studio.sagemaker, studio.s3, opened.progress, content["evaluation"])
        content["predictions"] = documents.first_rows(text)
    return content
