"""SageMaker's resources in CloudFormation's stacks, as AWS's deployment samples write them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import IMAGE, ROLE, definition, fail

PARAMETERS = {"Package": {"Type": "String"}, "Count": {"Type": "Number"}}
HOSTING = {
    "Model": {
        "Type": "AWS::SageMaker::Model",
        "Properties": {"PrimaryContainer": {"ModelPackageName": {"Ref": "Package"}}, "ExecutionRoleArn": ROLE},
    },
    "EndpointConfig": {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {
            "ProductionVariants": [
                {
                    "InitialInstanceCount": {"Ref": "Count"},
                    "InitialVariantWeight": 1.0,
                    "InstanceType": "ml.m5.large",
                    "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                    "VariantName": "AllTraffic",
                }
            ]
        },
    },
    "Endpoint": {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {
            "EndpointName": "stacked",
            "EndpointConfigName": {"Fn::GetAtt": ["EndpointConfig", "EndpointConfigName"]},
            "Tags": [{"Key": "k", "Value": "v"}],
        },
    },
}


@pytest.fixture(scope="module")
def stacks(aws, service):
    return aws("cloudformation", service)


def template(resources: dict) -> str:
    return json.dumps({"Parameters": PARAMETERS, "Resources": resources})


def given(package: str, count: int) -> list[dict]:
    values = {"Package": package, "Count": str(count)}
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]


@pytest.fixture(scope="module")
def package(sagemaker) -> str:
    sagemaker.create_model_package_group(ModelPackageGroupName="stacked")
    specification = {
        "Containers": [{"Image": IMAGE, "Environment": {"TAG": "stacked"}}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made = sagemaker.create_model_package(ModelPackageGroupName="stacked", InferenceSpecification=specification)
    return made["ModelPackageArn"]


def test_stack_deploys_and_deletes_a_version(stacks, sagemaker, aws, service, package):
    stacks.create_stack(StackName="deploy", TemplateBody=template(HOSTING), Parameters=given(package, 1))
    described = sagemaker.describe_endpoint(EndpointName="stacked")
    assert described["EndpointStatus"] == "InService"
    runtime = aws("sagemaker-runtime", service)
    answer = json.load(runtime.invoke_endpoint(EndpointName="stacked", Body=b"1,2", ContentType="text/csv")["Body"])
    assert answer["tag"] == "stacked"
    assert sagemaker.list_tags(ResourceArn=described["EndpointArn"])["Tags"] == [{"Key": "k", "Value": "v"}]

    stacks.update_stack(StackName="deploy", TemplateBody=template(HOSTING), Parameters=given(package, 2))
    updated = sagemaker.describe_endpoint(EndpointName="stacked")
    assert updated["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert updated["EndpointConfigName"] != described["EndpointConfigName"]
    assert updated["CreationTime"] == described["CreationTime"]

    stacks.delete_stack(StackName="deploy")
    assert sagemaker.list_endpoints(NameContains="stacked")["Endpoints"] == []
    assert sagemaker.list_models(NameContains="deploy")["Models"] == []


def test_api_error_fails_the_stack(stacks, package):
    variant = {"VariantName": "v", "ModelName": "none", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    config = {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}}
    with pytest.raises(ClientError, match="CreateEndpointConfig: Could not find model"):
        stacks.create_stack(StackName="broken", TemplateBody=template({"C": config}), Parameters=given(package, 1))


def test_a_stack_makes_pipelines_and_groups(stacks, sagemaker, package):
    pipeline = {
        "PipelineName": "Stacked",
        "RoleArn": ROLE,
        "PipelineDefinition": {"PipelineDefinitionBody": definition(fail("F", "as requested"))},
    }
    resources = {
        "Pipeline": {"Type": "AWS::SageMaker::Pipeline", "Properties": pipeline},
        "Group": {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {"ModelPackageGroupName": "of-a-stack"}},
    }
    stacks.create_stack(StackName="more", TemplateBody=template(resources), Parameters=given(package, 1))
    assert sagemaker.describe_pipeline(PipelineName="Stacked")["PipelineStatus"] == "Active"
    assert sagemaker.describe_model_package_group(ModelPackageGroupName="of-a-stack")
    stacks.delete_stack(StackName="more")
    assert sagemaker.list_pipelines(PipelineNamePrefix="Stacked")["PipelineSummaries"] == []


def test_unsupported_stack_resource_is_refused(stacks, package):
    domain = {"Type": "AWS::SageMaker::Domain", "Properties": {"DomainName": "d"}}
    with pytest.raises(
        ClientError, match="Stacks with AWS::SageMaker::Domain are not supported by the local SageMaker"
    ):
        stacks.create_stack(StackName="studio", TemplateBody=template({"D": domain}), Parameters=given(package, 1))
