"""Endpoints: in service with a server behind them, updated without a dropped request, deleted with their server."""

from __future__ import annotations

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.api import models
from tests.conformance.stand_ins import IMAGE, ROLE, definition, get


@pytest.fixture(scope="module")
def runtime(aws, service):
    return aws("sagemaker-runtime", service)


def model(sagemaker, name: str, **environment: str) -> str:
    container = {"Image": IMAGE, "Environment": environment}
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    return name


def config(sagemaker, name: str, **weights: float) -> str:
    """A configuration with a variant for each model, of the model's name."""
    variants = [
        {
            "VariantName": variant,
            "ModelName": variant,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
            "InitialVariantWeight": weight,
        }
        for variant, weight in weights.items()
    ]
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)
    return name


def wait(sagemaker, endpoint: str, *statuses: str) -> dict:
    deadline = time.time() + 10
    while True:
        described = sagemaker.describe_endpoint(EndpointName=endpoint)
        if described["EndpointStatus"] in (statuses or ("InService", "Failed")) or time.time() > deadline:
            return described
        time.sleep(0.01)


def endpoint(sagemaker, name: str, config_name: str) -> dict:
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config_name)
    return wait(sagemaker, name)


@pytest.mark.parametrize(
    ("expiry", "counted"),
    [("2999-01-01T00:00:00Z", 1), ("PT24H", 1), ("2020-01-01T00:00:00Z", 0), ("PT0H", 0), ("never", 0), ("soon", 0)],
)
def test_endpoint_is_in_use_until_it_expires(sagemaker, service, expiry, counted):
    name = f"Expiring-{abs(hash(expiry))}"
    before = service.use["endpoints"]
    described = endpoint(sagemaker, name, config(sagemaker, name, **{model(sagemaker, name): 1.0}))
    assert service.use["endpoints"] == before  # without a tag
    sagemaker.add_tags(ResourceArn=described["EndpointArn"], Tags=[{"Key": "expiry", "Value": expiry}])
    assert service.use["endpoints"] == before + counted
    sagemaker.delete_endpoint(EndpointName=name)
    assert service.use["endpoints"] == before


def test_endpoint_names_differ_in_more_than_case(sagemaker):
    model(sagemaker, "cased")
    endpoint(sagemaker, "Demand", config(sagemaker, "Cased", cased=1.0))
    with pytest.raises(ClientError, match=r'Cannot create already existing endpoint ".*/Demand"'):
        sagemaker.create_endpoint(EndpointName="demand", EndpointConfigName="Cased")


@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"CustomAttributes": "a" * 1025}, "'customAttributes' failed to satisfy constraint: Member must have length"),
        ({"InferenceId": "i" * 65}, "'inferenceId' failed to satisfy constraint: Member must have length"),
        ({"TargetVariant": "a b"}, "'targetVariant' failed to satisfy constraint: Member must satisfy regular"),
    ],
)
def test_headers_beyond_the_model_are_refused(runtime, given, constraint):
    with pytest.raises(ClientError, match=constraint) as refused:
        runtime.invoke_endpoint(EndpointName="Demand", Body=b"1", **given)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_endpoint_serves_requests(sagemaker, runtime):
    model(sagemaker, "one", TAG="1")
    described = endpoint(sagemaker, "E1", config(sagemaker, "C1", one=1.0))
    assert described["EndpointStatus"] == "InService"
    (variant,) = described["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentWeight"], variant["CurrentInstanceCount"]) == ("one", 1.0, 1)
    assert variant["DeployedImages"] == [{"SpecifiedImage": IMAGE}]
    answer = runtime.invoke_endpoint(EndpointName="E1", Body=b"1,2", ContentType="text/csv", Accept="text/plain")
    assert json.loads(answer["Body"].read()) == {
        "variant": "one",
        "tag": "1",
        "body": "1,2",
        "content_type": "text/csv",
        "accept": "text/plain",
    }
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("application/json", "one")


def test_custom_attributes_come_from_the_container(sagemaker, runtime):
    model(sagemaker, "attributed")
    endpoint(sagemaker, "E-attributed", config(sagemaker, "C-attributed", attributed=1.0))
    answer = runtime.invoke_endpoint(EndpointName="E-attributed", Body=b"1", CustomAttributes="color=blue")
    assert answer["CustomAttributes"] == "seen color=blue"
    assert "CustomAttributes" not in runtime.invoke_endpoint(EndpointName="E-attributed", Body=b"1")


def test_container_error_is_a_model_error(sagemaker, runtime):
    model(sagemaker, "two")
    endpoint(sagemaker, "E2", config(sagemaker, "C2", two=1.0))
    with pytest.raises(ClientError) as refused:
        runtime.invoke_endpoint(EndpointName="E2", Body=b"bad")
    answer = refused.value.response
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["OriginalStatusCode"] == 400
    assert answer["OriginalMessage"] == "Unable to evaluate payload provided: bad"
    assert "Received client error (400) from primary" in answer["Error"]["Message"]


def test_missing_endpoint_is_a_validation_error(runtime):
    with pytest.raises(ClientError, match="Endpoint nobody of account 123456789012 not found") as refused:
        runtime.invoke_endpoint(EndpointName="nobody", Body=b"1")
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_container_that_cannot_start_fails_endpoint(sagemaker):
    model(sagemaker, "broken", FAIL="did not pass the ping health check")
    described = endpoint(sagemaker, "E3", config(sagemaker, "C3", broken=1.0))
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]


def test_an_update_drops_no_request(sagemaker, runtime):
    model(sagemaker, "old", TAG="old")
    model(sagemaker, "new", TAG="new")
    endpoint(sagemaker, "E4", config(sagemaker, "C4a", old=1.0))
    config(sagemaker, "C4b", new=1.0)
    tags, failures, done = [], [], threading.Event()

    def invoke():
        while not done.is_set():
            try:
                answer = runtime.invoke_endpoint(EndpointName="E4", Body=b"1")
                tags.append(json.loads(answer["Body"].read())["tag"])
            except ClientError as error:
                failures.append(error)

    threads = [threading.Thread(target=invoke) for _ in range(2)]
    for thread in threads:
        thread.start()
    for name in ("C4b", "C4a", "C4b"):
        sagemaker.update_endpoint(EndpointName="E4", EndpointConfigName=name)
        wait(sagemaker, "E4", "InService")
    deadline = time.time() + 5
    while tags[-1:] != ["new"] and time.time() < deadline:
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {"old", "new"} == set(tags)
    assert sagemaker.describe_endpoint(EndpointName="E4")["EndpointConfigName"] == "C4b"


def test_failed_update_keeps_old_servers(sagemaker, runtime):
    model(sagemaker, "stays", TAG="stays")
    model(sagemaker, "fails", FAIL="no")
    endpoint(sagemaker, "E5", config(sagemaker, "C5a", stays=1.0))
    config(sagemaker, "C5b", fails=1.0)
    sagemaker.update_endpoint(EndpointName="E5", EndpointConfigName="C5b")
    described = wait(sagemaker, "E5", "InService")
    assert (described["EndpointConfigName"], described["FailureReason"]) == ("C5a", "no")
    assert json.loads(runtime.invoke_endpoint(EndpointName="E5", Body=b"1")["Body"].read())["tag"] == "stays"


def test_variants_share_requests_by_weight(sagemaker, runtime):
    for name in ("light", "heavy"):
        model(sagemaker, name)
    endpoint(sagemaker, "E6", config(sagemaker, "C6", light=1.0, heavy=9.0))

    def shares(count: int) -> float:
        answers = [runtime.invoke_endpoint(EndpointName="E6", Body=b"1") for _ in range(count)]
        return sum(answer["InvokedProductionVariant"] == "heavy" for answer in answers) / count

    assert shares(60) > 0.6
    target = runtime.invoke_endpoint(EndpointName="E6", Body=b"1", TargetVariant="light")
    assert target["InvokedProductionVariant"] == "light"
    weights = [{"VariantName": "light", "DesiredWeight": 1.0}, {"VariantName": "heavy", "DesiredWeight": 0.0}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="E6", DesiredWeightsAndCapacities=weights)
    assert shares(20) == 0.0


def test_default_variant_weight_is_one(sagemaker):
    model(sagemaker, "weightless")
    variant = {"VariantName": "v", "ModelName": "weightless", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="weightless", ProductionVariants=[variant])
    described = sagemaker.describe_endpoint_config(EndpointConfigName="weightless")
    assert described["ProductionVariants"] == [{**variant, "InitialVariantWeight": 1.0}]


def test_update_can_retain_variant_properties(sagemaker, runtime):
    for name in ("left", "right"):
        model(sagemaker, name)
    endpoint(sagemaker, "E10", config(sagemaker, "C10", left=1.0, right=1.0))
    desired = [{"VariantName": "left", "DesiredWeight": 0.0, "DesiredInstanceCount": 3}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="E10", DesiredWeightsAndCapacities=desired)

    def after(**more) -> tuple[float, int]:
        sagemaker.update_endpoint(EndpointName="E10", EndpointConfigName="C10", **more)
        left = wait(sagemaker, "E10")["ProductionVariants"][0]
        return left["CurrentWeight"], left["CurrentInstanceCount"]

    assert after(RetainAllVariantProperties=True) == (0.0, 3)
    excluded = [{"VariantPropertyType": "DesiredWeight"}]
    assert after(RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=excluded) == (1.0, 3)
    assert after() == (1.0, 1)


def test_endpoint_in_progress_cannot_change(sagemaker, stand_ins):
    model(sagemaker, "slow", SECONDS="2")
    config(sagemaker, "C11", slow=1.0)
    sagemaker.create_endpoint(EndpointName="E11", EndpointConfigName="C11")
    weights = [{"VariantName": "slow", "DesiredWeight": 1.0}]
    for refused in (
        lambda: sagemaker.update_endpoint(EndpointName="E11", EndpointConfigName="C11"),
        lambda: sagemaker.delete_endpoint(EndpointName="E11"),
        lambda: sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="E11", DesiredWeightsAndCapacities=weights
        ),
    ):
        with pytest.raises(ClientError, match=r'ValidationException.*Cannot update in-progress endpoint ".*/E11"'):
            refused()
    assert wait(sagemaker, "E11")["EndpointStatus"] == "InService"
    sagemaker.delete_endpoint(EndpointName="E11")


@pytest.mark.parametrize(
    "more",
    [
        {"TargetModel": "one.tar.gz"},
        {"TargetContainerHostname": "first"},
        {"InferenceComponentName": "component"},
        {"EnableExplanations": "`true`"},
        {"SessionId": "NEW_SESSION"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_unsupported_invocation_headers_are_refused(sagemaker, runtime, more):
    with pytest.raises(ClientError, match=f"ValidationError.*{next(iter(more))} is not supported"):
        runtime.invoke_endpoint(EndpointName="any", Body=b"1", **more)


def test_response_comes_as_a_stream(sagemaker, runtime):
    model(sagemaker, "streamed", TAG="s")
    endpoint(sagemaker, "E-streamed", config(sagemaker, "C-streamed", streamed=1.0))
    long = "x" * 300_000
    answer = runtime.invoke_endpoint_with_response_stream(
        EndpointName="E-streamed", Body=long.encode(), ContentType="text/csv", Accept="application/json"
    )
    parts = [event["PayloadPart"]["Bytes"] for event in answer["Body"]]
    given = json.loads(b"".join(parts))
    assert len(parts) > 1
    assert (given["body"], given["content_type"], given["accept"]) == (long, "text/csv", "application/json")
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("application/json", "streamed")
    with pytest.raises(ClientError, match="Received client error") as refused:
        runtime.invoke_endpoint_with_response_stream(EndpointName="E-streamed", Body=b"bad")
    assert refused.value.response["Error"]["Code"] == "ModelError"


def test_missing_variant_is_a_validation_error(sagemaker, runtime):
    model(sagemaker, "alone")
    endpoint(sagemaker, "E12", config(sagemaker, "C12", alone=1.0))
    with pytest.raises(ClientError, match=r"ValidationError.*Variant nobody not found"):
        runtime.invoke_endpoint(EndpointName="E12", Body=b"1", TargetVariant="nobody")
    with pytest.raises(ClientError, match="is/are not present within endpoint configuration"):
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="E12", DesiredWeightsAndCapacities=[{"VariantName": "nobody", "DesiredWeight": 1.0}]
        )


def test_oversized_body_is_refused(runtime):
    with pytest.raises(ClientError, match=r"\(413\).*HTTP content length exceeded 26214400 bytes"):
        runtime.invoke_endpoint(EndpointName="E12", Body=b"1" * (25 * 1024 * 1024 + 1))


def test_endpoint_registers_for_auto_scaling(aws, service):
    scaling = aws("application-autoscaling", service)
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/E12/variant/alone",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling.register_scalable_target(MinCapacity=1, MaxCapacity=4, **target)
    metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    policy = scaling.put_scaling_policy(
        PolicyName="invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 70.0, "PredefinedMetricSpecification": metric},
        **target,
    )
    (described,) = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert described["PolicyARN"] == policy["PolicyARN"]
    (registered,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (registered["MinCapacity"], registered["MaxCapacity"]) == (1, 4)


def test_deletion_ends_the_server(sagemaker, service, runtime):
    model(sagemaker, "gone")
    endpoint(sagemaker, "E7", config(sagemaker, "C7", gone=1.0))
    server = service.endpoints._servers["E7"]["gone"].hosting
    sagemaker.delete_endpoint(EndpointName="E7")
    assert server.closed
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="E7")
    with pytest.raises(ClientError, match="not found"):
        runtime.invoke_endpoint(EndpointName="E7", Body=b"1")


def test_dead_server_restarts(sagemaker, service, runtime):
    model(sagemaker, "mortal")
    endpoint(sagemaker, "E8", config(sagemaker, "C8", mortal=1.0))
    service.endpoints._servers["E8"]["mortal"].hosting.close()
    assert runtime.invoke_endpoint(EndpointName="E8", Body=b"1")["InvokedProductionVariant"] == "mortal"


def test_unsupported_configuration_members_are_refused(sagemaker):
    model(sagemaker, "plain")
    variant = {"VariantName": "v", "ModelName": "plain", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    with pytest.raises(ClientError, match="AsyncInferenceConfig is not supported"):
        sagemaker.create_endpoint_config(
            EndpointConfigName="async",
            ProductionVariants=[variant],
            AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://bucket/async"}},
        )


def test_steps_create_or_update_an_endpoint(pipelines, sagemaker, runtime):
    model(sagemaker, "stepped", TAG="stepped")
    variant = {"VariantName": "v", "ModelName": "stepped", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    steps = [
        {
            "Name": "Config",
            "Type": "EndpointConfig",
            "Arguments": {"EndpointConfigName": "C9", "ProductionVariants": [variant]},
        },
        {
            "Name": "Endpoint",
            "Type": "Endpoint",
            "Arguments": {"EndpointName": "E9", "EndpointConfigName": get("Steps.Config.EndpointConfigName")},
        },
    ]
    pipeline = pipelines.create(definition(*steps))
    for _ in range(2):
        execution = pipelines.start(pipeline).wait()
        assert execution.statuses == {"Config": "Succeeded", "Endpoint": "Succeeded"}
        assert execution.steps["Endpoint"]["Metadata"]["Endpoint"]["Arn"].endswith(":endpoint/E9")
        described = sagemaker.describe_endpoint(EndpointName="E9")
        assert described["EndpointStatus"] == "InService"
        assert described["EndpointConfigName"] == f"C9-{execution.arn.rsplit('/', 1)[1]}"
    assert json.loads(runtime.invoke_endpoint(EndpointName="E9", Body=b"1")["Body"].read())["tag"] == "stepped"


def test_all_containers_of_a_version_serve(sagemaker, service):
    sagemaker.create_model_package_group(ModelPackageGroupName="serial")
    specification = {
        "Containers": [{"Image": IMAGE, "Environment": {"TAG": tag}} for tag in ("first", "second")],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    package = sagemaker.create_model_package(ModelPackageGroupName="serial", InferenceSpecification=specification)
    container = {"ModelPackageName": package["ModelPackageArn"], "Environment": {"MORE": "1"}}
    sagemaker.create_model(ModelName="serial", ExecutionRoleArn=ROLE, PrimaryContainer=container)

    served = models.for_containers(service.core, "serial")
    assert "PrimaryContainer" not in served
    assert [each["Environment"] for each in served["Containers"]] == [
        {"TAG": "first", "MORE": "1"},
        {"TAG": "second", "MORE": "1"},
    ]
