"""The targets of EventBridge rules: pipelines, functions and SNS topics here; queues, log groups and buses in moto."""

import copy
import functools
import json
import logging
import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local_sagemaker.core.core import Call, Core
from local_sagemaker.core.errors import ApiError, ValidationException
from local_sagemaker.moto import functions
from local_sagemaker.moto.dispatch import whole_body

_BY_MOTO = ("sqs", "logs", "events")
_INPUTS = {"Input", "InputPath", "InputTransformer"}
_SUPPORTED_INPUTS = {"sns": {"Input"}, "sqs": {"InputTransformer"}, "logs": {"InputTransformer"}}
"""The supported ways to replace an event by other input, by service of the target."""

_LOG = logging.getLogger(__name__)


def prepare(core: Core, call: Call, environ: dict[str, Any]) -> None:
    """Prepare for a request to EventBridge.

    Raises a NotImplementedError that names a target that is not supported.
    """
    serve(core, call)
    if environ.get("HTTP_X_AMZ_TARGET") != "AWSEvents.PutTargets":
        return
    for target in json.loads(whole_body(environ)).get("Targets", []):
        if not _is_supported(target.get("Arn", "")):
            raise NotImplementedError(
                f"The target {target.get('Arn')} is not supported by the local SageMaker: rules deliver to "
                f"pipelines, functions, topics, queues, log groups and other buses."
            )
        ignored = (_INPUTS & target.keys()) - _SUPPORTED_INPUTS.get(_service_of(target["Arn"]), set())
        if ignored:
            raise NotImplementedError(
                f"{' and '.join(sorted(ignored))} of the target {target['Arn']} cannot be used in the local SageMaker."
            )


def serve(core: Core, call: Call) -> None:
    """Let moto's rules deliver to targets that moto does not support; a failed delivery affects nothing else."""
    from moto.events.models import Rule

    # A second service of this process must replace the function of the first one, not wrap it.
    by_moto = getattr(Rule.send_to_targets, "__wrapped__", Rule.send_to_targets)

    @functools.wraps(by_moto)
    def send_to_targets(rule: Any, original_event: Any, *args: Any, **more: Any) -> None:
        if rule.state != "ENABLED" or not rule.event_pattern.matches_event(original_event):
            return
        # moto delivers to its own targets, through a copy of the rule that has no others.
        rest = copy.copy(rule)
        rest.targets = []
        for target in rule.targets:
            arn = target["Arn"]
            if not _is_supported(arn):
                _LOG.warning(
                    "the rule %s has a target that is not supported by the local SageMaker: %s", rule.name, arn
                )
            elif _service_of(arn) in _BY_MOTO:
                rest.targets.append(target)
            else:
                # In its own thread, because the sender of an event may hold locks that the start of an execution needs.
                deliver = functools.partial(_deliver, core, call, target, _as_sent(original_event))
                core.supervisor.start(f"event/{uuid.uuid4()}", deliver, computes=False)
        by_moto(rest, original_event, *args, **more)

    Rule.send_to_targets = send_to_targets  # type: ignore[assignment, method-assign]


def _service_of(arn: str) -> str:
    return (arn.split(":") + [""] * 3)[2]


def _is_supported(arn: str) -> bool:
    return _service_of(arn) in (*_BY_MOTO, "sns", "lambda") or (_service_of(arn) == "sagemaker" and ":pipeline/" in arn)


def _as_sent(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event in the form that targets receive, from moto's form."""
    sent = {name: copy.deepcopy(value) for name, value in event.items() if name != "ingestion-time"}
    if isinstance(sent.get("time"), (int, float)):
        sent["time"] = datetime.fromtimestamp(sent["time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return sent


def _deliver(
    core: Core, call: Call, target: Mapping[str, Any], event: Mapping[str, Any], stop: threading.Event
) -> None:
    arn = target["Arn"]
    try:
        if _service_of(arn) == "sns":
            _publish(core, arn, target.get("Input") or json.dumps(event))
        elif _service_of(arn) == "lambda":
            ended = functions.invoke(core, arn, event, stop)
            if ended.error is not None:
                _LOG.warning("the function %s failed on an event: %s", arn, ended.error)
        else:
            parameters = _parameters(target, event)
            call("StartPipelineExecution", {"PipelineName": arn, "PipelineParameters": parameters})
    except Exception as error:  # noqa: BLE001 - as on AWS, the sender of an event never sees an error of its targets
        known = isinstance(error, ApiError)
        _LOG.warning("an event could not be delivered to %s: %s", arn, error, exc_info=not known)


def _publish(core: Core, topic: str, message: str) -> None:
    from moto.sns.models import sns_backends

    sns_backends[core.account_id][core.region].publish(message, arn=topic)


def _parameters(target: Mapping[str, Any], event: Mapping[str, Any]) -> list[dict[str, str]]:
    """The pipeline parameters of a target; a value that starts with ``$.`` is a path in the event."""
    given = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    return [{"Name": each["Name"], "Value": _value(each["Value"], event)} for each in given]


def _value(text: str, event: Mapping[str, Any]) -> str:
    if not text.startswith("$."):
        return text
    found: Any = event
    for name in text.removeprefix("$.").split("."):
        if not isinstance(found, Mapping) or name not in found:
            raise ValidationException(f"There is no {text} in the event.")
        found = found[name]
    return found if isinstance(found, str) else json.dumps(found)
