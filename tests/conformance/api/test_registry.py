"""docs/contracts.md, section 7: the model registry, and Search over it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import IMAGE, ROLE

SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://bucket/r/model.tar.gz", "Environment": {"A": "1", "B": "2"}}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


@pytest.fixture(scope="module")
def group(sagemaker, s3) -> str:
    s3.put_object(Bucket="bucket", Key="r/model.tar.gz", Body=b"m")
    sagemaker.create_model_package_group(ModelPackageGroupName="group", Tags=[{"Key": "k", "Value": "v"}])
    return "group"


def register(sagemaker, group: str, **more) -> str:
    request = {"ModelPackageGroupName": group, "InferenceSpecification": SPECIFICATION, **more}
    return sagemaker.create_model_package(**request)["ModelPackageArn"]


def test_versions_of_a_group_are_numbered(sagemaker, group):
    first, second = register(sagemaker, group), register(sagemaker, group)
    number = int(first.rsplit("/", 1)[1])
    assert second == f"{first.rsplit('/', 1)[0]}/{number + 1}"
    described = sagemaker.describe_model_package(ModelPackageName=second)
    assert described["ModelPackageVersion"] == number + 1
    assert described["ModelPackageGroupName"] == group
    assert described["ModelPackageStatus"] == "Completed"


def test_tags_of_a_version_are_refused(sagemaker, group):
    with pytest.raises(ClientError, match="Tags cannot be given with ModelPackageGroupName"):
        register(sagemaker, group, Tags=[{"Key": "a", "Value": "b"}])


def test_same_token_makes_one_version(sagemaker, group):
    assert register(sagemaker, group, ClientToken="once") == register(sagemaker, group, ClientToken="once")
    assert register(sagemaker, group, ClientToken="twice") != register(sagemaker, group, ClientToken="once")


def test_a_number_is_not_given_twice(sagemaker, group):
    last = register(sagemaker, group)
    sagemaker.delete_model_package(ModelPackageName=last)
    assert int(register(sagemaker, group).rsplit("/", 1)[1]) == int(last.rsplit("/", 1)[1]) + 1


def test_version_can_be_approved(sagemaker, group):
    arn = register(sagemaker, group)
    assert sagemaker.describe_model_package(ModelPackageName=arn)["ModelApprovalStatus"] == "PendingManualApproval"
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="fine")
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert (described["ModelApprovalStatus"], described["ApprovalDescription"]) == ("Approved", "fine")
    approved = sagemaker.list_model_packages(ModelPackageGroupName=group, ModelApprovalStatus="Approved")
    assert [package["ModelPackageArn"] for package in approved["ModelPackageSummaryList"]] == [arn]


def test_metadata_and_model_card_are_kept(sagemaker, group):
    more = {
        "CustomerMetadataProperties": {"a": "1", "b": "2"},
        "ModelMetrics": {
            "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://bucket/m.json"}}
        },
        "ModelCard": {"ModelCardContent": '{"model_overview": {}}', "ModelCardStatus": "Draft"},
        "SkipModelValidation": "All",
        "SourceUri": "s3://bucket/source",
    }
    arn = register(sagemaker, group, **more)
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert {name: described[name] for name in more} == more
    sagemaker.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties={"c": "3"}, CustomerMetadataPropertiesToRemove=["a"]
    )
    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["CustomerMetadataProperties"] == {"b": "2", "c": "3"}


def test_versions_are_listed_newest_first(sagemaker, group):
    newest = register(sagemaker, group)
    listed = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert listed[0]["ModelPackageArn"] == newest


def test_nonempty_group_cannot_be_deleted(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="full")
    arn = register(sagemaker, "full")
    with pytest.raises(ClientError, match="still contains Model Packages") as refused:
        sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    assert refused.value.response["Error"]["Code"] == "ConflictException"
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="full")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName="full")


def test_a_group_is_not_made_twice(sagemaker, group):
    with pytest.raises(ClientError, match="Model Package Group already exists"):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)


def test_a_version_needs_its_group(sagemaker):
    with pytest.raises(ClientError, match=r"ModelPackageGroup .*/nowhere does not exist"):
        register(sagemaker, "nowhere")


def test_package_model_uses_its_container(sagemaker, group, stand_ins):
    arn = register(sagemaker, group)
    container = {"ModelPackageName": arn, "Environment": {"B": "3"}}
    sagemaker.create_model(ModelName="of-package", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    assert sagemaker.describe_model(ModelName="of-package")["PrimaryContainer"]["ModelPackageName"] == arn
    sagemaker.create_transform_job(
        TransformJobName="of-package",
        ModelName="of-package",
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        TransformOutput={"S3OutputPath": "s3://bucket/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    sagemaker.get_waiter("transform_job_completed_or_stopped").wait(
        TransformJobName="of-package", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    served = next(
        request["PrimaryContainer"]
        for request in stand_ins.requests
        if request.get("ModelName") == "of-package" and "PrimaryContainer" in request
    )
    assert served["Image"] == IMAGE
    assert served["ModelDataUrl"] == "s3://bucket/r/model.tar.gz"
    assert served["Environment"] == {"A": "1", "B": "3"}


def test_packages_are_described_in_batches(sagemaker, group):
    arn = register(sagemaker, group)
    missing = arn.rsplit("/", 1)[0] + "/999"
    answer = sagemaker.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert list(answer["ModelPackageSummaries"]) == [arn]
    assert list(answer["BatchDescribeModelPackageErrorMap"]) == [missing]


# Search.


def found(sagemaker, resource: str, *filters: dict, **more) -> list[dict]:
    expression = {"Filters": list(filters), **more}
    return [result[resource] for result in sagemaker.search(Resource=resource, SearchExpression=expression)["Results"]]


def test_search_finds_group_by_name(sagemaker, group):
    equals = {"Name": "ModelPackageGroupName", "Operator": "Equals", "Value": group}
    assert [each["ModelPackageGroupName"] for each in found(sagemaker, "ModelPackageGroup", equals)] == [group]
    assert found(sagemaker, "ModelPackageGroup", {**equals, "Value": "another"}) == []


def test_search_combines_filters(sagemaker, group):
    arn = register(sagemaker, group, CustomerMetadataProperties={"task": "regression"})
    by_task = {"Name": "CustomerMetadataProperties.task", "Operator": "Equals", "Value": "regression"}
    by_group = {"Name": "ModelPackageGroupName", "Operator": "Contains", "Value": "gro"}
    never = {"Name": "ModelPackageVersion", "Operator": "GreaterThan", "Value": "100000"}
    assert [each["ModelPackageArn"] for each in found(sagemaker, "ModelPackage", by_task, by_group)] == [arn]
    assert found(sagemaker, "ModelPackage", by_task, never) == []
    assert [each["ModelPackageArn"] for each in found(sagemaker, "ModelPackage", by_task, never, Operator="Or")] == [
        arn
    ]


def test_search_finds_by_tag(sagemaker, group):
    tagged = {"Name": "Tags.k", "Operator": "Equals", "Value": "v"}
    assert [each["ModelPackageGroupName"] for each in found(sagemaker, "ModelPackageGroup", tagged)] == [group]


def test_unsupported_search_is_refused(sagemaker):
    with pytest.raises(ClientError, match="Search over FeatureGroup is not supported"):
        sagemaker.search(Resource="FeatureGroup")


@pytest.mark.parametrize("resource", ["domain/d-1", "experiment/none", "model/none"])
def test_missing_resource_cannot_be_tagged(sagemaker, resource):
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource}"
    with pytest.raises(ClientError, match=f"ValidationException.*Could not find the resource {arn}"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])


def test_reserved_tag_key_is_refused(sagemaker):
    with pytest.raises(ClientError, match="aws: prefixed tag key names are not allowed for external use"):
        sagemaker.create_model_package_group(ModelPackageGroupName="own", Tags=[{"Key": "aws:k", "Value": "v"}])
