"""The definition of ``<Name>Monitor``: judge a window of predictions, and fail with the numbers if there is an alarm.

It needs no SDK: the job is the Evaluate step of the pipeline's own definition, with other inputs and another module, so
that it has the same image, instance, network, role and tags.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.definition.document import Definition, canonical
from pipelines.definition.steps import processing
from pipelines.errors import BadInput
from pipelines.names import Layout, TaskSteps
from pipelines.settings.fields import Task

STEP, ALARM, OUTPUT = "Monitor", "Alarm", "monitoring"
ALARM_RAISED = "AlarmRaised"
"""The step that fails with the numbers; the stack's rule for retraining names it, too."""
INPUTS = {
    "predictions": "PredictionsUri",
    "actuals": "ActualsUri",
    "evaluation": "EvaluationUri",
    "preprocessing": "CodeUri",
}
"""Inputs of the job, and the parameters with their addresses."""
ARGUMENTS = {
    "--task": "Task",
    "--column": "PredictionsColumn",
    "--version": "ModelPackage",
    "--since": "Since",
    "--until": "Until",
}
"""Arguments of the job, and the parameters with their values. The column has the predictions, or of a binary task the
probabilities; the moments limit the calls that an endpoint captured."""
PARAMETERS = (*INPUTS.values(), *ARGUMENTS.values())
"""What may differ between two executions."""
EVER = "any"
_DEFAULTS = {"Since": EVER, "Until": EVER}
_VERDICT = "Verdict"
_CARRIED = ("code", "wheels")
"""Inputs of Evaluate that the monitor has, too."""


def monitoring_definition(
    pipeline: Definition, task: Task, code: str, layout: Layout, *, lang: str, seed: int
) -> Definition:
    """Build the definition from that of the pipeline.

    Raises `BadInput` if the pipeline has no Evaluate step of the task.

    Parameters
    ----------
    task
        The task whose Evaluate step it is made of; the definition serves all tasks.
    code
        S3 prefix of the bundle of ``evaluation``.
    """
    evaluate = _evaluate(pipeline, task)
    arguments = {**evaluate["Arguments"]}
    carried = [each for each in arguments["ProcessingInputs"] if each["InputName"] in _CARRIED]
    template = carried[0]
    sources = {
        "code": code,
        **{each["InputName"]: each["S3Input"]["S3Uri"] for each in carried if each["InputName"] != "code"},
        **{name: _parameter(parameter) for name, parameter in INPUTS.items()},
    }
    arguments["ProcessingInputs"] = [_input(template, name, uri) for name, uri in sources.items()]
    arguments["ProcessingOutputConfig"] = {"Outputs": [_output(layout)]}
    arguments["AppSpecification"] = {
        "ImageUri": arguments["AppSpecification"]["ImageUri"],
        "ContainerEntrypoint": ["python3", "-m", "evaluation.monitoring.job"],
        "ContainerArguments": [
            *(each for name, parameter in ARGUMENTS.items() for each in (name, _parameter(parameter))),
            *("--lang", lang, "--seed", str(seed), "--pipeline", layout.pipeline_name),
            *processing.path_arguments(f"{processing.OUTPUT}/{OUTPUT}"),
        ],
    }
    step = {
        "Name": STEP,
        "Type": "Processing",
        "Arguments": arguments,
        "DisplayName": "Monitor",
        "Description": "Judges predictions by what really happened, and rows by those of the training",
        "RetryPolicies": evaluate.get("RetryPolicies", []),
        "PropertyFiles": [{"PropertyFileName": _VERDICT, "OutputName": OUTPUT, "FilePath": "verdict.json"}],
    }
    used = [each for each in pipeline.content["Parameters"] if each["Name"] == "ProcessingInstanceType"]
    content = {
        **{key: pipeline.content[key] for key in ("Version", "Metadata")},
        "Parameters": [*map(_declared, PARAMETERS), *used],
        "Steps": [step, _condition()],
    }
    return Definition(canonical(content))


def _evaluate(pipeline: Definition, task: Task) -> dict[str, Any]:
    name = TaskSteps(task).evaluate
    found: dict[str, Any] | None = next((step for step in pipeline.content["Steps"] if step["Name"] == name), None)
    if found is None:
        raise BadInput(
            f"The pipeline has no step {name}; run it with --task {task} or --task all, and --upsert, first."
        )
    return found


def _condition() -> dict[str, Any]:
    """Fail with the numbers if the verdict is an alarm."""
    words = ["The monitor of ", _parameter("Task"), " alarms: ", _read("why"), "."]
    message = {"Std:Join": {"On": "", "Values": words}}
    failure = {"Name": ALARM_RAISED, "Type": "Fail", "Arguments": {"ErrorMessage": message}}
    return {
        "Name": ALARM,
        "Type": "Condition",
        "Arguments": {
            "Conditions": [{"Type": "Equals", "LeftValue": _read("alarm"), "RightValue": "no"}],
            "IfSteps": [],
            "ElseSteps": [failure],
        },
    }


def _read(path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": {"Get": f"Steps.{STEP}.PropertyFiles.{_VERDICT}"}, "Path": path}}


def _declared(name: str) -> dict[str, str]:
    default = {"DefaultValue": _DEFAULTS[name]} if name in _DEFAULTS else {}
    return {"Name": name, "Type": "String", **default}


def _parameter(name: str) -> dict[str, str]:
    return {"Get": f"Parameters.{name}"}


def _input(template: Mapping[str, Any], name: str, uri: Any) -> dict[str, Any]:
    source = {**template["S3Input"], "S3Uri": uri, "LocalPath": f"{processing.INPUT}/{name}"}
    return {**template, "InputName": name, "S3Input": source}


def _output(layout: Layout) -> dict[str, Any]:
    execution = {"Get": "Execution.PipelineExecutionId"}
    uri = {"Std:Join": {"On": "/", "Values": [layout.executions, execution, OUTPUT]}}
    return {
        "OutputName": OUTPUT,
        "S3Output": {"S3Uri": uri, "LocalPath": f"{processing.OUTPUT}/{OUTPUT}", "S3UploadMode": "EndOfJob"},
    }
