"""Selective execution: only selected steps run, on the results of an earlier execution."""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record, Store
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.engine import records

_REUSED_MEMBERS = ("StepType", "Metadata", "Resource", "Outcome", "Outputs", "StartTime", "EndTime")


def selected_steps(definition: Definition, config: Mapping[str, Any] | None) -> Definition:
    """The definition with only the selected steps, and the ones whose results they need."""
    if not config:
        return definition
    chosen = _chosen(definition, config)
    kept = chosen | _needed(definition, chosen)
    steps = {name: step for name, step in definition.steps.items() if name in kept}
    return Definition(definition.parameters, steps, definition.experiment)


def reused_steps(store: Store, definition: Definition, config: Mapping[str, Any] | None) -> dict[str, Record]:
    """The results of an earlier execution, for the steps that are needed but not selected.

    Raises ValidationException if a selected step is not in the definition, or a needed step has no result.
    """
    if not config:
        return {}
    chosen = _chosen(definition, config)
    needed = sorted(_needed(definition, chosen))
    source = config.get("SourcePipelineExecutionArn")
    if needed and not source:
        raise ValidationException(
            f"Invalid SourcePipelineExecutionArn: null. The selected steps [{', '.join(sorted(chosen))}] "
            f"have dependencies on [{', '.join(needed)}]"
        )
    if not needed:
        return {}
    records.execution(store, str(source))
    results = {step["StepName"]: step for step in records.steps(store, str(source))}
    for name in needed:
        if results.get(name, {}).get("StepStatus") != "Succeeded":
            raise ValidationException(
                f"Invalid SourcePipelineExecutionArn: {source}. The selected steps need the step {name}, "
                f"which has not succeeded in that execution."
            )
    return {name: {**results[name], "Source": source} for name in needed}


def reuse(store: Store, arn: str, step: Step, result: Record) -> None:
    """Write an earlier result into an execution, as a step that has succeeded."""
    members = {name: result[name] for name in _REUSED_MEMBERS if name in result}
    result_of = result.get("SelectiveExecutionResult", {"SourcePipelineExecutionArn": result["Source"]})
    records.begin_step(store, arn, step, **members, SelectiveExecutionResult=result_of)
    records.change_step(store, arn, step.name, StepStatus="Succeeded")


def _chosen(definition: Definition, config: Mapping[str, Any]) -> set[str]:
    chosen = {selected["StepName"] for selected in config["SelectedSteps"]}
    unknown = sorted(chosen - definition.steps.keys())
    if unknown:
        raise ValidationException(f"The selected steps [{', '.join(unknown)}] are not in the pipeline definition.")
    return chosen


def _needed(definition: Definition, chosen: set[str]) -> set[str]:
    return {need for name in chosen for need in definition.steps[name].waits_for} - chosen
