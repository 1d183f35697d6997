"""``python -m pipelines infra deploy|status|delete``: what the pipeline needs in an AWS account, as one stack."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipelines.cli import console
from pipelines.cli.options import EXIT_CODES, add_common, add_settings, settings_of
from pipelines.errors import EnvironmentProblem
from pipelines.names import project_tags
from pipelines.settings import TASKS, Settings

if TYPE_CHECKING:
    from pipelines.admin.stack import Change, Stack, Stacks
    from pipelines.target import Choice, Connection

SECONDS_BETWEEN_QUESTIONS = {"local": 0.1, "aws": 5.0}
TEXTS = {
    "source": "SourceLocation",
    "data": "DataUri",
    "schedule": "RetrainingSchedule",
    "endpoint_options": "EndpointOptions",
    "alert_email": "AlertEmail",
    "expire_days": "ExecutionsExpireAfterDays",
}
"""Option of ``deploy`` -> parameter of the template that takes its text."""
SWITCHES = {"new_data": "NewDataTrigger", "deploy_approved": "DeployApprovedModels"}
STATES = {"on": "ENABLED", "off": "DISABLED"}

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = _parser().parse_args(arguments)
    return console.carry_out(lambda: _run(options, settings_of(options)), verbose=options.verbose)


def _parser() -> argparse.ArgumentParser:
    command = argparse.ArgumentParser(
        prog="python -m pipelines infra",
        description="Deploy, describe or delete what the pipeline needs in an AWS account (infra/template.yaml).",
        epilog=f"The target is AWS unless --target local says otherwise. {EXIT_CODES}",
    )
    verbs = command.add_subparsers(required=True, metavar="deploy|status|delete")
    common = {"target", "region", "stack", "pipeline_name", "state_dir", "isolation"}

    deploy = verbs.add_parser("deploy", help="create or update the stack, after a preview", epilog=EXIT_CODES)
    deploy.set_defaults(action=_deploy)
    deploy.add_argument("--preview", action="store_true", help="show what would change and do nothing else")
    deploy.add_argument("--yes", action="store_true", help="do not ask")
    _add_parameters(deploy)
    add_common(deploy)
    add_settings(deploy, {*common, "data"})

    status = verbs.add_parser("status", help="show the stack, its outputs and resources", epilog=EXIT_CODES)
    status.set_defaults(action=_status)
    add_common(status)
    add_settings(status, common)

    delete = verbs.add_parser("delete", help="delete the stack; bucket and model registry stay", epilog=EXIT_CODES)
    delete.set_defaults(action=_delete)
    delete.add_argument("--with-bucket", action="store_true", help="delete the bucket too, with everything in it")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    add_common(delete)
    add_settings(delete, common)
    return command


def _add_parameters(command: argparse.ArgumentParser) -> None:
    add = command.add_argument_group("what the stack does (what is not named stays as it is)").add_argument
    add("--schedule", metavar="rate(...)|cron(...)|off", help="when to retrain, in UTC (default: off)")
    add("--new-data", choices=STATES, help="whether a new data object starts the pipeline (default: on)")
    add("--deploy-approved", choices=STATES, help="whether an approved model is deployed (default: on)")
    add("--endpoint-options", metavar="OPTIONS", help="options of that deployment (default: --serverless)")
    add("--alert-email", metavar="ADDRESS", help="who hears of failures (default: nobody)")
    add("--expire-days", metavar="N", help="delete what executions wrote after N days; 0 keeps it (default: 0)")
    add("--source", metavar="https://...", help="public Git repository to build from (default: what is committed here)")


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from pipelines.admin.stack import TEMPLATE, Stacks
    from pipelines.target import connect

    if not TEMPLATE.is_file():
        raise EnvironmentProblem(f"There is no {TEMPLATE}. Run this in a clone of the repository.")
    with _quiet_moto(), connect(settings, _target(settings)) as connection:
        if connection.owns_service:
            logger.warning(
                "SageMaker on this machine ends with this command, and its stacks with it. Start it in a terminal of "
                "its own to keep them: python -m local_sagemaker serve --state-dir %s",
                settings.state_dir,
            )
        stacks = Stacks(connection.client("cloudformation"), settings.stack, SECONDS_BETWEEN_QUESTIONS[connection.name])
        code: int = options.action(options, settings, connection, stacks)
    return code


def _target(settings: Settings) -> Choice:
    """An account is what this is about: it is AWS unless this machine is asked for."""
    from pipelines.target import Choice

    return Choice("local" if settings.target == "local" else "aws", "as asked for with --target")


@contextmanager
def _quiet_moto() -> Iterator[None]:
    """Keep moto, in this process where the service is, from warning of each resource that it does not make."""
    logging.getLogger("moto").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*not supported by moto's CloudFormation implementation")
        yield


def _deploy(options: argparse.Namespace, settings: Settings, connection: Connection, stacks: Stacks) -> int:
    from pipelines.admin import stack_parameters
    from pipelines.admin.source import upload

    parameters = _parameters(options, settings)
    stack_parameters.check(parameters)
    changes = stacks.preview(parameters, project_tags(settings.pipeline_name))
    if not options.json:
        console.write(_described(changes, settings.stack))
    if options.preview or not (changes is None or _agreed(options, stacks)):
        if changes is not None:
            stacks.discard()
        return _report(options, {"stack": settings.stack, "changes": _listed(changes)}, "")
    if changes is not None:
        logger.info("Deploying %s; roles and builds take a minute or two", settings.stack)
        stacks.execute()
    stack = _existing(stacks, settings)
    upload(connection.client("s3"), stack.outputs["SourceUri"])
    next_step = f"Next: python -m pipelines.run --target aws --upsert --start --stack {stack.name}\n"
    return _report(options, {**_as_json(stack), "changes": _listed(changes)}, _outputs(stack) + next_step)


def _agreed(options: argparse.Namespace, stacks: Stacks) -> bool:
    """Ask; where nobody can be asked, no change set is left behind."""
    try:
        return console.confirm("Deploy this?", yes=options.yes)
    except BaseException:
        stacks.discard()
        raise


def _parameters(options: argparse.Namespace, settings: Settings) -> dict[str, str]:
    named = vars(options)  # what the environment says of the data is for a run here, often a file of this machine
    texts = {parameter: named[option] for option, parameter in TEXTS.items() if named[option] is not None}
    switches = {parameter: STATES[named[option]] for option, parameter in SWITCHES.items() if named[option]}
    name = settings.pipeline_name
    return {"PipelineName": name, "PipelineNameInLowerCase": name.lower(), **texts, **switches}


def _described(changes: Sequence[Change] | None, stack: str) -> str:
    if changes is None:
        return f"The stack {stack} is up to date.\n"
    if not changes:
        return f"The stack {stack} gets other parameters, outputs or tags; no resource is added or removed.\n"
    lines = [f"{change.action:<8}{change.name:<24}{change.type}{_warning(change)}\n" for change in changes]
    return f"Changes of the stack {stack}:\n{''.join(lines)}"


def _warning(change: Change) -> str:
    return "  (another takes its place)" if change.is_replaced else ""


def _status(options: argparse.Namespace, settings: Settings, _connection: Connection, stacks: Stacks) -> int:
    stack = _existing(stacks, settings)
    resources = stacks.resources()
    lines = [f"{name:<24}{physical}\n" for name, physical in resources.items()]
    text = f"The stack {stack.name} is {stack.status}.\n{_outputs(stack)}Resources:\n{''.join(lines)}"
    return _report(options, {**_as_json(stack), "resources": resources}, text)


def _delete(options: argparse.Namespace, settings: Settings, connection: Connection, stacks: Stacks) -> int:
    from pipelines.aws.account import delete_bucket

    stack = _existing(stacks, settings)
    bucket = stack.outputs.get("BucketName", "")
    what = f"WITH the bucket {bucket} and everything in it" if options.with_bucket else f"without its bucket {bucket}"
    if not console.confirm(f"Delete the stack {stack.name} {what}?", yes=options.yes):
        return 0
    stacks.delete()
    stays = _registered(connection.client("sagemaker"), stack.parameters.get("PipelineName", settings.pipeline_name))
    if bucket and options.with_bucket:
        delete_bucket(connection.client("s3"), bucket)
    elif bucket:
        stays.insert(0, f"the bucket {bucket}")
    value = {"stack": stack.name, "status": "DELETE_COMPLETE", "stays": stays}
    return _report(options, value, f"The stack {stack.name} is deleted. What stays: {'; '.join(stays) or 'nothing'}.\n")


def _registered(sagemaker: Any, pipeline: str) -> list[str]:
    """Delete the model package groups that are empty, and say which are not; the stack itself leaves them all."""
    stays = []
    listed = sagemaker.list_model_package_groups(NameContains=pipeline)["ModelPackageGroupSummaryList"]
    for name in {group["ModelPackageGroupName"] for group in listed} & {f"{pipeline}-{task}" for task in TASKS}:
        if sagemaker.list_model_packages(ModelPackageGroupName=name, MaxResults=1)["ModelPackageSummaryList"]:
            stays.append(f"the model package group {name}, whose versions python -m pipelines teardown deletes")
        else:
            sagemaker.delete_model_package_group(ModelPackageGroupName=name)
    return sorted(stays)


def _existing(stacks: Stacks, settings: Settings) -> Stack:
    stack = stacks.find()
    if stack is None or not stack.exists:
        raise EnvironmentProblem(
            f"There is no stack {settings.stack}. Make it with: "
            f"python -m pipelines infra deploy --stack {settings.stack}"
        )
    return stack


def _outputs(stack: Stack) -> str:
    return "".join(f"{name:<24}{value}\n" for name, value in stack.outputs.items())


def _listed(changes: Sequence[Change] | None) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes or ()]


def _as_json(stack: Stack) -> dict[str, Any]:
    return {"stack": stack.name, "status": stack.status, "parameters": stack.parameters, "outputs": stack.outputs}


def _report(options: argparse.Namespace, value: dict[str, Any], text: str) -> int:
    if options.json:
        console.write_json(value)
    else:
        console.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
