"""The operations on endpoints."""

from datetime import UTC, datetime

from local_sagemaker import events
from local_sagemaker.api import endpoint_configs, listing, models
from local_sagemaker.core import disk, tags
from local_sagemaker.core.clock import now
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.definition.durations import duration
from local_sagemaker.endpoints import capture
from local_sagemaker.endpoints.servers import Endpoints
from local_sagemaker.jobs.contract import LONGEST_REASON

ENDPOINT = "endpoint"
_LOST = "The local SageMaker ended while this endpoint was being created or updated."


def find(core: Core, name: str) -> Record:
    """The record of an endpoint; raises ValidationException if the name does not exist."""
    missing = ValidationException(f'Could not find endpoint "{core.arn(f"endpoint/{name}")}".')
    return core.store.find(ENDPOINT, name, missing)


def fail_what_was_changing(core: Core) -> None:
    """End the creations and undo the updates that an earlier process of the service left unfinished."""
    for record in core.store.list(ENDPOINT):
        if record["EndpointStatus"] == "Creating":
            _change(core, record["EndpointName"], EndpointStatus="Failed", FailureReason=_LOST)
        elif record["EndpointStatus"] in ("Updating", "SystemUpdating"):
            _change(core, record["EndpointName"], EndpointStatus="InService", FailureReason=_LOST)


def count_unexpired(core: Core) -> int:
    """The number of endpoints in service whose tag ``expiry`` is a time to come, or a duration that has not passed.

    Only they keep a background service alive: the server of any endpoint starts again when it is invoked.
    """
    records = core.store.list(ENDPOINT)
    return sum(each["EndpointStatus"] == "InService" and not _has_expired(core, each) for each in records)


def _has_expired(core: Core, endpoint: Record) -> bool:
    tagged = {tag["Key"]: tag["Value"] for tag in tags.of(core.store, endpoint["EndpointArn"])}
    text = tagged.get("expiry", "")
    try:
        if text.startswith("P"):  # since the configuration was created
            config = core.store.get(endpoint_configs.KIND, endpoint["EndpointConfigName"]) or endpoint
            expiry = datetime.fromtimestamp(config["CreationTime"], UTC) + duration(text)
        else:
            expiry = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return True  # "never", no tag, or another tool's tag of that name
    return expiry.timestamp() <= now()


def _create(core: Core, servers: Endpoints, request: Request) -> Response:
    name = request["EndpointName"]
    config = endpoint_configs.find(core, request["EndpointConfigName"])
    arn = core.arn(f"endpoint/{name}")
    moment = now()
    record = {
        "EndpointName": name,
        "EndpointArn": arn,
        "EndpointConfigName": request["EndpointConfigName"],
        "EndpointStatus": "Creating",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    with core.store.transaction():
        # "The name is case-insensitive in CreateEndpoint, but the case is preserved" (its EndpointName in the model).
        for other in core.store.list(ENDPOINT):
            if other["EndpointName"].lower() == name.lower():
                raise ValidationException(f'Cannot create already existing endpoint "{other["EndpointArn"]}".')
        core.store.insert(ENDPOINT, name, record)
    tags.put(core.store, arn, request.get("Tags", []))
    events.endpoint_changed(core, record)
    core.supervisor.start(arn, lambda _stop: _deploy(core, servers, name, config, status_on_failure="Failed"))
    return {"EndpointArn": arn}


def _update(core: Core, servers: Endpoints, request: Request) -> Response:
    name = request["EndpointName"]
    endpoint = _find_at_rest(core, name)
    config = endpoint_configs.find(core, request["EndpointConfigName"])
    if request.get("RetainAllVariantProperties"):
        excluded = {each["VariantPropertyType"] for each in request.get("ExcludeRetainedVariantProperties", [])}
        config["ProductionVariants"] = [
            {**variant, **_retained(endpoint, variant["VariantName"], excluded)}
            for variant in config["ProductionVariants"]
        ]
    more = {"LastDeploymentConfig": request["DeploymentConfig"]} if "DeploymentConfig" in request else {}
    with core.store.transaction():  # so the second of two simultaneous updates sees the first
        _find_at_rest(core, name)
        _change(core, name, EndpointStatus="Updating", **more)
    back = endpoint["EndpointStatus"]
    core.supervisor.start(
        endpoint["EndpointArn"], lambda _stop: _deploy(core, servers, name, config, status_on_failure=back)
    )
    return {"EndpointArn": endpoint["EndpointArn"]}


def _find_at_rest(core: Core, name: str) -> Record:
    """The record of an endpoint; raises ValidationException if it does not exist, or is being created or updated."""
    endpoint = find(core, name)
    if endpoint["EndpointStatus"] not in ("InService", "Failed"):
        raise ValidationException(f'Cannot update in-progress endpoint "{endpoint["EndpointArn"]}".')
    return endpoint


def _retained(endpoint: Record, variant: str, excluded: set[str]) -> Record:
    """The properties that a variant keeps in an update: its current weight and number of instances."""
    summaries = (each for each in endpoint.get("ProductionVariants", []) if each["VariantName"] == variant)
    now_has: Record = next(summaries, {})
    members = {"DesiredWeight": "InitialVariantWeight", "DesiredInstanceCount": "InitialInstanceCount"}
    return {
        initial: now_has[desired]
        for desired, initial in members.items()
        if desired in now_has and desired not in excluded
    }


def _deploy(core: Core, servers: Endpoints, name: str, config: Record, *, status_on_failure: str) -> None:
    """Start the servers of a configuration, and record the result."""
    variants = config["ProductionVariants"]
    try:
        servers.deploy(name, variants)
    except Exception as error:  # noqa: BLE001 - whatever keeps the containers from serving is the endpoint's failure
        reason = disk.problem(error, core.directory) or f"{error}"
        _change(core, name, EndpointStatus=status_on_failure, FailureReason=reason[:LONGEST_REASON])
        return
    _change(
        core,
        name,
        EndpointStatus="InService",
        EndpointConfigName=config["EndpointConfigName"],
        FailureReason=None,
        Variants=variants,
        Capture=config.get("DataCaptureConfig"),
        DataCaptureConfig=capture.summary(config.get("DataCaptureConfig")),
        ProductionVariants=[_summary(core, variant) for variant in variants],
    )


def _summary(core: Core, variant: Record) -> Record:
    model = models.for_containers(core, variant["ModelName"])
    containers = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else model["Containers"]
    weight = variant.get("InitialVariantWeight", 1.0)
    if "ServerlessConfig" in variant:
        size = {f"{when}ServerlessConfig": variant["ServerlessConfig"] for when in ("Current", "Desired")}
    else:
        size = {f"{when}InstanceCount": variant.get("InitialInstanceCount", 1) for when in ("Current", "Desired")}
    return {
        "VariantName": variant["VariantName"],
        "DeployedImages": [{"SpecifiedImage": container["Image"]} for container in containers],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        **size,
    }


def _update_weights(core: Core, request: Request) -> Response:
    name = request["EndpointName"]
    endpoint = _find_at_rest(core, name)
    summaries = {summary["VariantName"]: summary for summary in endpoint.get("ProductionVariants", [])}
    for desired in request["DesiredWeightsAndCapacities"]:
        summary = summaries.get(desired["VariantName"])
        if summary is None:
            raise ValidationException(
                f'The variant name(s) "{desired["VariantName"]}" is/are not present within endpoint configuration '
                f'"{endpoint["EndpointConfigName"]}".'
            )
        for noun, member in (("Weight", "DesiredWeight"), ("InstanceCount", "DesiredInstanceCount")):
            if member in desired:
                summary[member] = summary[f"Current{noun}"] = desired[member]
    _change(core, name, ProductionVariants=list(summaries.values()))
    return {"EndpointArn": endpoint["EndpointArn"]}


def _describe(core: Core, request: Request) -> Response:
    return find(core, request["EndpointName"])


def _list(core: Core, request: Request) -> Response:
    return listing.page(
        core.store.list(ENDPOINT), request, member="Endpoints", name="EndpointName", status="EndpointStatus"
    )


def _delete(core: Core, servers: Endpoints, request: Request) -> None:
    endpoint = _find_at_rest(core, request["EndpointName"])
    events.endpoint_changed(core, {**endpoint, "EndpointStatus": "Deleting"})
    core.store.delete(ENDPOINT, request["EndpointName"])
    servers.remove(request["EndpointName"])
    tags.drop(core.store, endpoint["EndpointArn"])


def _change(core: Core, name: str, **members: object) -> None:
    before = None

    def change(record: Record) -> None:
        nonlocal before
        before = record["EndpointStatus"]
        record.update(members, LastModifiedTime=now())

    record = core.store.update(ENDPOINT, name, change)
    if record is not None and record["EndpointStatus"] != before:
        events.endpoint_changed(core, record)


WITH_SERVERS = {"CreateEndpoint": _create, "UpdateEndpoint": _update, "DeleteEndpoint": _delete}
OPERATIONS = {
    "UpdateEndpointWeightsAndCapacities": _update_weights,
    "DescribeEndpoint": _describe,
    "ListEndpoints": _list,
}
