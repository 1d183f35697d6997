"""Registered models: the versions of a group, one of them, and its approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipelines.errors import BadInput
from pipelines.models.registry import APPROVED
from pipelines.names import group_name
from pipelines.studio.queries.lists import MODELS
from pipelines.studio.queries.models import Version, change_approval, find, groups
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.chart import Chart, versions_chart
from pipelines.studio.views.questions import Question, confirm
from pipelines.studio.views.rendering import render

REJECTED = "Rejected"
LINEAGE: Mapping[str, Sequence[str]] = {
    "Data": ("dataset", "dataset_sha256", "input_data_version", "schema_sha256"),
    "Code": ("preprocessing_code", "git_commit", "seed", "tuned"),
    "Execution": ("execution", "evaluation"),
}


@dataclass(frozen=True)
class Decision(Question):
    """Approval or rejection of a version."""

    status: str


DECISIONS = {
    "approve": Decision(
        "Approve this version?",
        "It becomes the champion, with which new models are compared. Where the stack deploys approved versions, its "
        "endpoint is created or updated, which costs money.",
        APPROVED,
    ),
    "reject": Decision(
        "Reject this version?",
        "It is neither deployed nor compared with new models any more. Endpoints that serve it go on.",
        REJECTED,
    ),
}


def models(request: Request) -> Response:
    """Show the versions of the group that the address names, else of the first one, with a metric over them."""
    studio = studio_of(request)
    own = [group_name(studio.context.pipeline, task.name) for task in studio.context.settings.table.tasks]
    names = groups(studio.sagemaker, own)
    name = request.query_params.get("group") or next(iter(names), "")
    group = studio.models.group(studio.sagemaker, studio.s3, name) if name else None
    metrics = group.metrics if group else []
    metric = request.query_params.get("metric") or next(iter(metrics), "")
    chart = _chart(group.versions, metric) if group else None
    watch = f"{MODELS}{name}" if name else ""
    return render(
        request, "models.html", names=names, group=group, metrics=metrics, metric=metric, chart=chart, watch=watch
    )


def model(request: Request) -> Response:
    """Show one version: its metrics, where it came from, and its model card."""
    studio, version = studio_of(request), requested_version(request)
    place = _execution_of(studio, version)
    return render(request, "model.html", version=version, lineage=LINEAGE, place=place)


def card(request: Request) -> Response:
    """Return the model card of a version as JSON."""
    return JSONResponse(requested_version(request).card)


def ask_decision(request: Request) -> Response:
    """Show what approval or rejection does, with a field for a comment."""
    version = requested_version(request)
    comment = version.described.get("ApprovalDescription", "")
    subject = f"{version.group}/{version.number}"
    return confirm(request, _decision(request), subject, address_of_version(version), comment=comment)


def decide(request: Request) -> Response:
    """Approve or reject a version, and show it."""
    studio, version = studio_of(request), requested_version(request)
    change_approval(studio.sagemaker, version, _decision(request).status, request.state.form.get("comment", "").strip())
    studio.poller.hurry()
    return RedirectResponse(address_of_version(version), HTTPStatus.SEE_OTHER)


def address_of_version(version: Version) -> str:
    """Return the address of a version's page."""
    return f"/models/{quote(version.group)}/{version.number}"


def _decision(request: Request) -> Decision:
    decision = DECISIONS.get(request.path_params["decision"])
    if decision is None:
        raise BadInput("There is no such page.")
    return decision


def requested_version(request: Request) -> Version:
    """Read the version that the path names.

    Raises `BadInput` if there is none.
    """
    studio, number = studio_of(request), request.path_params["version"]
    if not (number.isascii() and number.isdigit()):
        raise BadInput("There is no such page.")
    return find(studio.sagemaker, studio.s3, request.path_params["group"], int(number))


def _execution_of(studio: Studio, version: Version) -> str | None:
    """Return the key of the execution that registered a version, if the list of executions has it."""
    known = version.properties.get("execution")
    return next((entry.key for entry in studio.index.entries if entry.summary.id == known), None)


def _chart(versions: Sequence[Version], metric: str) -> Chart | None:
    known = [(each.number, each.measured.test[metric]) for each in versions if _has(each, metric) and each.measured]
    return versions_chart(sorted(known))


def _has(version: Version, metric: str) -> bool:
    return version.measured is not None and metric in version.measured.test
