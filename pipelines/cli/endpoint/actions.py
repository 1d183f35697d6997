"""The actions of ``boostpipe endpoint``; each reads its options and returns what to print."""

import argparse
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipelines.cli.common import console
from pipelines.cli.common.console import Result
from pipelines.cli.common.options import chosen_model
from pipelines.cli.endpoint import rendering
from pipelines.errors import BadInput
from pipelines.execution.logs import last_endpoint_lines
from pipelines.models.registry import RegisteredModel, require_approved
from pipelines.names import group_name
from pipelines.serving.endpoints import deletion, deployment, input_rows, scaling
from pipelines.serving.endpoints.capacity import Capacity, Instances, Serverless
from pipelines.serving.endpoints.costs import cost_line
from pipelines.serving.endpoints.invocation import Answered, served_model
from pipelines.serving.endpoints.invocation import invoke as invoke_endpoint
from pipelines.serving.endpoints.scaling import Bounds, bounds_of
from pipelines.serving.endpoints.state import Endpoint, find_endpoint, our_endpoints, require_endpoint
from pipelines.target.connection import CommandContext

logger = logging.getLogger(__name__)


def deploy(context: CommandContext, options: argparse.Namespace) -> Result:
    """Create an endpoint, or with ``--or-update`` update it."""
    capacity, bounds = _capacity(context, options)
    model = chosen_model(context, options, options.task)
    name = options.name or group_name(context.settings.pipeline_name, model.task)
    there = find_endpoint(context.sagemaker, name) if options.or_update else None
    if there is not None:
        return _updated(context, options, there, model, renew=True)
    deployment.check(context, name, model, capacity)
    model = require_approved(context.sagemaker, model, may_approve=options.approve)
    try:
        endpoint = deployment.deploy(context, name, model, capacity)
    except Exception as error:
        if not (options.or_update and deployment.was_created_meanwhile(error)):
            raise
        return _updated(context, options, require_endpoint(context, name), model, renew=True)
    try:
        endpoint = scaling.scale(context, endpoint, bounds) if bounds else endpoint
    except Exception:
        logger.warning("%s is in service, but is not scaled. %s", name, cost_line(context, endpoint))
        raise
    return rendering.of_endpoint(context, endpoint, bounds, model)


def describe(context: CommandContext, options: argparse.Namespace) -> Result:
    """Show one endpoint."""
    endpoint = _named(context, options)
    model = served_model(context.sagemaker, endpoint) if endpoint.package else None
    return rendering.of_endpoint(context, endpoint, bounds_of(context, endpoint.name), model)


def list_all(context: CommandContext, options: argparse.Namespace) -> Result:  # noqa: ARG001 - it has no options
    """List the endpoints of this project."""
    return rendering.of_endpoints(context, [*our_endpoints(context)])


def invoke(context: CommandContext, options: argparse.Namespace) -> Result:
    """Predict hours."""
    endpoint = _named(context, options)
    model = served_model(context.sagemaker, endpoint)
    for path in (options.file, options.history):
        if path is not None and not path.is_file():
            raise BadInput(f"There is no file {path}.")
    with tempfile.TemporaryDirectory() as folder:
        answered = _predict(context, options, endpoint, model, Path(folder))
    return rendering.of_answer(context, endpoint, answered)


def _predict(
    context: CommandContext, options: argparse.Namespace, endpoint: Endpoint, model: RegisteredModel, folder: Path
) -> Answered:
    """Invoke the endpoint with the given hours, and word errors for the option that gave them."""
    try:
        if options.rows:
            hours = input_rows.rows_as_file(options.rows, folder)
        else:
            hours = options.file or input_rows.stdin_as_file(folder)
        return invoke_endpoint(context, endpoint, model, hours, options.history, alone=bool(options.rows))
    except BadInput as error:
        sentence = input_rows.name_the_row(str(error), len(options.rows)) if options.rows else str(error)
        raise BadInput(f"{sentence}{_about_history(sentence, options)}") from error


def _about_history(sentence: str, options: argparse.Namespace) -> str:
    """Add to a message about missing history how to give it to this command."""
    if " history" not in sentence:
        return ""
    if options.history is None:
        return "" if "--history" in sentence else " Name a file of those hours with --history."
    return f" The hours of {options.history} must reach up to those to predict."


def update(context: CommandContext, options: argparse.Namespace) -> Result:
    """Let an endpoint serve another version."""
    endpoint = _named(context, options)
    task = options.task or (served_model(context.sagemaker, endpoint).task if endpoint.package else None)
    return _updated(context, options, endpoint, chosen_model(context, options, task))


def _updated(
    context: CommandContext,
    options: argparse.Namespace,
    endpoint: Endpoint,
    model: RegisteredModel,
    *,
    renew: bool = False,
) -> Result:
    bounds = bounds_of(context, endpoint.name)
    if endpoint.package != model.arn:
        context.connection.find_role()  # before anything is approved
        deployment.check_serverless(model, endpoint.capacity)
        model = require_approved(context.sagemaker, model, may_approve=options.approve)
        endpoint = deployment.update(context, endpoint, model)
        if renew and endpoint.expiry is not None:
            endpoint = deployment.renew_expiry(context, endpoint)
        return rendering.of_endpoint(context, endpoint, bounds, model)
    remark = f"{endpoint.name} serves {model.title} already; nothing was changed."
    return rendering.of_endpoint(context, endpoint, bounds, model, remark)


def scale(context: CommandContext, options: argparse.Namespace) -> Result:
    """Start or stop scaling."""
    if options.off == (options.max_instances is not None):
        raise BadInput("Give either the most instances to scale to, with --max-instances, or --off.")
    endpoint = _named(context, options)
    model = served_model(context.sagemaker, endpoint) if endpoint.package else None
    if options.off:
        was = scaling.stop_scaling(context, endpoint.name)
        remark = f"{endpoint.name} keeps its number of instances{'' if was else ', as it did before'}."
        return rendering.of_endpoint(context, endpoint, None, model, remark)
    bounds = _bounds(options)
    return rendering.of_endpoint(context, scaling.scale(context, endpoint, bounds), bounds, model)


def logs(context: CommandContext, options: argparse.Namespace) -> Result:
    """Show the last lines of the server's log."""
    endpoint = _named(context, options)
    return rendering.of_log(
        context, endpoint, last_endpoint_lines(context.connection.client("logs"), endpoint.name, options.lines)
    )


def delete(context: CommandContext, options: argparse.Namespace) -> Result:
    """Delete endpoints, after a confirmation that names them."""
    if options.expired and (options.name or options.task):
        raise BadInput("Give either --expired, which deletes every expired endpoint, or one endpoint's name.")
    if options.expired:
        endpoints = [endpoint for endpoint in our_endpoints(context) if endpoint.expired]
    else:
        endpoints = [_named(context, options)]
    if endpoints and not console.confirm(_question(context, endpoints), yes=options.yes):
        return Result(
            "Nothing was deleted.\n", {"deleted": [], "saved_per_hour": 0.0, "currency": context.prices.currency}
        )
    for endpoint in endpoints:
        deletion.delete(context, endpoint)
    return rendering.of_deleted(context, endpoints)


def _question(context: CommandContext, endpoints: Sequence[Endpoint]) -> str:
    names = ", ".join(
        f"{endpoint.name} (configuration {endpoint.config.get('EndpointConfigName', 'unknown')})"
        for endpoint in endpoints
    )
    what = f"{len(endpoints)} endpoints" if len(endpoints) > 1 else "the endpoint"
    where = f"{context.connection.name}, {context.connection.region}"
    return f"Delete {what} {names} in {where}, and the models that were created for this?"


def _named(context: CommandContext, options: argparse.Namespace) -> Endpoint:
    name = options.name or group_name(
        context.settings.pipeline_name, options.task or context.settings.table.tasks[0].name
    )
    return require_endpoint(context, name)


def _capacity(context: CommandContext, options: argparse.Namespace) -> tuple[Capacity, Bounds | None]:
    """Return the capacity to deploy on, and the bounds to scale it between, if any."""
    if options.serverless:
        if options.min_instances or options.max_instances:
            raise BadInput("A serverless endpoint has no instances: leave out --min-instances and --max-instances.")
        if context.settings.data_capture:
            raise BadInput("A serverless endpoint cannot capture data: leave out --data-capture or --serverless.")
        if context.settings.vpc:
            raise BadInput("A serverless endpoint runs in no VPC of yours: leave out --subnets or --serverless.")
        if context.connection.region.startswith("cn-"):
            raise BadInput(f"{context.connection.region} has no serverless endpoints: leave out --serverless.")
        return Serverless(options.memory, options.max_concurrency), None
    bounds = _bounds(options)
    return Instances(
        context.settings.hosting_instance_type, bounds.fewest
    ), bounds if bounds.most > bounds.fewest else None


def _bounds(options: argparse.Namespace) -> Bounds:
    fewest = options.min_instances or 1
    most = options.max_instances or fewest
    if most < fewest:
        raise BadInput(f"--max-instances is {most}, but it must be at least --min-instances, which is {fewest}.")
    return Bounds(fewest, most, float(options.invocations_per_instance))
