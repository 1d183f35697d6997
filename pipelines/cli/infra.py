"""``boostpipe infra``: deploy, show or delete what a pipeline needs in an AWS account, as one stack."""

import argparse
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.admin.source import upload
from pipelines.admin.stack import TEMPLATE, Change, Stack, Stacks, check_parameters
from pipelines.aws.account import delete_bucket
from pipelines.cli.common import console
from pipelines.cli.common.command import Command
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import EXIT_CODES, add_yes
from pipelines.cli.common.rendering import facts, table
from pipelines.errors import EnvironmentProblem
from pipelines.names import group_name, project_tags, stack_name
from pipelines.settings.fields import Settings
from pipelines.target.connection import Choice, CommandContext
from pipelines.target.opening import open_context

SETTINGS = ("target", "region", "stack", "dataset", "pipeline_name", "state_dir", "keep_alive", "isolation")
POLL_SECONDS = {"local": 0.1, "aws": 5.0}
TEXTS = {
    "source": "SourceLocation",
    "data": "DataUri",
    "schedule": "RetrainingSchedule",
    "endpoint_options": "EndpointOptions",
    "alert_email": "AlertEmail",
    "expire_days": "ExecutionsExpireAfterDays",
    "retrain_cooldown": "RetrainCooldownHours",
    "retrain_at_most": "RetrainAtMostPerWeek",
}
"""Option of ``deploy`` -> parameter of the template that takes its text."""
SWITCHES = {
    "new_data": "NewDataTrigger",
    "retrain_on_alarm": "RetrainOnAlarm",
    "deploy_approved": "DeployApprovedModels",
    "vpc": "JobsInVpc",
}
STATES = {"on": "ENABLED", "off": "DISABLED"}

logger = logging.getLogger(__name__)


def _add_deploy(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="show what would change and do nothing else")
    add_yes(parser)
    add = parser.add_argument_group(
        "what the stack does (parameters that are not given keep their values)"
    ).add_argument
    add("--schedule", metavar="rate(...)|cron(...)|off", help="when to retrain, in UTC (default: off)")
    add("--new-data", choices=STATES, help="whether a new data object starts the pipeline (default: on)")
    add(
        "--retrain-on-alarm",
        choices=STATES,
        help="whether an alarm of the monitor starts the pipeline with the newest data (default: off)",
    )
    add("--retrain-cooldown", metavar="HOURS", help="hours in which an alarm starts no other retraining (default: 48)")
    add("--retrain-at-most", metavar="N", help="retrainings that alarms start in seven days (default: 2)")
    add("--deploy-approved", choices=STATES, help="whether an approved model is deployed (default: on)")
    add("--vpc", choices=STATES, help="whether the execution role may attach jobs to a VPC (default: off)")
    add("--endpoint-options", metavar="OPTIONS", help="options of that deployment (default: --ttl 24)")
    add("--alert-email", metavar="ADDRESS", help="address that is notified of failures (default: none)")
    add("--expire-days", metavar="N", help="delete what executions wrote after N days; 0 keeps it (default: 0)")
    add("--source", metavar="https://...", help="public Git repository to build from (default: this clone's commit)")


def _add_delete(parser: Parser) -> None:
    parser.add_argument("--with-bucket", action="store_true", help="delete the bucket too, with everything in it")
    add_yes(parser)


def _on_stack(act: Callable[[argparse.Namespace, CommandContext, Stacks], Result]) -> Callable[..., Result]:
    def run(options: argparse.Namespace, settings: Settings) -> Result:
        if not TEMPLATE.is_file():
            raise EnvironmentProblem(f"There is no {TEMPLATE}. Run this in a clone of the repository.")
        with _quiet_moto(), open_context(settings, _target(settings)) as context:
            if not context.on_aws:
                logger.warning(
                    "Stacks end with the local service%s. To keep them, run it in another terminal: "
                    "local-sagemaker serve --state-dir %s",
                    ", which ends with this command" if context.connection.owns_service else "",
                    settings.state_dir,
                )
            seconds = POLL_SECONDS[context.connection.name]
            return act(options, context, Stacks(context.client("cloudformation"), stack_name(settings), seconds))

    return run


def _target(settings: Settings) -> Choice:
    """Choose AWS, since this command manages an account, unless ``--target local`` is given."""
    return Choice("local" if settings.target == "local" else "aws", "--target is given")


@contextmanager
def _quiet_moto() -> Iterator[None]:
    """Silence moto, which warns of each resource that it does not create."""
    logging.getLogger("moto").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*not supported by moto's CloudFormation implementation")
        yield


def _deploy(options: argparse.Namespace, context: CommandContext, stacks: Stacks) -> Result:
    settings = context.settings
    parameters = _parameters(options, settings)
    check_parameters(parameters)
    changes = stacks.preview(parameters, project_tags(settings.pipeline_name))
    name = stack_name(settings)
    described = _described(changes, name)
    if options.dry_run or not (changes is None or _agreed(options, stacks, described)):
        if changes is not None:
            stacks.discard()
        return Result(described, {"stack": name, "changes": _listed(changes)})
    if changes is not None:
        logger.info("Deploying %s; roles and builds take a minute or two", name)
        stacks.execute()
    stack = _existing(stacks, settings)
    upload(context.s3, stack.outputs["SourceUri"])
    next_step = f"Next: boostpipe run --target aws --upsert --start --stack {stack.name}\n"
    text = described + facts(stack.outputs.items()) + next_step
    return Result(text, {**_as_json(stack), "changes": _listed(changes)})


def _agreed(options: argparse.Namespace, stacks: Stacks, described: str) -> bool:
    """Show the changes and ask for confirmation; without a terminal, no change set is left behind."""
    try:
        if not options.yes:
            sys.stderr.write(described)
        return console.confirm("Deploy this?", yes=options.yes)
    except BaseException:
        stacks.discard()
        raise


def _parameters(options: argparse.Namespace, settings: Settings) -> dict[str, str]:
    named = vars(options)  # not the settings: the environment often names a local file as the data
    texts = {parameter: named[option] for option, parameter in TEXTS.items() if named[option] is not None}
    switches = {parameter: STATES[named[option]] for option, parameter in SWITCHES.items() if named[option]}
    name = settings.pipeline_name
    groups = ",".join(group_name(name, task.name) for task in settings.table.tasks)
    named_after = {"PipelineName": name, "PipelineNameInLowerCase": name.lower(), "ModelPackageGroups": groups}
    return {**named_after, "DatasetFile": _in_source(settings.dataset), **texts, **switches}


def _in_source(dataset: str | None) -> str:
    """Return the path of a data set file in the source that builds get; empty for the default one, or one elsewhere."""
    if dataset is None:
        return ""
    path, source = Path(dataset).resolve(), TEMPLATE.resolve().parents[1]
    if path.is_relative_to(source):
        return path.relative_to(source).as_posix()
    logger.warning(
        "Builds of the stack run the default data set, because %s is not in %s: commit it there, and deploy again.",
        dataset,
        source,
    )
    return ""


def _described(changes: Sequence[Change] | None, stack: str) -> str:
    if changes is None:
        return f"The stack {stack} is up to date.\n"
    if not changes:
        return f"The stack {stack} gets other parameters, outputs or tags; no resource is added or removed.\n"
    rows = [(change.action, change.name, f"{change.type}{_warning(change)}") for change in changes]
    return f"Changes of the stack {stack}:\n{table((), rows)}"


def _warning(change: Change) -> str:
    return "  (is replaced by another)" if change.is_replaced else ""


def _status(options: argparse.Namespace, context: CommandContext, stacks: Stacks) -> Result:  # noqa: ARG001
    stack = _existing(stacks, context.settings)
    resources = stacks.resources()
    text = f"The stack {stack.name} is {stack.status}.\n{facts(stack.outputs.items())}"
    return Result(f"{text}Resources:\n{facts(resources.items())}", {**_as_json(stack), "resources": resources})


def _delete(options: argparse.Namespace, context: CommandContext, stacks: Stacks) -> Result:
    stack = _existing(stacks, context.settings)
    bucket = stack.outputs.get("BucketName", "")
    what = f"WITH the bucket {bucket} and everything in it" if options.with_bucket else f"without its bucket {bucket}"
    if not console.confirm(f"Delete the stack {stack.name} {what}?", yes=options.yes):
        return Result("Nothing was deleted.\n", {"stack": stack.name, "status": stack.status})
    stacks.delete()
    tasks = [task.name for task in context.settings.table.tasks]
    stays = _registered(context.sagemaker, stack.parameters.get("PipelineName", context.pipeline), tasks)
    if bucket and options.with_bucket:
        delete_bucket(context.s3, bucket)
    elif bucket:
        stays.insert(0, f"the bucket {bucket}")
    value = {"stack": stack.name, "status": "DELETE_COMPLETE", "stays": stays}
    return Result(f"The stack {stack.name} is deleted. Kept: {'; '.join(stays) or 'nothing'}.\n", value)


def _registered(sagemaker: Any, pipeline: str, tasks: Sequence[str]) -> list[str]:
    """Delete the model package groups that are empty, and name the others; executions made them, not the stack."""
    from pipelines.aws.responses import listed

    stays = []
    groups = listed(sagemaker, "list_model_package_groups", "ModelPackageGroupSummaryList", NameContains=pipeline)
    for name in {group["ModelPackageGroupName"] for group in groups} & {f"{pipeline}-{task}" for task in tasks}:
        if sagemaker.list_model_packages(ModelPackageGroupName=name, MaxResults=1)["ModelPackageSummaryList"]:
            stays.append(f"the model package group {name}, whose versions boostpipe teardown deletes")
        else:
            sagemaker.delete_model_package_group(ModelPackageGroupName=name)
    return sorted(stays)


def _existing(stacks: Stacks, settings: Settings) -> Stack:
    stack = stacks.find()
    if stack is None or not stack.exists:
        raise EnvironmentProblem(
            f"There is no stack {stack_name(settings)}. Create it with: boostpipe infra deploy --stack "
            f"{stack_name(settings)}"
        )
    return stack


def _listed(changes: Sequence[Change] | None) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes or ()]


def _as_json(stack: Stack) -> dict[str, Any]:
    return {"stack": stack.name, "status": stack.status, "parameters": stack.parameters, "outputs": stack.outputs}


COMMAND = Command(
    name="infra",
    summary="deploy, show or delete what a pipeline needs in an AWS account",
    description="Deploy, show or delete what a pipeline needs in an AWS account (infra/template.yaml).",
    exit_codes=f"The target is AWS, unless --target local is given. {EXIT_CODES}",
    commands=tuple(
        Command(name=name, summary=summary, options=options, settings=(*SETTINGS, *settings), run=_on_stack(action))
        for name, action, summary, options, settings in (
            ("deploy", _deploy, "create or update the stack, after a preview", _add_deploy, ("data",)),
            ("status", _status, "show the stack, its outputs and resources", None, ()),
            ("delete", _delete, "delete the stack; its bucket and the model registry are kept", _add_delete, ()),
        )
    ),
)
