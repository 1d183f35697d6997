"""Endpoint configurations: which models an endpoint serves, and with what share of its requests."""

from __future__ import annotations

from local_sagemaker.api import listing, models, tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.service import Request, Response, Service
from local_sagemaker.core.store import Record

KIND = "endpoint-config"


def find(service: Service, name: str) -> Record:
    """The record of an endpoint configuration.

    Raises
    ------
    ValidationException
        There is none of that name.
    """
    record = service.store.get(KIND, name)
    if record is None:
        raise ValidationException(f'Could not find endpoint configuration "{service.arn(f"{KIND}/{name}")}".')
    return record


def _create(service: Service, request: Request) -> Response:
    names = [variant["VariantName"] for variant in request["ProductionVariants"]]
    if len(set(names)) < len(names):
        raise ValidationException(f"The names of production variants must be unique; they are {names}.")
    for variant in request["ProductionVariants"]:
        if not variant.get("ModelName"):
            raise ValidationException(
                f"Production variant {variant['VariantName']} names no model; "
                f"inference components are not supported by SageMaker on this machine."
            )
        if "ServerlessConfig" not in variant and not {"InstanceType", "InitialInstanceCount"} <= variant.keys():
            raise ValidationException(
                f"Production variant {variant['VariantName']} needs InstanceType and InitialInstanceCount, or a "
                f"ServerlessConfig."
            )
        models.find(service, variant["ModelName"])
    name = request["EndpointConfigName"]
    arn = service.arn(f"{KIND}/{name}")
    variants = [{"InitialVariantWeight": 1.0, **variant} for variant in request["ProductionVariants"]]
    record = {**request, "ProductionVariants": variants, "EndpointConfigArn": arn, "CreationTime": now()}
    record.pop("Tags", None)
    if not service.store.insert(KIND, name, record):
        raise ValidationException(f'Cannot create already existing endpoint configuration "{arn}".')
    tags.put(service, arn, request.get("Tags", []))
    return {"EndpointConfigArn": arn}


def _describe(service: Service, request: Request) -> Response:
    return find(service, request["EndpointConfigName"])


def _list(service: Service, request: Request) -> Response:
    return listing.page(service.store.list(KIND), request, member="EndpointConfigs", name="EndpointConfigName")


def _delete(service: Service, request: Request) -> None:
    name = request["EndpointConfigName"]
    arn = find(service, name)["EndpointConfigArn"]
    service.store.delete(KIND, name)
    tags.drop(service, arn)


OPERATIONS = {
    "CreateEndpointConfig": _create,
    "DescribeEndpointConfig": _describe,
    "ListEndpointConfigs": _list,
    "DeleteEndpointConfig": _delete,
}
