"""Endpoint configurations: the models that an endpoint serves, and their shares of its requests."""

from local_sagemaker.api import listing, models
from local_sagemaker.core import tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record

KIND = "endpoint-config"


def find(core: Core, name: str) -> Record:
    """The record of an endpoint configuration; raises ValidationException if the name does not exist."""
    missing = ValidationException(f'Could not find endpoint configuration "{core.arn(f"{KIND}/{name}")}".')
    return core.store.find(KIND, name, missing)


def _create(core: Core, request: Request) -> Response:
    names = [variant["VariantName"] for variant in request["ProductionVariants"]]
    if len(set(names)) < len(names):
        raise ValidationException(f"The names of production variants must be unique; they are {names}.")
    for variant in request["ProductionVariants"]:
        if not variant.get("ModelName"):
            raise ValidationException(
                f"Production variant {variant['VariantName']} names no model; "
                f"inference components are not supported by the local SageMaker."
            )
        if "ServerlessConfig" not in variant and not {"InstanceType", "InitialInstanceCount"} <= variant.keys():
            raise ValidationException(
                f"Production variant {variant['VariantName']} needs InstanceType and InitialInstanceCount, or a "
                f"ServerlessConfig."
            )
        models.find(core, variant["ModelName"])
    name = request["EndpointConfigName"]
    arn = core.arn(f"{KIND}/{name}")
    variants = [{"InitialVariantWeight": 1.0, **variant} for variant in request["ProductionVariants"]]
    record = {**request, "ProductionVariants": variants, "EndpointConfigArn": arn, "CreationTime": now()}
    record.pop("Tags", None)
    if not core.store.insert(KIND, name, record):
        raise ValidationException(f'Cannot create already existing endpoint configuration "{arn}".')
    tags.put(core.store, arn, request.get("Tags", []))
    return {"EndpointConfigArn": arn}


def _describe(core: Core, request: Request) -> Response:
    return find(core, request["EndpointConfigName"])


def _list(core: Core, request: Request) -> Response:
    return listing.page(core.store.list(KIND), request, member="EndpointConfigs", name="EndpointConfigName")


def _delete(core: Core, request: Request) -> None:
    name = request["EndpointConfigName"]
    arn = find(core, name)["EndpointConfigArn"]
    core.store.delete(KIND, name)
    tags.drop(core.store, arn)


OPERATIONS = {
    "CreateEndpointConfig": _create,
    "DescribeEndpointConfig": _describe,
    "ListEndpointConfigs": _list,
    "DeleteEndpointConfig": _delete,
}
