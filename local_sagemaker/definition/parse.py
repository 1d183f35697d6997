"""A pipeline's definition as parameters and steps, each step with the steps that it waits for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from local_sagemaker.core import strict_json
from local_sagemaker.core.errors import DefinitionError as DefinitionError  # noqa: PLC0414 - for the workflow, too
from local_sagemaker.definition.expressions import referenced_steps
from local_sagemaker.definition.step_types import TASK_STEPS

MOST_CHARACTERS = 1_048_576
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quotas.html"""
VERSION = "2020-12-01"
"""The only version of the definition language."""
_TASK_MEMBERS = {"Name", "Type", "Arguments", "DisplayName", "Description", "DependsOn", "CacheConfig"}
"""The members of Callback and Lambda steps, besides their OutputParameters and their queue or function."""


@dataclass(frozen=True)
class Step:
    """One step."""

    name: str
    type: str
    arguments: Mapping[str, Any]
    display_name: str | None = None
    description: str | None = None
    """As in the definition. A Condition step's arguments are its conditions only; those of a Callback or Lambda
    step are its members Arguments, OutputParameters, and SqsQueueUrl or FunctionArn."""
    branch: tuple[str, bool] | None = None
    """The condition step whose branch contains this step, and whether it is the branch for True."""
    depends_on: frozenset[str] = frozenset()
    """The steps that DependsOn names."""
    cache: Mapping[str, Any] = field(default_factory=dict)
    retry_policies: tuple[Mapping[str, Any], ...] = ()
    property_files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """As in the definition; property files by name."""

    @cached_property
    def needs(self) -> frozenset[str]:
        """The steps that must have succeeded before: named in DependsOn, or read by an expression."""
        return self.depends_on | referenced_steps(self.arguments)

    @cached_property
    def waits_for(self) -> frozenset[str]:
        """The steps that it needs, and the condition step whose branch contains it."""
        return self.needs | ({self.branch[0]} if self.branch else frozenset())


@dataclass(frozen=True)
class Definition:
    """A whole pipeline: parameters and steps by name, in the order of the definition."""

    parameters: Mapping[str, Mapping[str, Any]]
    steps: Mapping[str, Step]
    experiment: Mapping[str, Any]

    def branches(self, step: Step) -> Iterator[tuple[str, bool]]:
        """The branches that contain a step, innermost first: the condition step, and whether it is for True."""
        branch = step.branch
        while branch is not None:
            yield branch
            branch = self.steps[branch[0]].branch


def parse(text: str) -> Definition:
    """Read a definition; raises DefinitionError if it is too long, not JSON, or has not the structure of one."""
    if len(text) > MOST_CHARACTERS:
        raise DefinitionError(f"The definition has {len(text)} characters; at most {MOST_CHARACTERS} are allowed.")
    try:
        document = strict_json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"The definition is not JSON: {error}") from error
    return read(document)


def read(document: Any) -> Definition:
    """Read a definition from its JSON document; raises DefinitionError if it has not the structure of one."""
    document = _object(document, "The definition")
    if document.get("Version", VERSION) != VERSION:
        raise DefinitionError(f"The Version of the definition is {document['Version']!r}; it must be {VERSION!r}.")
    parameters: dict[str, Mapping[str, Any]] = {}
    for given in _list(document.get("Parameters") or [], "Parameters"):
        parameter = _object(given, "A parameter")
        name = _text(parameter, "Name", "a parameter")
        if name in parameters:
            raise DefinitionError(f"Parameter names must be unique: {name}")
        parameters[name] = parameter
    steps: dict[str, Step] = {}
    for step in _steps(_list(document.get("Steps"), "Steps"), None):
        if step.name in steps:
            raise DefinitionError(f"Step names must be unique within a pipeline definition: {step.name}")
        steps[step.name] = step
    if not steps:
        raise DefinitionError("A pipeline needs at least one step.")
    return Definition(parameters, steps, document.get("PipelineExperimentConfig") or {})


def _steps(documents: list[Any], branch: tuple[str, bool] | None) -> Iterator[Step]:
    for document in documents:
        given = _object(document, "A step")
        name = _text(given, "Name", "a step")
        kind = _text(given, "Type", f"step {name}")
        arguments = _object(given.get("Arguments", {}), f"Arguments of step {name}")
        own = arguments
        if kind == "Condition":
            own = {"Conditions": _list(arguments.get("Conditions"), f"Conditions of step {name}")}
        elif kind in TASK_STEPS:
            own = _task(given, name, TASK_STEPS[kind], arguments)
        yield Step(
            name=name,
            type=kind,
            arguments=own,
            display_name=given.get("DisplayName"),
            description=given.get("Description"),
            branch=branch,
            depends_on=frozenset(_texts(given.get("DependsOn") or [], f"DependsOn of step {name}")),
            cache=_object(given.get("CacheConfig") or {}, f"CacheConfig of step {name}"),
            retry_policies=tuple(_retry_policies(given, name)),
            property_files=dict(_property_files(given, name)),
        )
        if kind == "Condition":
            yield from _steps(_list(arguments.get("IfSteps") or [], f"IfSteps of step {name}"), (name, True))
            yield from _steps(_list(arguments.get("ElseSteps") or [], f"ElseSteps of step {name}"), (name, False))


def _task(step: Mapping[str, Any], name: str, target: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members that say what a Callback or Lambda step does, by name."""
    unknown = sorted(step.keys() - _TASK_MEMBERS - {target, "OutputParameters"})
    if unknown:
        raise DefinitionError(f"The {step['Type']} step {name} has the unknown member {unknown[0]}.")
    outputs = _list(step.get("OutputParameters") or [], f"OutputParameters of step {name}")
    for each in outputs:
        output = _object(each, f"An output parameter of step {name}")
        for member in ("OutputName", "OutputType"):
            _text(output, member, f"an output parameter of step {name}")
    return {target: step.get(target), "Arguments": arguments, "OutputParameters": outputs}


def _retry_policies(step: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    for given in _list(step.get("RetryPolicies") or [], f"RetryPolicies of step {name}"):
        policy = _object(given, f"A retry policy of step {name}")
        _texts(policy.get("ExceptionType", []), f"ExceptionType of a retry policy of step {name}")
        yield policy


def _property_files(step: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for given in _list(step.get("PropertyFiles") or [], f"PropertyFiles of step {name}"):
        file = _object(given, f"A property file of step {name}")
        for member in ("PropertyFileName", "OutputName", "FilePath"):
            _text(file, member, f"a property file of step {name}")
        yield file["PropertyFileName"], file


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"Expecting start of Json Object. {what} is not one.")
    return value


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise DefinitionError(f"Expecting start of Json Array. {what} is not one.")
    return value


def _texts(value: object, what: str) -> list[str]:
    items = _list(value, what)
    for item in items:
        if not isinstance(item, str):
            raise DefinitionError(f"{what} has {item!r}, which is not text.")
    return items


def _text(document: Mapping[str, Any], member: str, where: str) -> str:
    value = document.get(member)
    if not isinstance(value, str) or not value:
        raise DefinitionError(f"{member} is missing in {where}.")
    return value
