"""Scaling of an endpoint: the number of instances follows the invocations per instance, between two bounds.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
"""

from dataclasses import dataclass
from typing import Any

from pipelines.definition.endpoint_config import VARIANT
from pipelines.errors import BadInput
from pipelines.serving.endpoints.capacity import Instances
from pipelines.serving.endpoints.deployment import wait_at_rest
from pipelines.serving.endpoints.state import IN_SERVICE, Endpoint
from pipelines.target.connection import CommandContext

POLICY = "invocations-per-instance"
_NAMESPACE = "sagemaker"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True)
class Bounds:
    """The fewest and the most instances, and the target of invocations per instance and minute."""

    fewest: int
    most: int
    target: float | None = None

    def __str__(self) -> str:
        aim = "" if self.target is None else f", for {self.target:g} invocations per instance and minute"
        return f"{self.fewest} to {self.most} instances{aim}"


def scale(context: CommandContext, endpoint: Endpoint, bounds: Bounds) -> Endpoint:
    """Scale the number of instances by the invocations per instance.

    Raises `BadInput` if the endpoint has no instances, or is not in service.
    """
    capacity = _require_instances(endpoint)
    within = min(max(capacity.count, bounds.fewest), bounds.most)
    if within != capacity.count:
        endpoint = set_instances(context, endpoint, within)
    resource = {**_resource(endpoint.name), "ScalableDimension": _DIMENSION}
    context.scaling.register_scalable_target(**resource, MinCapacity=bounds.fewest, MaxCapacity=bounds.most)
    context.scaling.put_scaling_policy(
        **resource,
        PolicyName=POLICY,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": float(bounds.target or 0),
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            "ScaleInCooldown": 300,
            "ScaleOutCooldown": 60,
        },
    )
    return endpoint


def set_instances(context: CommandContext, endpoint: Endpoint, count: int) -> Endpoint:
    """Set the number of instances of an endpoint, and wait until it has them."""
    _require_instances(endpoint)
    context.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint.name,
        DesiredWeightsAndCapacities=[{"VariantName": VARIANT, "DesiredInstanceCount": count}],
    )
    return wait_at_rest(context, endpoint.name)


def stop_scaling(context: CommandContext, endpoint: str) -> bool:
    """Stop scaling, and keep the number of instances; return whether the endpoint was scaled."""
    if bounds_of(context, endpoint) is None:
        return False
    context.scaling.deregister_scalable_target(**_resource(endpoint), ScalableDimension=_DIMENSION)
    return True


def bounds_of(context: CommandContext, endpoint: str) -> Bounds | None:
    """Read the bounds within which an endpoint is scaled; None if it is not scaled."""
    resource = _resource(endpoint)
    found = context.scaling.describe_scalable_targets(ServiceNamespace=_NAMESPACE, ResourceIds=[resource["ResourceId"]])
    if not found["ScalableTargets"]:
        return None
    target = found["ScalableTargets"][0]
    policies = context.scaling.describe_scaling_policies(**resource)["ScalingPolicies"]
    configurations = [policy.get("TargetTrackingScalingPolicyConfiguration", {}) for policy in policies]
    aims = [configuration["TargetValue"] for configuration in configurations if "TargetValue" in configuration]
    return Bounds(target["MinCapacity"], target["MaxCapacity"], next(iter(aims), None))


def _resource(endpoint: str) -> dict[str, Any]:
    return {"ServiceNamespace": _NAMESPACE, "ResourceId": f"endpoint/{endpoint}/variant/{VARIANT}"}


def _require_instances(endpoint: Endpoint) -> Instances:
    if not isinstance(endpoint.capacity, Instances):
        raise BadInput(
            f"{endpoint.name} is serverless and scales by itself, up to the concurrency it was deployed with."
        )
    if endpoint.status != IN_SERVICE:
        raise BadInput(f"{endpoint.name} is {endpoint.status}; only an endpoint that is {IN_SERVICE} can be scaled.")
    return endpoint.capacity
