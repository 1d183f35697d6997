"""What each verb of ``python -m pipelines endpoint`` does, from its options to what is shown of it."""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipelines.cli import endpoint_rendering
from pipelines.cli.endpoint_options import chosen_model
from pipelines.cli.endpoint_rendering import Shown
from pipelines.errors import BadInput
from pipelines.models.registry import RegisteredModel, approve
from pipelines.names import group_name
from pipelines.serving.endpoints import deployment, input_rows
from pipelines.serving.endpoints.capacity import Capacity, Instances, Serverless
from pipelines.serving.endpoints.costs import cost_line
from pipelines.serving.endpoints.deletion import delete, delete_expired
from pipelines.serving.endpoints.invocation import Answered, ask, served_model
from pipelines.serving.endpoints.logs import last_lines
from pipelines.serving.endpoints.scaling import Bounds, bounds_of, scale, stop_scaling
from pipelines.serving.endpoints.state import Endpoint, find_endpoint, our_endpoints, require_endpoint
from pipelines.settings import TASKS, Task
from pipelines.target import CommandContext

logger = logging.getLogger(__name__)


def _deploy(context: CommandContext, options: argparse.Namespace) -> Shown:
    capacity, bounds = _capacity(context, options)
    model = _chosen(context, options, options.task)
    name = options.name or group_name(context.settings.pipeline_name, model.task)
    there = find_endpoint(context.sagemaker, name) if options.or_update else None
    if there is not None:
        return _updated(context, options, there, model)
    deployment.check(context, name, model, capacity)
    model = _approved(context, options, model)
    endpoint = deployment.deploy(context, name, model, capacity)
    try:
        endpoint = scale(context, endpoint, bounds) if bounds else endpoint
    except Exception:
        logger.warning("%s is in service, but is not scaled. %s", name, cost_line(context, endpoint))
        raise
    return endpoint_rendering.of_endpoint(context, endpoint, bounds, model)


def _describe(context: CommandContext, options: argparse.Namespace) -> Shown:
    endpoint = _named(context, options)
    model = served_model(context, endpoint) if endpoint.package else None
    return endpoint_rendering.of_endpoint(context, endpoint, bounds_of(context, endpoint.name), model)


def _list(context: CommandContext, options: argparse.Namespace) -> Shown:  # noqa: ARG001 - it has no options of its own
    return endpoint_rendering.of_endpoints(context, list(our_endpoints(context.sagemaker)))


def _invoke(context: CommandContext, options: argparse.Namespace) -> Shown:
    endpoint = _named(context, options)
    model = served_model(context, endpoint)
    for path in (options.file, options.history):
        if path is not None and not path.is_file():
            raise BadInput(f"There is no file {path}.")
    with tempfile.TemporaryDirectory() as folder:
        answered = _ask(context, options, endpoint, model, Path(folder))
    return endpoint_rendering.of_answer(context, endpoint, answered)


def _ask(
    context: CommandContext, options: argparse.Namespace, endpoint: Endpoint, model: RegisteredModel, folder: Path
) -> Answered:
    """Ask with whatever the hours are given by, and let errors speak of that."""
    try:
        if options.rows:
            hours = input_rows.rows_as_file(options.rows, folder)
        else:
            hours = options.file or input_rows.stdin_as_file(folder)
        return ask(context, endpoint, model, hours, options.history, alone=bool(options.rows))
    except BadInput as error:
        sentence = input_rows.speak_of_rows(str(error), len(options.rows)) if options.rows else str(error)
        raise BadInput(f"{sentence}{_about_history(sentence, options)}") from error


def _about_history(sentence: str, options: argparse.Namespace) -> str:
    """What the model's own code cannot say of missing history: how this command is given it."""
    if " history" not in sentence:
        return ""
    if options.history is None:
        return "" if "--history" in sentence else " Name a file of those hours with --history."
    return f" The hours of {options.history} must reach up to those that are asked about."


def _update(context: CommandContext, options: argparse.Namespace) -> Shown:
    endpoint = _named(context, options)
    task = options.task or (served_model(context, endpoint).task if endpoint.package else None)
    return _updated(context, options, endpoint, _chosen(context, options, task))


def _updated(context: CommandContext, options: argparse.Namespace, endpoint: Endpoint, model: RegisteredModel) -> Shown:
    bounds = bounds_of(context, endpoint.name)
    if endpoint.package != model.arn:
        context.connection.find_role()  # before anything is approved
        model = _approved(context, options, model)
        endpoint = deployment.update(context, endpoint, model)
        return endpoint_rendering.of_endpoint(context, endpoint, bounds, model)
    remark = f"{endpoint.name} serves {model.title} already; nothing was changed."
    return endpoint_rendering.of_endpoint(context, endpoint, bounds, model, remark)


def _scale(context: CommandContext, options: argparse.Namespace) -> Shown:
    if options.off == (options.max_instances is not None):
        raise BadInput("Say either between which numbers of instances to scale, with --max-instances, or --off.")
    endpoint = _named(context, options)
    model = served_model(context, endpoint) if endpoint.package else None
    if options.off:
        was = stop_scaling(context, endpoint.name)
        remark = f"{endpoint.name} keeps its number of instances{'' if was else ', as it did before'}."
        return endpoint_rendering.of_endpoint(context, endpoint, None, model, remark)
    bounds = _bounds(options)
    return endpoint_rendering.of_endpoint(context, scale(context, endpoint, bounds), bounds, model)


def _logs(context: CommandContext, options: argparse.Namespace) -> Shown:
    endpoint = _named(context, options)
    return endpoint_rendering.of_log(
        context, endpoint, last_lines(context.connection.client("logs"), endpoint.name, options.lines)
    )


def _delete(context: CommandContext, options: argparse.Namespace) -> Shown:
    if options.expired:
        if options.name or options.task:
            raise BadInput("Give either --expired, which ends every endpoint that outlived its time, or one's name.")
        return endpoint_rendering.of_deleted(context, delete_expired(context))
    endpoint = _named(context, options)
    delete(context, endpoint)
    return endpoint_rendering.of_deleted(context, [endpoint])


ACTIONS: dict[str, Callable[[CommandContext, argparse.Namespace], Shown]] = {
    "deploy": _deploy,
    "describe": _describe,
    "list": _list,
    "invoke": _invoke,
    "update": _update,
    "scale": _scale,
    "logs": _logs,
    "delete": _delete,
}


def _named(context: CommandContext, options: argparse.Namespace) -> Endpoint:
    """The endpoint that is meant: by its name, or by its task."""
    name = options.name or group_name(context.settings.pipeline_name, options.task or TASKS[0])
    return require_endpoint(context.sagemaker, name)


def _chosen(context: CommandContext, options: argparse.Namespace, task: Task | None) -> RegisteredModel:
    return chosen_model(context.sagemaker, context.settings.pipeline_name, options, task)


def _approved(context: CommandContext, options: argparse.Namespace, model: RegisteredModel) -> RegisteredModel:
    if model.approved:
        return model
    if not options.approve:
        raise BadInput(
            f"{model.title} is {model.approval_status}. Look at its report, then say --approve to approve and deploy "
            "it, or --latest-approved for the newest version that somebody has approved."
        )
    return approve(context.sagemaker, model, "Approved with --approve when it was deployed")


def _capacity(context: CommandContext, options: argparse.Namespace) -> tuple[Capacity, Bounds | None]:
    """What to deploy on, and between which bounds to scale it, if at all."""
    if options.serverless:
        if options.min_instances or options.max_instances:
            raise BadInput("A serverless endpoint has no instances: leave out --min-instances and --max-instances.")
        if context.settings.data_capture:
            raise BadInput("A serverless endpoint cannot capture data: leave out --data-capture or --serverless.")
        if context.settings.vpc:
            raise BadInput("A serverless endpoint runs in no VPC of one's own: leave out --subnets or --serverless.")
        return Serverless(options.memory, options.max_concurrency), None
    instance_type = options.instance_type or context.settings.hosting_instance_type
    bounds = _bounds(options)
    return Instances(instance_type, bounds.fewest), bounds if bounds.most > bounds.fewest else None


def _bounds(options: argparse.Namespace) -> Bounds:
    fewest = options.min_instances or 1
    most = options.max_instances or fewest
    if most < fewest:
        raise BadInput(f"--max-instances is {most}, but it must be at least --min-instances, which is {fewest}.")
    return Bounds(fewest, most, float(options.invocations_per_instance))
