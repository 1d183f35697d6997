"""Endpoint configurations and endpoints."""

from __future__ import annotations

from threading import Event

from pipelines.local.clock import now
from pipelines.local.errors import ValidationException
from pipelines.local.operations import listing, models, tags
from pipelines.local.service import Request, Response, Service
from pipelines.local.store import Record

CONFIG = "endpoint-config"
ENDPOINT = "endpoint"
_NOT_SUPPORTED = ("AsyncInferenceConfig", "DataCaptureConfig", "ExplainerConfig", "ShadowProductionVariants")
_LOST = "The local service ended while this endpoint was being created or updated."


def find(service: Service, name: str) -> Record:
    """The record of an endpoint.

    Raises
    ------
    ValidationException
        There is none of that name.
    """
    record = service.store.get(ENDPOINT, name)
    if record is None:
        raise ValidationException(f'Could not find endpoint "{service.arn(f"endpoint/{name}")}".')
    return record


def fail_what_was_changing(service: Service) -> None:
    """After the death of the service: endpoints it left half-made have failed; an update it left is undone."""
    for record in service.store.list(ENDPOINT):
        if record["EndpointStatus"] == "Creating":
            _change(service, record["EndpointName"], EndpointStatus="Failed", FailureReason=_LOST)
        elif record["EndpointStatus"] in ("Updating", "SystemUpdating"):
            _change(service, record["EndpointName"], EndpointStatus="InService", FailureReason=_LOST)


def _find_config(service: Service, name: str) -> Record:
    record = service.store.get(CONFIG, name)
    if record is None:
        raise ValidationException(f'Could not find endpoint configuration "{service.arn(f"{CONFIG}/{name}")}".')
    return record


def _create_config(service: Service, request: Request) -> Response:
    for member in _NOT_SUPPORTED:
        if request.get(member):
            raise ValidationException(f"{member} is not supported by SageMaker on this machine.")
    names = [variant["VariantName"] for variant in request["ProductionVariants"]]
    if len(set(names)) < len(names):
        raise ValidationException(f"The names of production variants must be unique; they are {names}.")
    for variant in request["ProductionVariants"]:
        if not variant.get("ModelName"):
            raise ValidationException(
                f"Production variant {variant['VariantName']} names no model; "
                f"inference components are not supported by SageMaker on this machine."
            )
        models.find(service, variant["ModelName"])
    name = request["EndpointConfigName"]
    arn = service.arn(f"{CONFIG}/{name}")
    record = {**request, "EndpointConfigArn": arn, "CreationTime": now()}
    record.pop("Tags", None)
    if not service.store.insert(CONFIG, name, record):
        raise ValidationException(f'Cannot create already existing endpoint configuration "{arn}".')
    tags.put(service, arn, request.get("Tags", []))
    return {"EndpointConfigArn": arn}


def _describe_config(service: Service, request: Request) -> Response:
    return _find_config(service, request["EndpointConfigName"])


def _list_configs(service: Service, request: Request) -> Response:
    return listing.page(service.store.list(CONFIG), request, member="EndpointConfigs", name="EndpointConfigName")


def _delete_config(service: Service, request: Request) -> None:
    name = request["EndpointConfigName"]
    arn = _find_config(service, name)["EndpointConfigArn"]
    service.store.delete(CONFIG, name)
    tags.drop(service, arn)


def _create(service: Service, request: Request) -> Response:
    name = request["EndpointName"]
    config = _find_config(service, request["EndpointConfigName"])
    arn = service.arn(f"endpoint/{name}")
    moment = now()
    record = {
        "EndpointName": name,
        "EndpointArn": arn,
        "EndpointConfigName": request["EndpointConfigName"],
        "EndpointStatus": "Creating",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    if not service.store.insert(ENDPOINT, name, record):
        raise ValidationException(f'Cannot create already existing endpoint "{arn}".')
    tags.put(service, arn, request.get("Tags", []))
    service.supervisor.start(arn, lambda _stop: _deploy(service, name, config, status_on_failure="Failed"))
    return {"EndpointArn": arn}


def _update(service: Service, request: Request) -> Response:
    name = request["EndpointName"]
    endpoint = find(service, name)
    config = _find_config(service, request["EndpointConfigName"])
    if endpoint["EndpointStatus"] not in ("InService", "Failed"):
        raise ValidationException(
            f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}", which is {endpoint["EndpointStatus"]}.'
        )
    _change(service, name, EndpointStatus="Updating")
    back = endpoint["EndpointStatus"]
    service.supervisor.start(
        endpoint["EndpointArn"], lambda _stop: _deploy(service, name, config, status_on_failure=back)
    )
    return {"EndpointArn": endpoint["EndpointArn"]}


def _deploy(service: Service, name: str, config: Record, *, status_on_failure: str) -> None:
    """Bring up the servers of a configuration, and say in the record how that went."""
    variants = config["ProductionVariants"]
    try:
        service.endpoints.deploy(name, variants)
    except Exception as error:  # noqa: BLE001 - whatever kept the containers from serving is the endpoint's failure
        _change(service, name, EndpointStatus=status_on_failure, FailureReason=f"{error}"[:1024])
        return
    _change(
        service,
        name,
        EndpointStatus="InService",
        EndpointConfigName=config["EndpointConfigName"],
        FailureReason=None,
        Variants=variants,
        ProductionVariants=[_summary(service, variant) for variant in variants],
    )


def _summary(service: Service, variant: Record) -> Record:
    model = models.for_containers(service, variant["ModelName"])
    containers = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else model["Containers"]
    weight, count = variant.get("InitialVariantWeight", 1.0), variant.get("InitialInstanceCount", 1)
    return {
        "VariantName": variant["VariantName"],
        "DeployedImages": [{"SpecifiedImage": container["Image"]} for container in containers],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": count,
    }


def _update_weights(service: Service, request: Request) -> Response:
    name = request["EndpointName"]
    endpoint = find(service, name)
    summaries = {summary["VariantName"]: summary for summary in endpoint.get("ProductionVariants", [])}
    for desired in request["DesiredWeightsAndCapacities"]:
        summary = summaries.get(desired["VariantName"])
        if summary is None:
            raise ValidationException(f'The variant "{desired["VariantName"]}" does not exist in endpoint {name}.')
        for noun, member in (("Weight", "DesiredWeight"), ("InstanceCount", "DesiredInstanceCount")):
            if member in desired:
                summary[member] = summary[f"Current{noun}"] = desired[member]
    _change(service, name, ProductionVariants=list(summaries.values()))
    return {"EndpointArn": endpoint["EndpointArn"]}


def _describe(service: Service, request: Request) -> Response:
    return find(service, request["EndpointName"])


def _list(service: Service, request: Request) -> Response:
    return listing.page(
        service.store.list(ENDPOINT), request, member="Endpoints", name="EndpointName", status="EndpointStatus"
    )


def _delete(service: Service, request: Request) -> None:
    endpoint = find(service, request["EndpointName"])
    if endpoint["EndpointStatus"] in ("Creating", "Updating"):
        ended = Event()
        service.supervisor.when_ended(endpoint["EndpointArn"], ended.set)
        ended.wait()
    service.store.delete(ENDPOINT, request["EndpointName"])
    service.endpoints.remove(request["EndpointName"])
    tags.drop(service, endpoint["EndpointArn"])


def _change(service: Service, name: str, **members: object) -> None:
    def change(record: Record) -> None:
        record.update(members, LastModifiedTime=now())

    service.store.update(ENDPOINT, name, change)


OPERATIONS = {
    "CreateEndpointConfig": _create_config,
    "DescribeEndpointConfig": _describe_config,
    "ListEndpointConfigs": _list_configs,
    "DeleteEndpointConfig": _delete_config,
    "CreateEndpoint": _create,
    "UpdateEndpoint": _update,
    "UpdateEndpointWeightsAndCapacities": _update_weights,
    "DescribeEndpoint": _describe,
    "ListEndpoints": _list,
    "DeleteEndpoint": _delete,
}
