"""Steps that cannot run locally, found before an execution starts."""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from local_sagemaker.core.core import Work
from local_sagemaker.core.errors import ExpressionError, ValidationException
from local_sagemaker.definition.expressions import Scope, is_expression, referenced_steps, resolve
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.definition.step_types import API_STEPS, SUPPORTED_STEPS, TASK_STEPS
from local_sagemaker.definition.unsupported import unsupported_members, values_at

Use = Work | Literal["invoke"]
"""The work of an image, or that of a Lambda function: ``invoke``."""
Missing = Callable[[str, Use], str | None]

_NOTEBOOK_JOB = "amazon_sagemaker_scheduler"
"""The entry point of the Training step that the SDK makes of a notebook job: a program of Studio's own images."""
_MOST_NAMED = 10


def refuse(definition: Definition, parameters: Mapping[str, Any], missing: Missing) -> None:
    """Refuse an execution with a step that cannot run.

    ``definition`` has the steps that are to run, and ``parameters`` the values of this execution; arguments that depend
    on other steps' results are checked when the step runs. ``missing`` returns what an image or a function lacks for
    a kind of work, or None.

    Raises ValidationException if a step has a type or a member that is not supported, an image without a stand-in, or a
    function with another runtime than Python.
    """
    known = _Known(parameters)
    found = [
        f"{step.name} ({reason})"
        for step in definition.steps.values()
        for reason in _reasons(definition, step, known, missing)
    ]
    if found:
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        types = any(step.type not in SUPPORTED_STEPS for step in definition.steps.values())
        rest = (
            f"Its types of steps are {', '.join(SUPPORTED_STEPS)}"
            if types
            else "`local-sagemaker supported` lists more"
        )
        raise ValidationException(
            f"The local SageMaker does not support these steps: {', '.join(found[:_MOST_NAMED])}{more}. {rest}."
        )


class _Known:
    """Resolves the expressions that depend on parameters only."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._scope = Scope(parameters, {}, self._unknown, self._unknown, self._unknown)

    def __call__(self, value: Any) -> Any:
        """A document with its expressions resolved; those that depend on other steps' results are None."""
        if is_expression(value):
            try:
                return resolve(value, self._scope)
            except ExpressionError:
                return None
        if isinstance(value, Mapping):
            return {key: self(item) for key, item in value.items()}
        return [self(item) for item in value] if isinstance(value, list) else value

    def _unknown(self, *_names: str) -> Any:
        raise ExpressionError("not known yet")


def _reasons(definition: Definition, step: Step, known: _Known, missing: Missing) -> Iterator[str]:
    if step.type not in SUPPORTED_STEPS:
        yield step.type
    if step.type not in (*API_STEPS, *TASK_STEPS):
        return
    arguments = known(step.arguments)
    if step.type in API_STEPS:
        yield from unsupported_members(API_STEPS[step.type].create, arguments)
    yield from _beyond_the_machine(step.type, arguments)
    if [_NOTEBOOK_JOB] in values_at(arguments, ["AlgorithmSpecification", "ContainerEntrypoint"]):
        yield "NotebookJob"
    for image, work in _images(definition, step, arguments, known):
        lack = missing(image, work) if isinstance(image, str) else None
        if lack:
            yield lack


def _beyond_the_machine(kind: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    """Arguments with which a job would fail, and which need more than the value of one member to detect."""
    if kind == "Processing":
        command = {"ContainerEntrypoint", "ContainerArguments"}
        for application in values_at(arguments, ["AppSpecification"]):
            if isinstance(application, Mapping) and not command & application.keys():
                yield "no AppSpecification.ContainerEntrypoint"
    for groups in _of_training(arguments, "ResourceConfig.InstanceGroups"):
        if isinstance(groups, list) and len(groups) > 1:
            yield "several ResourceConfig.InstanceGroups"
    for path in _of_training(arguments, "CheckpointConfig.LocalPath"):
        if isinstance(path, str) and not posixpath.normpath(path).startswith("/opt/ml/"):
            yield f"CheckpointConfig.LocalPath {path} outside /opt/ml"


def _images(
    definition: Definition, step: Step, arguments: Mapping[str, Any], known: _Known
) -> Iterator[tuple[Any, Use]]:
    """The images and functions that a step uses, and the kind of work of each."""
    for function in values_at(arguments, ["FunctionArn"]):
        yield function, "invoke"
    for image in values_at(arguments, ["AppSpecification", "ImageUri"]):
        yield image, "process"
    for specification in _of_training(arguments, "AlgorithmSpecification"):
        if isinstance(specification, Mapping):
            yield specification.get("TrainingImage"), "process" if specification.get("ContainerEntrypoint") else "train"
    if step.type in ("Transform", "EndpointConfig"):
        for name in sorted(referenced_steps(step.arguments)):
            model = definition.steps.get(name)
            if model is not None and model.type == "Model":
                for member in ("PrimaryContainer", "Containers"):
                    for image in values_at(known(model.arguments), [member, "Image"]):
                        yield image, "serve"


def _of_training(arguments: Mapping[str, Any], path: str) -> Iterator[Any]:
    """The values at a path of a training job, or of each training job that a tuning job starts."""
    for where in ("", "TrainingJobDefinition.", "TrainingJobDefinitions."):
        yield from values_at(arguments, f"{where}{path}".split("."))
