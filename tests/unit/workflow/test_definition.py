"""The definition: what is built, byte for byte, and the same every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local_sagemaker.definition.parse import parse
from pipelines.definition.checks import check
from pipelines.names import endpoint_config_prefix
from pipelines.settings.fields import Settings
from tests.support.definitions import GOLDEN, GOLDEN_SETTINGS, build

TASKS = Settings().tasks

VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
NETWORK = {"subnets": VPC["Subnets"], "security_groups": VPC["SecurityGroupIds"]}
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/sagemaker-bikes:1"
SETTINGS = [
    GOLDEN_SETTINGS["regression"],
    GOLDEN_SETTINGS["classification"],
    {"task": "all"},
    {"task": "all", "algorithms": ["xgboost"], "cache_days": 0},
    {"task": "regression", "tune": True, "max_jobs": 7},
    {"task": "regression", "algorithms": ["xgboost"], "batch_format": "recordio"},
    {"task": "regression", "algorithms": ["xgboost"]},
    {"task": "classification", **NETWORK, "wheelhouse": "s3://bucket/wheels/"},
    {"task": "classification", **NETWORK, "tune": True, "evaluation_image": IMAGE},
    {"task": "regression", "algorithms": ["xgboost"], "deploy": True, "data_capture": 20, "ttl": 5},
    GOLDEN_SETTINGS["several-classes"],
    {"task": "classification", "algorithms": ["xgboost"], "processing_instance_count": 2, "training_instance_count": 3},
    GOLDEN_SETTINGS["categories"],
]
INSTANCES = SETTINGS[-2]


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return build(SETTINGS, tmp_path_factory.mktemp("definitions"), hash_seed="1")


@pytest.mark.parametrize("name", GOLDEN_SETTINGS)
def test_a_change_of_the_definition_is_seen_in_review(definitions: list[str], name: str) -> None:
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert definitions[SETTINGS.index(GOLDEN_SETTINGS[name])] == golden, "see what changed, then: make golden"


def test_only_lightgbm_and_catboost_read_which_columns_are_categories(definitions: list[str]) -> None:
    steps = {step["Name"]: step["Arguments"] for step in json.loads(definitions[-1])["Steps"]}

    def read(step: str) -> list[str]:
        sources = [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in _trained(steps[step])]
        return [uri["Std:Join"]["Values"][-1] if "Std:Join" in uri else "" for uri in sources if isinstance(uri, dict)]

    assert read("TuneXGBoostChurn") == ["train/data", "validation/data"]
    assert read("TuneLightGBMChurn") == ["train", "validation"]
    assert read("TuneCatBoostChurn") == [""]


def test_instances_share_files_of_the_training_set_only(definitions: list[str]) -> None:
    steps = {step["Name"]: step["Arguments"] for step in json.loads(definitions[SETTINGS.index(INSTANCES)])["Steps"]}
    preprocess, train = steps["Preprocess"], steps["TrainXGBoostClassification"]
    assert preprocess["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 2
    arguments = preprocess["AppSpecification"]["ContainerArguments"]
    assert arguments[arguments.index("--files") + 1] == "6", "each instance writes 3, and each trains on 2"
    assert steps["EvaluateClassification"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 1
    assert train["ResourceConfig"]["InstanceCount"] == 3
    sources = {each["ChannelName"]: each["DataSource"]["S3DataSource"] for each in train["InputDataConfig"]}
    assert sources["train"]["S3DataDistributionType"] == "ShardedByS3Key"
    assert sources["validation"]["S3DataDistributionType"] == "FullyReplicated"


def _trained(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    channels: list[dict[str, Any]] = arguments["TrainingJobDefinition"]["InputDataConfig"]
    return channels


@pytest.mark.slow
def test_two_builds_in_two_processes_give_the_same_bytes(definitions: list[str], tmp_path: Path) -> None:
    assert build(SETTINGS, tmp_path, hash_seed="2") == definitions


def test_every_definition_passes_the_check(definitions: list[str]) -> None:
    for text in definitions:
        check(text)


def test_both_tasks_share_one_preprocessing_step(definitions: list[str]) -> None:
    steps = [step["Name"] for step in json.loads(definitions[2])["Steps"]]
    assert steps.count("Preprocess") == 1
    assert len(steps) == 1 + 2 * 5


def test_processing_steps_pass_their_paths(definitions: list[str]) -> None:
    """Locally, without a mount namespace, paths in arguments are replaced; defaults in a script are not."""
    steps = [step for step in json.loads(definitions[0])["Steps"] if step["Type"] == "Processing"]
    assert len(steps) == 2
    for step in steps:
        arguments = step["Arguments"]["AppSpecification"]["ContainerArguments"]
        assert [option for option in ("--input", "--output", "--message") if option not in arguments] == []


def test_one_algorithm_alone_makes_one_candidate(definitions: list[str]) -> None:
    steps = [step["Name"] for step in json.loads(definitions[3])["Steps"]]
    assert [name for name in steps if name.startswith("Train")] == [
        "TrainXGBoostRegression",
        "TrainXGBoostClassification",
    ]


def test_the_cache_can_be_switched_off(definitions: list[str]) -> None:
    assert "CacheConfig" not in definitions[3]
    assert "CacheConfig" in definitions[2]


def test_recordio_is_trained_on_and_predicted_and_nothing_else_changes(definitions: list[str]) -> None:
    steps = {step["Name"]: step for step in json.loads(definitions[5])["Steps"]}
    recordio = {"Get": "Steps.Preprocess.ProcessingOutputConfig.Outputs['recordio'].S3Output.S3Uri"}
    for channel in steps["TrainXGBoostRegression"]["Arguments"]["InputDataConfig"]:
        assert channel["ContentType"] == "application/x-recordio-protobuf"
        path = channel["DataSource"]["S3DataSource"]["S3Uri"]["Std:Join"]["Values"]
        assert path == [recordio, "regression", channel["ChannelName"]]
    gate = {step["Name"]: step["Arguments"] for step in steps["RegressionQualityGate"]["Arguments"]["IfSteps"]}
    batch = gate["BatchPredictRegression"]["TransformInput"]
    assert (batch["ContentType"], batch["SplitType"]) == ("application/x-recordio-protobuf", "RecordIO")
    assert batch["DataSource"]["S3DataSource"]["S3Uri"]["Std:Join"]["Values"] == [recordio, "batch"]
    package = gate["RegisterBestRegression"]["InferenceSpecification"]
    assert package["SupportedContentTypes"] == ["text/csv", "application/x-recordio-protobuf"]
    as_csv = {step["Name"]: step for step in json.loads(definitions[6])["Steps"]}
    assert steps["EvaluateRegression"] == as_csv["EvaluateRegression"]


def test_jobs_wait_for_a_used_up_quota(definitions: list[str]) -> None:
    steps = json.loads(definitions[6])["Steps"]
    for step in steps[:-1]:
        waiting = [each for each in step["RetryPolicies"] if each["ExceptionType"] == ["SageMaker.RESOURCE_LIMIT"]]
        assert [(each["IntervalSeconds"], each["ExpireAfterMin"]) for each in waiting] == [(60, 120)], step["Name"]


def test_deploy_adds_an_endpoint_after_registration_and_changes_nothing_else(definitions: list[str]) -> None:
    plain, deploying = json.loads(definitions[6]), json.loads(definitions[9])
    gate = deploying["Steps"][-1]["Arguments"]
    config, endpoint = gate["IfSteps"][-2:]
    del gate["IfSteps"][-2:]
    assert deploying["Parameters"].pop() == {
        "Name": "HostingInstanceType",
        "Type": "String",
        "DefaultValue": "ml.m5.large",
    }
    assert deploying == plain
    name = config["Arguments"]["EndpointConfigName"]["Std:Join"]
    assert name["Values"] == ["SeoulBikeDemand-regression", {"Get": "Execution.PipelineExecutionId"}]
    assert "RetryPolicies" not in config | endpoint, "the service takes none there"
    (variant,) = config["Arguments"]["ProductionVariants"]
    assert variant["ModelName"] == {"Get": "Steps.CreateBestRegressionModel.ModelName"}
    assert variant["InstanceType"] == {"Get": "Parameters.HostingInstanceType"}
    assert config["Arguments"]["DataCaptureConfig"]["InitialSamplingPercentage"] == 20
    tags = {tag["Key"]: tag["Value"] for tag in config["Arguments"]["Tags"]}
    assert tags["model-package"] == {"Get": "Steps.RegisterBestRegression.ModelPackageArn"}
    assert endpoint["Arguments"]["EndpointName"] == "SeoulBikeDemand-regression"
    assert endpoint["Arguments"]["EndpointConfigName"] == {
        "Get": "Steps.ConfigureEndpointRegression.EndpointConfigName"
    }
    tags = {tag["Key"]: tag["Value"] for tag in endpoint["Arguments"]["Tags"]}
    assert (tags["owner"], tags["pipeline"], tags["expiry"]) == ("SeoulBikeDemand", "SeoulBikeDemand", "PT5H")


def test_configuration_names_fit_permission_and_execution_id() -> None:
    longest = "P" * 30  # as infra/template.yaml allows it
    prefixes = [endpoint_config_prefix(longest, task) for task in TASKS]
    assert all(each.startswith(f"{longest}-") for each in prefixes)
    assert all(len(f"{each}-abcdefghijkl-abcdefghijkl") <= 63 for each in prefixes)
    assert len(set(prefixes)) == len(TASKS)


def test_no_input_of_a_step_carries_the_execution_id() -> None:
    """Such an input would never hit the step cache."""
    definition = json.loads((GOLDEN / "regression.json").read_text(encoding="utf-8"))
    for step in definition["Steps"]:
        inputs = {
            key: value
            for key, value in step["Arguments"].items()
            if key in ("ProcessingInputs", "InputDataConfig", "AppSpecification", "HyperParameters", "Environment")
        }
        assert "PipelineExecutionId" not in json.dumps(inputs), step["Name"]


def test_register_and_create_carry_no_environment() -> None:
    """An empty SAGEMAKER_PROGRAM breaks the server of the XGBoost image."""
    text = (GOLDEN / "classification.json").read_text(encoding="utf-8")
    gate = next(step for step in json.loads(text)["Steps"] if step["Type"] == "Condition")
    for step in gate["Arguments"]["IfSteps"]:
        if step["Type"] in ("RegisterModel", "Model"):
            assert '"Environment"' not in json.dumps(step)


def test_tuning_puts_a_tuning_step_in_each_training_steps_place(definitions: list[str]) -> None:
    steps = {step["Name"]: step for step in json.loads(definitions[4])["Steps"]}
    assert [name for name in steps if steps[name]["Type"] in ("Training", "Tuning")] == [
        "TuneXGBoostRegression",
        "TuneLightGBMRegression",
        "TuneCatBoostRegression",
    ]
    request = steps["TuneLightGBMRegression"]["Arguments"]
    assert request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 7
    assert request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"] == {
        "Type": "Minimize",
        "MetricName": "validation:rmse",
    }
    assert request["TrainingJobDefinition"]["EnableNetworkIsolation"] is True
    tuned = {
        limits["Name"]
        for kind in request["HyperParameterTuningJobConfig"]["ParameterRanges"].values()
        for limits in kind
    }
    assert not tuned & set(request["TrainingJobDefinition"]["StaticHyperParameters"])
    evaluated = json.dumps(steps["EvaluateRegression"]["Arguments"])
    assert "Steps.TuneLightGBMRegression.BestTrainingJob.TrainingJobName" in evaluated


@pytest.mark.parametrize("position", [7, 8])
def test_vpc_applies_to_every_job_and_model(definitions: list[str], position: int) -> None:
    places = {
        "Processing": lambda arguments: arguments["NetworkConfig"]["VpcConfig"],
        "Training": lambda arguments: arguments["VpcConfig"],
        "Tuning": lambda arguments: arguments["TrainingJobDefinition"]["VpcConfig"],
        "Model": lambda arguments: arguments["VpcConfig"],
    }
    steps = [step for step in parse(definitions[position]).steps.values() if step.type in places]
    assert len(steps) == 6
    assert all(places[step.type](step.arguments) == VPC for step in steps)


def test_without_an_index_evaluation_uses_wheelhouse_or_image(definitions: list[str]) -> None:
    wheels, image = (
        next(
            step["Arguments"] for step in json.loads(definitions[position])["Steps"] if step["Name"].startswith("Eval")
        )
        for position in (7, 8)
    )
    folder = {each["InputName"]: each["S3Input"] for each in wheels["ProcessingInputs"]}["wheels"]
    assert folder["S3Uri"] == "s3://bucket/wheels/"
    assert wheels["Environment"]["PIP_NO_INDEX"] == "1"
    assert wheels["Environment"]["PIP_FIND_LINKS"] == folder["LocalPath"]
    assert image["AppSpecification"]["ImageUri"] == IMAGE
    assert "PIP_NO_INDEX" not in image["Environment"]
