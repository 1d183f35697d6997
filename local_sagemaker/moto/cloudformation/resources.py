"""SageMaker resources in CloudFormation stacks: moto runs the stacks, and the local API creates the resources."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import StructureShape

from local_sagemaker.core.core import Call, Core
from local_sagemaker.core.errors import ApiError
from local_sagemaker.core.names import last_part
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.engine.arguments import fit

_TYPE = re.compile(r"AWS::SageMaker::\w+")


@dataclass(frozen=True)
class _Kind:
    """A type of resource: the noun in its operations, and the attributes that other resources may refer to."""

    noun: str
    attributes: tuple[str, ...]
    updated: bool = False

    @property
    def name(self) -> str:
        return f"{self.noun}Name"


KINDS = {
    "AWS::SageMaker::Model": _Kind("Model", ("ModelName",)),
    "AWS::SageMaker::EndpointConfig": _Kind("EndpointConfig", ("EndpointConfigName",)),
    "AWS::SageMaker::Endpoint": _Kind("Endpoint", ("EndpointName",), updated=True),
    "AWS::SageMaker::ModelPackageGroup": _Kind("ModelPackageGroup", ("ModelPackageGroupArn",)),
    "AWS::SageMaker::Pipeline": _Kind("Pipeline", (), updated=True),
}
"""The SageMaker resources that a stack may contain; ``updated`` ones change in place, others are replaced."""


def check(template: str) -> None:
    """Raise a NotImplementedError that names an unsupported SageMaker resource in a template."""
    for found in sorted({*_TYPE.findall(template)} - KINDS.keys()):
        raise NotImplementedError(f"Stacks with {found} are not supported by the local SageMaker.")


def serve(core: Core, call: Call) -> None:
    """Make moto create and delete these resources through the local API."""
    from moto.cloudformation.parsing import get_model_map

    models: dict[str, Any] = get_model_map()
    for name, kind in KINDS.items():
        models[name] = _maker(core, call, name, kind)


def update_all(stack: Any) -> None:
    """Make an update of a stack update all of its SageMaker resources, because one may refer to another."""
    # moto updates only resources whose JSON has changed, before references are resolved. The mark makes all of them
    # differ; update_from_cloudformation_json then compares their resolved properties.
    resources = stack.resource_map._resource_json_map
    for name, resource in resources.items():
        if resource.get("Type") in KINDS:
            resources[name] = {**resource, "LookedAt": True}


class _Resource:
    """One resource of a stack, with the interface that moto expects."""

    def __init__(self, arn: str, name: str, attributes: Mapping[str, str], properties: Mapping[str, Any]) -> None:
        self.arn = arn
        self.name = name
        self.properties = properties
        self._attributes = attributes

    @property
    def physical_resource_id(self) -> str:
        return self.arn

    def is_created(self) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

        if name not in self._attributes:
            raise UnformattedGetAttTemplateException
        return self._attributes[name]


def _maker(core: Core, call: Call, type_: str, kind: _Kind) -> type:
    """The class with which moto creates, updates and deletes resources of a type."""

    class Maker(_Resource):
        @staticmethod
        def cloudformation_type() -> str:
            return type_

        @staticmethod
        def cloudformation_name_type() -> str:
            return kind.name

        @classmethod
        def has_cfn_attr(cls, name: str) -> bool:
            return name in kind.attributes

        @classmethod
        def create_from_cloudformation_json(
            cls, resource_name: str, cloudformation_json: Mapping[str, Any], *_place: str, **_more: Any
        ) -> _Resource:
            name = cloudformation_json.get("Properties", {}).get(kind.name, resource_name)
            answer = _call(call, f"Create{kind.noun}", {**_properties(cloudformation_json), kind.name: name})
            arn = answer[f"{kind.noun}Arn"]
            _await(core, call, kind, arn)
            attributes = {each: answer.get(each, name) for each in kind.attributes}
            return cls(arn, name, attributes, _properties(cloudformation_json))

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: _Resource,
            new_resource_name: str,
            cloudformation_json: Mapping[str, Any],
            *place: str,
            **named: Any,
        ) -> _Resource:
            properties = _properties(cloudformation_json)
            if properties == original_resource.properties:
                return original_resource
            if kind.updated:
                _call(call, f"Update{kind.noun}", {**properties, kind.name: original_resource.name})
                _await(core, call, kind, original_resource.arn)
                original_resource.properties = properties
                return original_resource
            cls.delete_from_cloudformation_json(original_resource.arn)
            return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, *place, **named)

        @classmethod
        def delete_from_cloudformation_json(cls, resource_name: str, *_rest: Any) -> None:
            _call(call, f"Delete{kind.noun}", {kind.name: last_part(resource_name)})

    return Maker


def _properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a resource, renamed to the members of the API."""
    properties = dict(resource.get("Properties", {}))
    definition = properties.get("PipelineDefinition")
    if isinstance(definition, Mapping):
        properties["PipelineDefinition"] = definition.get("PipelineDefinitionBody")
        location = definition.get("PipelineDefinitionS3Location")
        if location:
            names = {"Bucket": "Bucket", "Key": "ObjectKey", "Version": "VersionId"}
            where = {names[name]: value for name, value in location.items() if name in names}
            properties["PipelineDefinitionS3Location"] = where
    return {name: value for name, value in properties.items() if value is not None}


def _call(call: Call, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run an operation with the members of the request that it has, converted to its types."""
    from moto.cloudformation.exceptions import ValidationError

    shape: StructureShape = service_model().operation_model(operation).input_shape
    taken = {name: value for name, value in request.items() if name in shape.members}
    try:
        return call(operation, fit(shape, taken)) or {}
    except ApiError as error:
        raise ValidationError(message=f"{operation}: {error}") from error


def _await(core: Core, call: Call, kind: _Kind, arn: str) -> None:
    """Wait until an endpoint is in service, as a stack does."""
    from moto.cloudformation.exceptions import ValidationError

    if kind.noun != "Endpoint":
        return
    core.supervisor.wait(arn)
    endpoint = call("DescribeEndpoint", {"EndpointName": last_part(arn)}) or {}
    if endpoint["EndpointStatus"] != "InService":
        raise ValidationError(message=f"{arn}: {endpoint.get('FailureReason')}")
