"""The panel of one step: what made its inputs, what it made, and why it ran."""

from collections.abc import Mapping, Sequence
from typing import Any

from local_sagemaker.definition.parse import DefinitionError, parse
from local_sagemaker.definition.parse import Step as DefinedStep
from pipelines.aws.responses import last_part
from pipelines.execution.description import links_of
from pipelines.execution.logs import log_of
from pipelines.execution.pipeline import Step
from pipelines.studio.queries.graph import Graph, makers_of, named
from pipelines.studio.queries.index import Entry
from pipelines.studio.queries.watched import Opened
from pipelines.studio.state import Studio
from pipelines.studio.views.chart import curves_chart
from pipelines.studio.views.lookup import Place

MOST_CHANGES = 8
"""Arguments that the panel shows of those that kept a step from the cache."""


def panel_of(studio: Studio, place: Place, opened: Opened, graph: Graph | None, name: str) -> Mapping[str, Any] | None:
    """Return what the panel of a step shows; None if no step is chosen."""
    node = named(graph, name) if graph else None
    step = next((step for step in opened.progress.steps if step.name == name), None)
    if node is None and step is None:
        return None
    defined = _defined(opened, name)
    panel = {
        "name": name,
        "title": node.title if node else name,
        "type": node.type if node else "",
        "status": node.status if node else step.status if step else "",
        "step": step,
        "makers": makers_of(defined) if defined else {},
    }
    return {**panel, **(_of_started(studio, place, opened, step, defined) if step else _NOTHING)}


_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("made", "miss", "curves", "cached_from")),
    "links": {},
    "has_log": False,
    "most_changes": MOST_CHANGES,
}


def _of_started(
    studio: Studio, place: Place, opened: Opened, step: Step, defined: DefinedStep | None
) -> Mapping[str, Any]:
    made = studio.made.get(studio.sagemaker, step)
    curves = studio.curves.get(studio.client("logs"), step, made) if made else {}
    return {
        **_NOTHING,
        "made": made,
        "miss": studio.misses.get(studio.sagemaker, studio.made, step, defined, _earlier(studio, place, opened)),
        "curves": curves_chart(curves),
        "cached_from": f"{place.pipeline}/{last_part(step.cached_from)}" if step.cached_from else None,
        "links": links_of(studio.context.connection.region, step) if studio.context.on_aws else {},
        "has_log": log_of(step) is not None,
    }


def _defined(opened: Opened, name: str) -> DefinedStep | None:
    try:
        return parse(opened.definition.text).steps.get(name)
    except DefinitionError:
        return None


def _earlier(studio: Studio, place: Place, opened: Opened) -> Sequence[Entry]:
    """Return the executions of the pipeline before this one, the latest first."""
    began = opened.progress.started
    others = [
        each for each in studio.index.entries if each.pipeline == place.pipeline and each.summary.arn != place.arn
    ]
    return [each for each in others if began is not None and each.summary.started < began]
