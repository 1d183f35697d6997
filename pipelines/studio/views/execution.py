"""One execution: its graph or one of the other tabs, and the panel of a step."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from local_sagemaker.definition.parse import DefinitionError
from pipelines.aws.responses import last_part
from pipelines.execution.changes import RETRIED
from pipelines.execution.description import links_of
from pipelines.execution.logs import log_of
from pipelines.studio.queries import documents
from pipelines.studio.queries.graph import Graph, graph_of, named, timeline_of
from pipelines.studio.queries.watched import Opened
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.lookup import Place, place_of
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
        panel=_panel(studio, place, opened, graph, request.query_params.get("step", "")),
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


def _panel(studio: Studio, place: Place, opened: Opened, graph: Graph | None, name: str) -> Mapping[str, Any] | None:
    """Return what the panel of a step shows; None if no step is chosen."""
    node = named(graph, name) if graph else None
    step = next((step for step in opened.progress.steps if step.name == name), None)
    if node is None and step is None:
        return None
    source = step.cached_from if step else None
    on_aws = studio.context.on_aws
    return {
        "name": name,
        "title": node.title if node else name,
        "type": node.type if node else "",
        "status": node.status if node else step.status if step else "",
        "step": step,
        "made": studio.made.get(studio.sagemaker, step) if step else None,
        "has_log": step is not None and log_of(step) is not None,
        "links": links_of(studio.context.connection.region, step) if step and on_aws else {},
        "cached_from": f"{place.pipeline}/{last_part(source)}" if source else None,
    }
