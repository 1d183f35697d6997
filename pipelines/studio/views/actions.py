"""What changes an execution: each action is a page that names what it does, and a form on it that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from local_sagemaker.definition.parse import parse
from pipelines.aws.responses import last_part
from pipelines.errors import BadInput
from pipelines.execution import changes
from pipelines.studio.queries.graph import downstream
from pipelines.studio.queries.watched import Opened
from pipelines.studio.state import Studio, studio_of
from pipelines.studio.views.lookup import Place, place_of
from pipelines.studio.views.questions import JOBS_COST, Question, confirm


@dataclass(frozen=True)
class Action(Question):
    """One action."""

    steps: Callable[[Opened, str], list[str]]
    """The steps that the page lists, given the step that the address names."""
    run: Callable[[Studio, Place, Opened, list[str]], str]
    """Does it, and returns the id of the execution to show next."""


def _stop(studio: Studio, place: Place, opened: Opened, _steps: list[str]) -> str:
    changes.request_stop(studio.sagemaker, opened.progress)
    return place.execution


def _retry(studio: Studio, place: Place, opened: Opened, _steps: list[str]) -> str:
    changes.retry(studio.sagemaker, opened.progress)
    return place.execution


def _run_from(studio: Studio, place: Place, _opened: Opened, steps: list[str]) -> str:
    return last_part(changes.run_selected(studio.sagemaker, place.pipeline, place.arn, steps))


def _with_status(*statuses: str) -> Callable[[Opened, str], list[str]]:
    return lambda opened, _step: [step.name for step in opened.progress.steps if step.status in statuses]


def _from(opened: Opened, step: str) -> list[str]:
    definition = parse(opened.definition.text)
    if step not in definition.steps:
        raise BadInput(f"The definition has no step {step}.")
    return downstream(definition, step)


ACTIONS: Mapping[str, Action] = {
    "stop": Action(
        "Stop this execution?",
        "The jobs of these steps are stopped, and no other step starts. You can continue it later.",
        _with_status("Starting", "Executing"),
        _stop,
    ),
    "retry": Action(
        "Continue this execution?",
        "These steps run again, and then those that wait for them. Steps that succeeded keep their results.",
        _with_status("Failed", "Stopped"),
        _retry,
    ),
    "from": Action(
        "Run again from this step?",
        "A new execution of the pipeline's present definition runs these steps, with the parameters of this execution. "
        "All other results are taken from it.",
        _from,
        _run_from,
    ),
}


def ask(request: Request) -> Response:
    """Show what an action would do."""
    action, place, opened, steps = _requested(request)
    costs = request.path_params["action"] != "stop" and studio_of(request).context.on_aws
    subject = f"{place.pipeline} · {opened.progress.name or place.execution}"
    return confirm(request, action, subject, place.address, items=steps, warning=JOBS_COST if costs else "")


def act(request: Request) -> Response:
    """Do it, and show the execution."""
    studio = studio_of(request)
    studio.watched.forget(place_of(request).arn)
    action, place, opened, steps = _requested(request)
    studio.watched.forget(place.arn)
    execution = action.run(studio, place, opened, steps)
    studio.poller.hurry()
    return RedirectResponse(replace(place, execution=execution).address, HTTPStatus.SEE_OTHER)


def _requested(request: Request) -> tuple[Action, Place, Opened, list[str]]:
    studio, place = studio_of(request), place_of(request)
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        raise BadInput("There is no such page.")
    opened = studio.watched.get(studio.sagemaker, place.arn)
    return action, place, opened, action.steps(opened, request.query_params.get("step", ""))
