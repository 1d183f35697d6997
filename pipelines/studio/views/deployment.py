"""Deployment of a registered version: a new endpoint for its task, or another version for the one that is there."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.errors import BadInput
from pipelines.models.registry import RegisteredModel, describe_model
from pipelines.serving.endpoints import deployment
from pipelines.serving.endpoints.capacity import Instances
from pipelines.serving.endpoints.state import Endpoint, find_endpoint
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.models import address_of_version, requested_version
from pipelines.studio.views.questions import ENDPOINT_COSTS, Question, confirm

DEPLOY = Question(
    "Deploy this version?",
    "A new endpoint answers requests with it. It costs money for every hour until it is deleted, with or without "
    "requests.",
)
UPDATE = Question(
    "Serve this version?",
    "The endpoint goes on with the version that it has until this one is in service, and costs the same.",
)


def ask_deployment(request: Request) -> Response:
    """Show what a deployment would make, and what it costs."""
    studio, model, name, there = _requested(request)
    capacity = there.capacity if there else _capacity(studio)
    cost = capacity.cost_in_words(studio.context.prices) if capacity else "its cost is unknown"
    hours = studio.context.settings.ttl
    ends = [] if there else [f"--ttl: {hours} h" if hours else "--ttl: 0"]
    return confirm(
        request,
        UPDATE if there else DEPLOY,
        f"{model.title} · {name}",
        f"/models/{model.group}/{model.version}",
        items=[str(cost), *ends],
        warning=ENDPOINT_COSTS if studio.context.on_aws else "",
    )


def deploy(request: Request) -> Response:
    """Begin to deploy it, and show the endpoints.

    Raises `BadInput` if the version is not approved, or serves already.
    """
    studio, model, name, there = _requested(request)
    context = studio.fresh_context()
    if there is None:
        capacity = _capacity(studio)
        deployment.check(context, name, model, capacity)
        studio.work.start(name, lambda: deployment.deploy(context, name, model, capacity), studio.poller.hurry)
    else:
        context.connection.find_role()
        deployment.check_serverless(model, there.capacity)
        studio.work.start(name, lambda: deployment.update(context, there, model), studio.poller.hurry)
    studio.poller.hurry()
    return RedirectResponse("/endpoints", HTTPStatus.SEE_OTHER)


def _requested(request: Request) -> tuple[Studio, RegisteredModel, str, Endpoint | None]:
    studio, version = studio_of(request), requested_version(request)
    model = describe_model(studio.sagemaker, version.arn)
    if not model.approved:
        raise BadInput(f"{model.title} is {model.approval_status}. Approve it first, at {address_of_version(version)}.")
    name = model.group  # as the endpoint of its task is named, too
    there = find_endpoint(studio.sagemaker, name)
    if there is not None and there.package == model.arn:
        raise BadInput(f"{name} serves {model.title} already.")
    return studio, model, name, there


def _capacity(studio: Studio) -> Instances:
    return Instances(studio.context.settings.hosting_instance_type, 1)
