"""Hyperparameter tuning jobs, whose training jobs are real to the API: objective (x - 3)^2."""

from __future__ import annotations

import json
import statistics
import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import definition, get, processing, training_arguments

X = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "10"}]}
OBJECTIVE = {"Type": "Minimize", "MetricName": "validation:rmse"}


def request(strategy: str = "Random", ranges: dict | None = None, jobs: int = 4, parallel: int = 2, **config) -> dict:
    arguments = training_arguments(**config.pop("static", {}))
    static = arguments.pop("HyperParameters")
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": strategy,
            "HyperParameterTuningJobObjective": OBJECTIVE,
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": parallel},
            "ParameterRanges": ranges or X,
            "RandomSeed": 1,
            **config,
        },
        "TrainingJobDefinition": {**arguments, "StaticHyperParameters": static},
    }


def tune(sagemaker, name: str, given: dict) -> dict:
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName=name, **given)
    deadline = time.time() + 60
    while True:
        described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if described["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping") or time.time() > deadline:
            return described
        time.sleep(0.02)


def summaries(sagemaker, name: str, **more) -> list[dict]:
    answer = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, MaxResults=100, **more
    )
    return answer["TrainingJobSummaries"]


def objective(summary: dict) -> float:
    return summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]


def test_random_search_finds_the_best(sagemaker, stand_ins):
    stand_ins.most_at_once = 0
    job = tune(sagemaker, "random", request(jobs=6, static={"SECONDS": "0.02"}))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 6
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 6, "Pending": 0, "Failed": 0}
    assert stand_ins.most_at_once == 2
    listed = summaries(sagemaker, "random", SortBy="FinalObjectiveMetricValue", SortOrder="Ascending")
    values = [objective(summary) for summary in listed]
    assert values == sorted(values)
    assert job["BestTrainingJob"]["TrainingJobName"] == listed[0]["TrainingJobName"]
    x = float(job["BestTrainingJob"]["TunedHyperParameters"]["x"])
    assert objective(job["BestTrainingJob"]) == pytest.approx((x - 3) ** 2)


def test_trials_have_the_objective_hyperparameter(sagemaker):
    job = tune(sagemaker, "children", request(jobs=1, static={"depth": "6"}))
    name = job["BestTrainingJob"]["TrainingJobName"]
    child = sagemaker.describe_training_job(TrainingJobName=name)
    assert child["TuningJobArn"] == job["HyperParameterTuningJobArn"]
    assert child["HyperParameters"]["_tuning_objective_metric"] == "validation:rmse"
    assert child["HyperParameters"]["depth"] == "6"
    assert name.startswith("children-001-")


def test_same_seed_same_points(sagemaker):
    points = []
    for name in ("seed-a", "seed-b"):
        tune(sagemaker, name, request(jobs=3, parallel=1))
        points.append([summary["TunedHyperParameters"] for summary in summaries(sagemaker, name)])
    assert points[0] == points[1]


def test_bayesian_search_improves(sagemaker):
    tune(sagemaker, "bayes", request("Bayesian", jobs=40, parallel=1))
    values = [objective(summary) for summary in summaries(sagemaker, "bayes", SortBy="CreationTime")]
    assert statistics.median(values[-15:]) < statistics.median(values[:10])


def test_grid_search_tries_every_combination_once(sagemaker):
    categories = [{"Name": "x", "Values": ["1", "2", "3"]}, {"Name": "y", "Values": ["a", "b"]}]
    given = request("Grid", {"CategoricalParameterRanges": categories})
    given["HyperParameterTuningJobConfig"]["ResourceLimits"].pop("MaxNumberOfTrainingJobs")
    job = tune(sagemaker, "grid", given)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    tried = {tuple(sorted(each["TunedHyperParameters"].items())) for each in summaries(sagemaker, "grid")}
    assert len(tried) == 6
    assert job["BestTrainingJob"]["TunedHyperParameters"]["x"] == "3"


def test_hyperband_stops_jobs_that_fall_behind(sagemaker):
    good, bad = ([value - step * 0.01 for step in range(27)] for value in (1.0, 50.0))
    values = [json.dumps(good), *[json.dumps([each + extra for each in bad]) for extra in range(11)]]
    ranges = {"CategoricalParameterRanges": [{"Name": "objectives", "Values": values}]}
    band = {"StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 27}}}
    job = tune(sagemaker, "hyperband", request("Hyperband", ranges, jobs=30, parallel=1, **band))
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] > 0
    assert job["TrainingJobStatusCounters"]["Completed"] > 0


def test_early_stopping_uses_the_median(sagemaker):
    curves = [json.dumps([level] * 20) for level in (1.0, 1.1, 1.2, 90.0, 91.0, 92.0)]
    ranges = {"CategoricalParameterRanges": [{"Name": "objectives", "Values": curves}]}
    given = request("Random", ranges, jobs=20, parallel=1, TrainingJobEarlyStoppingType="Auto")
    job = tune(sagemaker, "early", given)
    assert job["TrainingJobStatusCounters"]["Stopped"] > 0
    assert objective(job["BestTrainingJob"]) < 2


@pytest.mark.parametrize("scaling", ["Linear", "Logarithmic", "ReverseLogarithmic", "Auto"])
def test_scaling_types_stay_in_range(sagemaker, scaling):
    ranges = {
        "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0.0001", "MaxValue": "0.9", "ScalingType": scaling}]
    }
    tune(sagemaker, f"scaling-{scaling}", request(ranges=ranges, jobs=8, parallel=4))
    for summary in summaries(sagemaker, f"scaling-{scaling}"):
        assert 0.0001 <= float(summary["TunedHyperParameters"]["x"]) <= 0.9


def test_integers_are_written_as_integers(sagemaker):
    ranges = {
        "IntegerParameterRanges": [{"Name": "x", "MinValue": "1", "MaxValue": "1000", "ScalingType": "Logarithmic"}]
    }
    tune(sagemaker, "integers", request(ranges=ranges, jobs=3))
    assert all(each["TunedHyperParameters"]["x"].isdigit() for each in summaries(sagemaker, "integers"))


def test_stop_also_stops_training_jobs(sagemaker):
    given = request(jobs=10, static={"SECONDS": "30"})
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped", **given)
    while len(summaries(sagemaker, "stopped")) < 2:
        time.sleep(0.01)
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
    deadline = time.time() + 10
    while time.time() < deadline:
        job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="stopped")
        if job["HyperParameterTuningJobStatus"] == "Stopped":
            break
        time.sleep(0.02)
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2


def test_tuning_without_success_fails(sagemaker):
    job = tune(sagemaker, "hopeless", request(jobs=20, static={"FAIL": "AlgorithmError: no"}))
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No training job succeeded after ")
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] < 20


def test_tuning_without_metrics_fails(sagemaker):
    ranges = {"ContinuousParameterRanges": [{"Name": "other", "MinValue": "0", "MaxValue": "1"}]}
    job = tune(sagemaker, "blind", request(ranges=ranges, jobs=2))
    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No objective metrics found after running 2 training jobs.")


def test_a_target_ends_the_search(sagemaker):
    given = request(jobs=50, parallel=1, TuningJobCompletionCriteria={"TargetObjectiveMetricValue": 30.0})
    job = tune(sagemaker, "target", given)
    assert job["TrainingJobStatusCounters"]["Completed"] < 50
    assert objective(job["BestTrainingJob"]) <= 30.0


def test_warm_start_learns_from_parents(sagemaker):
    tune(sagemaker, "parent", request("Bayesian", jobs=12, parallel=4))
    given = request("Bayesian", jobs=8, parallel=1)
    given["WarmStartConfig"] = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    job = tune(sagemaker, "warm", given)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["WarmStartConfig"] == given["WarmStartConfig"]
    parent = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="parent")
    both = sorted((parent["BestTrainingJob"], job["BestTrainingJob"]), key=objective)
    assert job["OverallBestTrainingJob"] == both[0]
    assert "OverallBestTrainingJob" not in parent


@pytest.fixture(scope="module")
def parents(sagemaker):
    """A tuning job that had another objective, and one that does not end."""
    more = {"HyperParameterTuningJobObjective": {**OBJECTIVE, "Type": "Maximize"}}
    tune(sagemaker, "other", request(jobs=1, **more))
    slow = request(jobs=1, static={"SECONDS": "60"})
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="running", **slow)
    yield
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="running")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"HyperParameterTuningJobName": "never-run"}, "can't find a tuning job with the name never-run"),
        ({"HyperParameterTuningJobName": "running"}, "running is still InProgress"),
        ({"HyperParameterTuningJobName": "other"}, "must be the same as that of the parent tuning job other"),
    ],
)
@pytest.mark.usefixtures("parents")
def test_warm_start_checks_its_parents(sagemaker, change, message):
    given = request(jobs=1)
    given["WarmStartConfig"] = {"ParentHyperParameterTuningJobs": [change], "WarmStartType": "TransferLearning"}
    with pytest.raises(ClientError, match=message):
        sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="child", **given)


def test_hyperband_uses_static_epochs(sagemaker):
    good, bad = (json.dumps([level - step * 0.01 for step in range(27)]) for level in (1.0, 50.0))
    ranges = {"CategoricalParameterRanges": [{"Name": "objectives", "Values": [good, bad]}]}
    given = request("Hyperband", ranges, jobs=20, parallel=1)
    given["TrainingJobDefinition"]["StaticHyperParameters"] = {"epochs": "27"}
    job = tune(sagemaker, "hyperband-epochs", given)
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Strategy": "Grid"}, "supports CategoricalParameterRanges only"),
        ({"Strategy": "Hyperband"}, "needs StrategyConfig.HyperbandStrategyConfig.MaxResource, or one of epochs"),
        (
            {
                "Strategy": "Hyperband",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 9}},
            },
            "must be less than MaxResource",
        ),
        ({"ParameterRanges": {}}, "needs at least one range"),
        (
            {"ParameterRanges": {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "2", "MaxValue": "1"}]}},
            "The range x is empty",
        ),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 1}}, "needs ResourceLimits.MaxNumberOfTrainingJobs"),
    ],
)
def test_a_wrong_configuration_is_refused(sagemaker, change, message):
    given = request()
    given["HyperParameterTuningJobConfig"] |= change
    with pytest.raises(ClientError, match=message):
        sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName="wrong", **given)


def test_autotune_is_refused_by_name(sagemaker):
    with pytest.raises(ClientError, match=r"Autotune.Mode Enabled is not supported"):
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="auto", Autotune={"Mode": "Enabled"}, **request()
        )


def test_tuning_step_properties_have_best_jobs(pipelines, sagemaker):
    steps = [
        {"Name": "Tune", "Type": "Tuning", "Arguments": request(jobs=4)},
        processing(
            "After",
            Best=get("Steps.Tune.BestTrainingJob.TrainingJobName"),
            First=get("Steps.Tune.TrainingJobSummaries[0].TrainingJobName"),
            Second=get("Steps.Tune.TrainingJobSummaries[1].TrainingJobName"),
        ),
    ]
    execution = pipelines.run(definition(*steps))
    assert execution.status == "Succeeded", execution.steps
    seen = execution.job("After")["Environment"]
    assert seen["Best"] == seen["First"] != seen["Second"]
    arn = execution.steps["Tune"]["Metadata"]["TuningJob"]["Arn"]
    listed = summaries(sagemaker, arn.rsplit("/", 1)[1], SortBy="FinalObjectiveMetricValue")
    assert [each["TrainingJobName"] for each in listed[:2]] == [seen["First"], seen["Second"]]
