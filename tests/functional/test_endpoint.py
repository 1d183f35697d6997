"""``python -m pipelines endpoint`` locally and against a replacement of AWS."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from local_sagemaker import open_service
from local_sagemaker.api.service import Service
from pipelines.aws.prices import load_prices
from pipelines.cli.common.options import settings_of
from pipelines.cli.endpoint import actions
from pipelines.cli.endpoint.command import COMMAND
from pipelines.target.connection import CommandContext, Connection
from tests.functional.conftest import Ran, environment, run_command, run_command_named, typed_in_a_terminal
from tests.functional.test_studio import studio
from tests.support.aws import standing_in_for_aws

SDK = ("sagemaker", "boto3", "pandas", "awswrangler", "moto", "rich")
NAMES = {
    "Date": "date",
    "Hour": "hour",
    "Temperature(°C)": "temperature",
    "Humidity(%)": "humidity",
    "Wind speed (m/s)": "wind_speed",
    "Visibility (10m)": "visibility",
    "Dew point temperature(°C)": "dew_point",
    "Solar Radiation (MJ/m2)": "solar_radiation",
    "Rainfall(mm)": "rainfall",
    "Snowfall (cm)": "snowfall",
    "Seasons": "season",
    "Holiday": "holiday",
    "Functioning Day": "functioning_day",
}


@dataclass(frozen=True)
class Project:
    """A folder with registered models of the pipelines Now (which does not look back) and Back (which does)."""

    folder: Path
    cache: Path
    data: Path
    alone: tuple[Ran, Ran]
    """Now-regression: the results of deploy and invoke while no service ran."""
    deployed: Ran
    """The execution of Back with --deploy."""
    service: Service | None = None

    def __call__(self, *arguments: str, typed: str = "", **more: str) -> Ran:
        return run_command_named("endpoint", self.folder, self.cache, *arguments, typed=typed, **more)

    def client(self, name: str) -> Any:
        return boto3.client(name, **self.service.client_arguments)

    def predicted(self, ran: Ran, task: str) -> dict[str, float]:
        """The predictions of an execution's batch job, by hour."""
        path = self.folder / ran.json["tasks"][task]["predictions"]
        with path.open(encoding="utf-8") as file:
            return {row["datetime"]: float(list(row.values())[-1]) for row in csv.DictReader(file)}

    def raw(self, moment: str) -> dict[str, str]:
        """The raw columns of one hour of the data, by our names, its date in the form that has one meaning."""
        day, hour = datetime.fromisoformat(moment), datetime.fromisoformat(moment).hour
        with self.data.open(encoding="cp1252") as file:
            for row in csv.DictReader(file):
                if row["Date"] == f"{day:%d/%m/%Y}" and int(row["Hour"]) == hour:
                    return {name: row[title] for title, name in NAMES.items()} | {"date": f"{day:%Y-%m-%d}"}
        raise AssertionError(moment)


def pairs(row: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in row.items()]


NOON = {
    "date": "2018-06-20",
    "hour": "12",
    "temperature": "24",
    "humidity": "50",
    "wind_speed": "1.5",
    "visibility": "2000",
    "dew_point": "12",
    "solar_radiation": "2.5",
    "rainfall": "0",
    "snowfall": "0",
    "season": "Summer",
    "holiday": "No Holiday",
    "functioning_day": "Yes",
}
ROLE = "arn:aws:iam::123456789012:role/x"
NOW = ("--pipeline-name", "Now")
BACK = ("--pipeline-name", "Back")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path) -> tuple[Path, Ran]:
    """Both models of the pipeline Now, which knows an hour by itself."""
    folder = tmp_path_factory.mktemp("endpoint")
    ran = run_command(
        folder,
        cache,
        *("--upsert", "--start", "--json", "--algorithms", "xgboost", "--features", "now", "--data", str(data)),
        *NOW,
    )
    assert ran.code == 0, ran.stderr
    return folder, ran


@pytest.fixture(scope="module")
def project(first: tuple[Path, Ran], cache: Path, data: Path) -> Iterator[Project]:
    folder, _ = first

    def command(*arguments: str) -> Ran:
        return run_command_named("endpoint", folder, cache, *arguments, *NOW)

    alone = (
        command("deploy", "--task", "regression", "--approve", "--data-capture", "100", "--ttl", "2", "--json"),
        command("invoke", "--row", *pairs(NOON), "--json"),
    )
    back = ("--upsert", "--start", "--json", "--algorithms", "lightgbm", "--task", "regression", "--data", str(data))
    with open_service(folder / ".sagemaker-local") as service:
        deployed = run_command(folder, cache, *back, *BACK, "--deploy", "--ttl", "3")
        assert deployed.code == 0, deployed.stderr
        assert isinstance(service, Service)
        yield Project(folder, cache, data, alone, deployed, service)


def captured(project: Project) -> int:
    """How many requests reached the endpoint Now-regression."""
    listed = project.client("s3").list_objects_v2(
        Bucket="sagemaker-us-east-1-123456789012", Prefix="Now/captured/Now-regression/"
    )
    return listed["KeyCount"]


def register_again(project: Project, group: str, **container: str) -> str:
    """Another version of a group: a copy of the first, with another container."""
    sagemaker = project.client("sagemaker")
    one = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{group}/1"
    described = sagemaker.describe_model_package(ModelPackageName=one)
    specification = described["InferenceSpecification"]
    specification["Containers"][0].update(container)
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification=specification,
        CustomerMetadataProperties=described["CustomerMetadataProperties"],
        ModelApprovalStatus="Approved",
    )["ModelPackageArn"]


# Without a service: each command is one.


def test_deploy_and_invoke_need_no_running_service(project: Project) -> None:
    deployed, invoked = project.alone
    assert deployed.code == 0, deployed.stderr
    assert deployed.json["status"] == "InService"
    assert "Its server ends with this command and starts again when it is invoked" in deployed.stderr
    assert "leave out --keep-alive 0" in deployed.stderr
    assert invoked.code == 0, invoked.stderr
    (prediction,) = invoked.json["predictions"]
    assert prediction["datetime"] == "2018-06-20T12:00:00"
    assert prediction["rentals"] > 0


# Deploying.


def test_a_version_that_nobody_approved_is_not_deployed_without_approve(project: Project) -> None:
    refused = project("deploy", "--task", "classification", *NOW)
    assert refused.code == 2
    assert "Now-classification/1 is PendingManualApproval. Look at its report, then add --approve" in refused.stderr
    nothing = project("deploy", "--latest-approved", "--task", "classification", *NOW)
    assert nothing.code == 2
    assert "No version of Now-classification is approved; the newest is arn:aws:sagemaker" in nothing.stderr
    wrong = project("deploy", "--approve", "--task", "classification", "--hosting-instance-type", "ml.p9.huge", *NOW)
    assert wrong.code == 2
    sagemaker = project.client("sagemaker")
    (version,) = sagemaker.list_model_packages(ModelPackageGroupName="Now-classification")["ModelPackageSummaryList"]
    assert version["ModelApprovalStatus"] == "PendingManualApproval"
    assert "Now-classification" not in str(sagemaker.list_endpoint_configs())


def test_deploy_reports_the_endpoint_its_cost_and_its_delete_command(project: Project) -> None:
    described = project("describe", *NOW)
    assert described.code == 0, described.stderr
    facts = dict(line.split(":", 1) for line in described.stdout.splitlines())
    assert facts["endpoint"].strip() == "Now-regression"
    assert facts["model"].strip() == "Now-regression/1, xgboost for regression, Approved"
    assert facts["runs on"].strip() == "1 x ml.m5.large"
    assert facts["captured"].strip().startswith("100 % of invocations, below s3://")
    last = described.stderr.splitlines()[-1]
    assert "on AWS: 0.115 USD per hour for 1 x ml.m5.large (list prices of us-east-1, 20" in last
    assert "Delete it with: boostpipe endpoint delete --name Now-regression --target local" in last


def test_an_endpoint_carries_owner_pipeline_and_expiry(project: Project) -> None:
    tags = project.alone[0].json["tags"]
    assert tags["pipeline"] == "Now"
    assert tags["owner"]
    left = datetime.fromisoformat(tags["expiry"]) - datetime.now(UTC)
    assert timedelta(0) < left < timedelta(hours=2)
    assert project("describe", *NOW, "--json").json["expires"] == tags["expiry"].replace("Z", "+00:00")


def test_prices_of_ones_own_are_used(project: Project, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text(json.dumps({"as_of": "2031-01-01", "instance_hour": {"hosting": {"ml.m5.large": 9}}}))
    listed = project("list", "--json", "--prices", str(own))
    assert listed.json["cost_per_hour"] == 9 * len(listed.json["endpoints"])
    assert "2031-01-01" in listed.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["deploy", *NOW, "--approve"], "There is an endpoint Now-regression already, InService."),
        (["deploy", *NOW, "--approve", "--name", "an endpoint"], "--name is 'an endpoint', but an endpoint's name"),
        (
            ["deploy", *NOW, "--approve", "--name", "x", "--hosting-instance-type", "ml.p9.huge"],
            "is registered for ml.m5.large",
        ),
        (["deploy", *NOW, "--serverless", "--max-instances", "3"], "A serverless endpoint has no instances"),
        (["deploy", *NOW, "--serverless", "--data-capture", "5"], "A serverless endpoint cannot capture data"),
        (
            ["deploy", *NOW, "--serverless", "--subnets", "subnet-0", "--security-groups", "sg-0"],
            "runs in no VPC of yours",
        ),
        (["deploy", *NOW, "--min-instances", "3", "--max-instances", "2"], "--max-instances is 2, but it must be at"),
        (["deploy", *NOW, "--min-instances", "none"], "'none' is not a whole number from 1 to 1000"),
        (["deploy", *NOW, "--serverless", "--memory", "100"], "'100' is not a whole number from 1024 to 6144"),
        (
            ["deploy", *NOW, "--serverless", "--memory", "2000"],
            "'2000' is not a whole number from 1024 to 6144 in steps",
        ),
        (["deploy", *NOW, "--ttl", "-1"], "--ttl is -1, but it must lie between 0 and 8760"),
        (["deploy", *NOW, "--data-capture", "101"], "--data-capture is 101, but it must lie between 0 and 100"),
        (["deploy", "--pipeline-name", "Nobody"], "There is no model package group Nobody-regression"),
        (["deploy", "--model-package", "arn:aws:sagemaker:us-east-1:1:model-package/x/1"], "There is no model package"),
        (["describe", "--name", "nobody"], "There is no endpoint nobody: there are "),
        (["scale", *NOW], "Give either the most instances to scale to, with --max-instances, or --off."),
        (["delete", "--expired", "--name", "x"], "Give either --expired"),
    ],
)
def test_wrong_usage_gets_one_sentence_and_exit_code_2(project: Project, arguments: list[str], sentence: str) -> None:
    refused = project(*arguments)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


# Invoking.


def test_an_endpoint_predicts_what_the_batch_predicted(project: Project, first: tuple[Path, Ran]) -> None:
    batch = project.predicted(first[1], "regression")
    moment = next(hour for hour, rentals in batch.items() if rentals >= 100)  # whole rentals are shown
    invoked = project("invoke", *NOW, "--row", *pairs(project.raw(moment)), "--json")
    assert invoked.code == 0, invoked.stderr
    assert invoked.json["predictions"][0]["rentals"] == pytest.approx(batch[moment], rel=1e-4)
    shown = project("invoke", *NOW, "--row", *pairs(project.raw(moment)))
    assert shown.stdout == f"{moment.replace('T', ' ')[:16]}  {batch[moment]:,.0f} rentals expected\n"


def test_a_classification_gives_the_probability_and_the_decision(project: Project) -> None:
    deployed = project("deploy", *NOW, "--task", "classification", "--approve", "--min-instances", "2")
    assert deployed.code == 0, deployed.stderr
    assert "Now-classification/1, xgboost for classification, Approved" in deployed.stdout
    assert "Locally one server answers, however many instances there are." in deployed.stderr
    night = {**NOON, "date": "2018-01-10", "hour": "4", "temperature": "-12", "season": "Winter"}
    invoked = project(
        "invoke", *NOW, "--task", "classification", "--row", *pairs(NOON), "--row", *pairs(night), "--json"
    )
    assert invoked.code == 0, invoked.stderr
    by_hour = {one["datetime"]: one for one in invoked.json["predictions"]}
    cut_off = invoked.json["cut_off"]
    assert 0 < cut_off < 1
    for one in by_hour.values():
        assert one["high_demand"] == (one["probability_of_high_demand"] >= cut_off)
    assert by_hour["2018-06-20T12:00:00"]["decision"] == "high"
    assert by_hour["2018-01-10T04:00:00"]["decision"] == "low"
    output = project("invoke", *NOW, "--task", "classification", "--row", *pairs(NOON)).stdout
    assert output.startswith("2018-06-20 12:00  high: the probability of high demand (above ")
    assert f"counts as high from {cut_off:.3f} on" in output


def test_closed_hours_are_zero(project: Project) -> None:
    closed = {**NOON, "functioning_day": "No"}
    assert project("invoke", *NOW, "--row", *pairs(closed), "--json").json["predictions"][0]["rentals"] == 0
    answered = project("invoke", *NOW, "--task", "classification", "--row", *pairs(closed), "--json").json
    assert answered["predictions"][0]["probability_of_high_demand"] == 0
    assert answered["predictions"][0]["decision"] == "low"


def test_hours_come_in_a_file_or_on_standard_input(project: Project, tmp_path: Path) -> None:
    hours = [project.raw(f"2018-06-20T{hour:02}:00:00") for hour in (7, 8, 9)]
    file = tmp_path / "hours.csv"
    with file.open("w", newline="", encoding="utf-8") as content:
        writer = csv.DictWriter(content, list(NOON))
        writer.writeheader()
        writer.writerows(hours)
    from_file = project("invoke", *NOW, "--file", str(file), "--json")
    assert from_file.code == 0, from_file.stderr
    assert [one["datetime"][11:13] for one in from_file.json["predictions"]] == ["07", "08", "09"]
    from_input = project("invoke", *NOW, "--stdin", "--json", typed=file.read_text())
    assert from_input.json["predictions"] == from_file.json["predictions"]


def test_web_page_asks_an_endpoint(project: Project) -> None:
    page = "/endpoints/Now-regression"
    with studio(project.folder, project.cache, *NOW) as unused_address:
        first = httpx.URL(unused_address())
        with httpx.Client(base_url=first.copy_with(query=None), follow_redirects=True, timeout=60) as client:
            client.get(first)
            token = re.search(r'name="token" value="([^"]+)"', client.get(page).text)
            assert token is not None
            columns = {f"column:{name}": value for name, value in NOON.items()}
            answer = client.post(page, data={"token": token[1], **columns}).text
            assert "<dt>rentals</dt>" in answer
            assert "Captured calls" in answer
            assert "is below 0" in client.post(page, data={"token": token[1], **columns, "column:humidity": "-1"}).text


def test_values_beyond_the_training_data_are_reported(project: Project) -> None:
    hot = project("invoke", *NOW, "--row", *pairs({**NOON, "temperature": "55"}))
    assert hot.code == 0
    assert "Outside the range of the training set: temperature is 55.0, and the model knows -" in hot.stderr


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in NOON.items() if key != name}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (pairs(without("humidity")), "Column 'Humidity(%)' is missing"),
        (pairs(without("functioning_day")), "Column 'Functioning Day' is missing"),
        (pairs({**NOON, "bicycles": "3"}), "Column 'bicycles' is not known; "),
        (pairs({**without("rainfall"), "rainfal": "0"}), "'rainfal' is not known; did you mean 'Rainfall(mm)'?"),
        (pairs({**NOON, "temperature": "warm"}), "Column 'temperature': 'warm' is not a number"),
        (pairs({**NOON, "temperature": ""}), "Column 'temperature': is empty; give its value."),
        (pairs({**NOON, "humidity": "140"}), "Column 'humidity': '140' is above 100"),
        (pairs({**NOON, "hour": "24"}), "Column 'hour': '24' is above 23"),
        (pairs({**NOON, "functioning_day": "perhaps"}), "'perhaps' is not a known value; write Yes or No."),
        (pairs({**NOON, "date": "yesterday"}), "yesterday"),
        ([*pairs(NOON), "hour=3"], "--row gives 'hour' twice; keep one of them."),
        ([*pairs(NOON), "--row", *pairs(without("hour"))], "Rows 1 and 2 differ in the column 'hour'"),
        ([*pairs(NOON), "--row", *pairs({**NOON, "hour": "13", "rainfall": "-1"})], "Row 2, column 'rainfall': '-1'"),
        (["temperature"], "'temperature' is not a column of the form NAME=VALUE"),
        ([*pairs(NOON), "--history", "nowhere.csv"], "There is no file nowhere.csv."),
    ],
)
def test_invalid_rows_are_refused_and_not_sent(project: Project, row: list[str], sentence: str) -> None:
    before = captured(project)
    refused = project("invoke", *NOW, "--row", *row)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert captured(project) == before


# Models that look back, deployed by the pipeline itself.


def test_the_pipeline_deploys_what_it_registered(project: Project) -> None:
    steps = {step["name"]: step for step in project.deployed.json["steps"]}
    assert steps["ConfigureEndpointRegression"]["type"] == "EndpointConfig"
    assert steps["DeployEndpointRegression"]["status"] == "Succeeded"
    described = project("describe", *BACK, "--json").json
    assert described["status"] == "InService"
    assert described["model_package"] == project.deployed.json["tasks"]["regression"]["model_package_arn"]
    execution = project.deployed.json["execution"]["arn"].rsplit("/", 1)[-1]
    assert described["endpoint_config"].startswith(f"Back-regression-{execution}")
    assert described["tags"]["owner"] == described["tags"]["pipeline"] == "Back"
    assert described["tags"]["expiry"] == "PT3H"
    assert datetime.fromisoformat(described["expires"]) < datetime.now(UTC) + timedelta(hours=3)


def test_a_model_that_looks_back_needs_the_hours_before(project: Project) -> None:
    batch = project.predicted(project.deployed, "regression")
    moment = next(hour for hour, rentals in batch.items() if hour > "2018-03" and rentals > 0)
    row = pairs(project.raw(moment))
    refused = project("invoke", *BACK, "--row", *row)
    assert refused.code == 2
    assert "Back-regression/1 needs the weather of the 168 hours before an hour." in refused.stderr
    assert "--history" in refused.stderr
    later = pairs({**NOON, "date": "2019-06-20"})
    refused = project("invoke", *BACK, "--row", *later, "--history", str(project.data))
    assert refused.code == 2
    assert "The hour to predict lacks its history" in refused.stderr
    assert f"The hours of {project.data} must reach up to those to predict." in refused.stderr
    invoked = project("invoke", *BACK, "--row", *row, "--history", str(project.data), "--json")
    assert invoked.code == 0, invoked.stderr
    assert invoked.json["predictions"][0]["rentals"] == pytest.approx(batch[moment], rel=1e-4)


def test_the_next_execution_updates_the_endpoint(project: Project) -> None:
    again = run_command(
        project.folder,
        project.cache,
        *("--upsert", "--start", "--json", "--algorithms", "lightgbm", "--task", "regression"),
        *("--data", str(project.data), *BACK, "--deploy", "--ttl", "3"),
    )
    assert again.code == 0, again.stderr
    assert again.json["tasks"]["regression"]["endpoint"] == "Back-regression"
    assert "boostpipe endpoint delete --name Back-regression" in again.stderr
    described = project("describe", *BACK, "--json").json
    assert described["model_package"] == again.json["tasks"]["regression"]["model_package_arn"]
    assert described["model_package"].endswith("/2")
    assert project("invoke", *BACK, "--row", *pairs(NOON), "--history", str(project.data)).code == 0


# Updating, scaling, logs, the end.


def test_an_update_serves_the_new_version_and_drops_no_request(project: Project) -> None:
    package = register_again(project, "Now-regression")
    config = project("describe", *NOW, "--json").json["endpoint_config"]
    runtime, failures, answers, done = project.client("sagemaker-runtime"), [], [], threading.Event()
    schema = project.client("sagemaker").describe_model_package(ModelPackageName=package)["CustomerMetadataProperties"]
    bucket, _, key = schema["evaluation"].removeprefix("s3://").partition("/")
    features = json.loads(project.client("s3").get_object(Bucket=bucket, Key=f"{key}/schema.json")["Body"].read())
    body = ",".join("0" for _ in features["features"])

    def invoke() -> None:
        while not done.is_set():
            try:
                answer = runtime.invoke_endpoint(EndpointName="Now-regression", ContentType="text/csv", Body=body)
                answers.append(float(answer["Body"].read()))
            except ClientError as error:
                failures.append(error)

    clients = [threading.Thread(target=invoke) for _ in range(2)]
    for thread in clients:
        thread.start()
    updated = project("update", *NOW, "--json")
    done.set()
    for thread in clients:
        thread.join()
    assert updated.code == 0, updated.stderr
    assert failures == []
    assert len(answers) > 1
    assert updated.json["model_package"] == package
    assert updated.json["data_capture"]["percentage"] == 100
    assert updated.json["endpoint_config"] != config
    sagemaker = project.client("sagemaker")
    assert config not in str(sagemaker.list_endpoint_configs(NameContains="Now-regression"))
    assert config not in str(sagemaker.list_models(NameContains="Now-regression"))
    again = project("deploy", "--or-update", *NOW)
    assert again.code == 0
    assert f"Now-regression serves {package.rpartition('model-package/')[2]} already" in again.stderr


def test_two_deployments_at_once_follow_each_other(project: Project) -> None:
    """Others create the endpoint just before this command's CreateEndpoint, and update it before its UpdateEndpoint."""
    arguments = ("--or-update", "--name", "raced", "--model-package")
    older, newer = (f"arn:aws:sagemaker:us-east-1:123456789012:model-package/Now-regression/{n}" for n in (1, 2))

    def overtake(**_: Any) -> None:
        assert project("deploy", *arguments, older, *NOW).code == 0

    def overtake_again(**_: Any) -> None:
        sagemaker = project.client("sagemaker")
        if not sagemaker.list_endpoint_configs(NameContains="other")["EndpointConfigs"]:
            config = sagemaker.describe_endpoint(EndpointName="raced")["EndpointConfigName"]
            variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
            sagemaker.create_endpoint_config(EndpointConfigName="other", ProductionVariants=variants)
            sagemaker.update_endpoint(EndpointName="raced", EndpointConfigName="other")
            sagemaker.delete_endpoint_config(EndpointConfigName=config)  # as a command would

    def client(name: str) -> Any:
        made = project.client(name)
        made.meta.events.register("before-call.sagemaker.CreateEndpoint", overtake)
        made.meta.events.register("before-call.sagemaker.UpdateEndpoint", overtake_again)
        return made

    options = COMMAND.parser().parse_args(["deploy", *arguments, newer, *NOW, "--json"])
    connection = Connection(name="local", region="us-east-1", bucket="b", client=client, find_role=lambda: ROLE)
    context = CommandContext(settings_of(options), connection, load_prices(None, "us-east-1"))
    deployed = actions.deploy(context, options).content
    assert (deployed["status"], deployed["model_package"]) == ("InService", newer)
    configs = project.client("sagemaker").list_endpoint_configs(NameContains="raced")["EndpointConfigs"]
    assert [config["EndpointConfigName"] for config in configs] == [deployed["endpoint_config"]]
    assert project("delete", "--yes", "--name", "raced").code == 0


def test_a_failed_update_leaves_the_old_version_in_service(project: Project) -> None:
    s3 = project.client("s3")
    s3.put_object(Bucket="sagemaker-us-east-1-123456789012", Key="broken/model.tar.gz", Body=b"no archive")
    uri = "s3://sagemaker-us-east-1-123456789012/broken/model.tar.gz"
    package = register_again(project, "Now-classification", ModelDataUrl=uri)
    failed = project("update", *NOW, "--task", "classification", "--model-package", package)
    assert failed.code == 1
    assert "did not come into service" in failed.stderr
    assert "serves the version before" in failed.stderr
    described = project("describe", *NOW, "--task", "classification", "--json").json
    assert (described["status"], described["model_package"][-2:]) == ("InService", "/1")
    assert project("invoke", *NOW, "--task", "classification", "--row", *pairs(NOON)).code == 0
    never = project("deploy", *NOW, "--model-package", package, "--name", "broken")
    assert never.code == 1
    assert "The endpoint broken is Failed: " in never.stderr
    assert project("delete", "--yes", "--name", "broken").code == 0


def test_scaling_follows_the_invocations_per_instance(project: Project) -> None:
    scaled = project("scale", *NOW, "--min-instances", "2", "--max-instances", "4", "--json")
    assert scaled.code == 0, scaled.stderr
    assert scaled.json["scaling"] == {"fewest": 2, "most": 4, "target": 1000.0}
    assert scaled.json["capacity"]["count"] == 2
    assert "0.230 USD per hour for 2 x ml.m5.large" in scaled.stderr
    scaling = project.client("application-autoscaling")
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert policy["ResourceId"] == "endpoint/Now-regression/variant/AllTraffic"
    configuration = policy["TargetTrackingScalingPolicyConfiguration"]
    metric = configuration["PredefinedMetricSpecification"]["PredefinedMetricType"]
    assert (metric, configuration["TargetValue"]) == ("SageMakerVariantInvocationsPerInstance", 1000.0)
    assert "2 to 4 instances" in project("describe", *NOW).stdout
    assert project("scale", *NOW, "--off", "--json").json["scaling"] is None
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []


def test_logs_show_the_servers_output(project: Project) -> None:
    assert project("invoke", *NOW, "--row", *pairs(NOON)).code == 0
    logs = project("logs", *NOW, "--lines", "50")
    assert logs.code == 0, logs.stderr
    assert "POST /invocations" in logs.stdout
    assert len(logs.stdout.splitlines()) <= 50
    (event,) = project("logs", *NOW, "--lines", "1", "--json").json["events"]
    assert set(event) == {"timestamp", "stream", "message"}


def test_a_serverless_endpoint_costs_by_the_second(project: Project) -> None:
    deployed = project("deploy", *NOW, "--latest-approved", "--serverless", "--name", "less", "--json")
    assert deployed.code == 0, deployed.stderr
    assert deployed.json["capacity"] == {"memory_mb": 2048, "max_concurrency": 5}
    assert deployed.json["cost_per_hour"] == 0
    assert "0.00004 USD per second of computing, nothing in between" in deployed.stderr
    assert project("invoke", "--name", "less", "--row", *pairs(NOON)).code == 0
    refused = project("scale", "--name", "less", "--max-instances", "2")
    assert (refused.code, "less is serverless and scales by itself" in refused.stderr) == (2, True)
    assert project("delete", "--yes", "--name", "less").stdout == "deleted: less\n"


def test_deleting_names_the_endpoint_and_asks(project: Project) -> None:
    unconfirmed = project("delete", *NOW)
    assert unconfirmed.code == 2
    assert "this command asks first, and there is no terminal. Add --yes to confirm." in unconfirmed.stderr
    command = f"{sys.executable} -m pipelines endpoint delete {' '.join(NOW)}"
    code, printed = typed_in_a_terminal(command, project.folder, environment(project.cache), "n\n")
    assert code == 0, printed
    assert re.search(r"Delete the endpoint Now-regression \(configuration Now-regression-v\d+-", printed)
    assert "in local, us-east-1" in printed
    assert project("describe", *NOW).code == 0


def test_an_expired_endpoint_is_deleted_with_its_resources(project: Project) -> None:
    assert project("deploy", *NOW, "--latest-approved", "--name", "old").code == 0
    assert project("deploy", *NOW, "--latest-approved", "--name", "eternal", "--ttl", "0").code == 0
    sagemaker = project.client("sagemaker")
    arn = sagemaker.describe_endpoint(EndpointName="old")["EndpointArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "expiry", "Value": "2020-01-01T00:00:00Z"}])
    listed = project("list")
    row = next(line for line in listed.stdout.splitlines() if line.startswith("old "))
    assert "InService" in row
    assert "2020-01-01 00:00 UTC (expired)" in row
    deleted = project("delete", "--yes", "--expired", "--json")
    assert deleted.json == {"deleted": ["old"], "saved_per_hour": 0.115, "currency": "USD"}
    assert "old" not in [one["name"] for one in project("list", "--json").json["endpoints"]]
    assert not sagemaker.list_endpoint_configs(NameContains="old-v")["EndpointConfigs"]
    assert not sagemaker.list_models(NameContains="old-v")["Models"]
    assert project("delete", "--yes", "--expired").stderr.splitlines()[-1] == "Nothing was deleted."
    assert project("delete", "--yes", "--name", "eternal").code == 0
    gone = project("invoke", "--name", "eternal", "--row", *pairs(NOON))
    assert (gone.code, "There is no endpoint eternal: there are " in gone.stderr) == (2, True)


# On AWS: the same calls, against a replacement of AWS.


def test_on_aws_the_same_calls_are_made(project: Project, tmp_path: Path) -> None:
    role = "arn:aws:iam::123456789012:role/service-role/SageMakerLocalExecutionRole"
    with standing_in_for_aws(project.service.endpoint_url) as aws:
        variables = {**project.service.environment, "AWS_ENDPOINT_URL": aws.url}

        def on_aws(*arguments: str) -> Ran:
            aws.operations.clear()
            return project(*arguments, "--target", "aws", "--role-arn", role, **variables)

        vpc = ("--subnets", "subnet-0a", "--security-groups", "sg-0a")
        models: list[dict[str, Any]] = []
        aws.answers["CreateModel"] = models.append
        deployed = on_aws(
            "deploy", *NOW, "--latest-approved", "--name", "cloud", "--max-instances", "2", "--json", *vpc
        )
        assert deployed.code == 0, deployed.stderr
        assert models[0]["VpcConfig"] == {"Subnets": ["subnet-0a"], "SecurityGroupIds": ["sg-0a"]}
        assert [call for call in aws.operations if call.startswith(("Create", "Register", "Put"))] == [
            "CreateModel",
            "CreateEndpointConfig",
            "CreateEndpoint",
            "RegisterScalableTarget",
            "PutScalingPolicy",
        ]
        assert "Cost: 0.115 USD per hour for 1 x ml.m5.large" in deployed.stderr
        assert "delete --name cloud --target aws" in deployed.stderr
        assert "Its server ends" not in deployed.stderr
        assert on_aws("invoke", "--name", "cloud", "--row", *pairs(NOON)).code == 0
        assert on_aws("scale", "--name", "cloud", "--min-instances", "2", "--max-instances", "3").code == 0
        package = register_again(project, "Now-regression")
        requests: list[dict[str, Any]] = []
        aws.answers["UpdateEndpoint"] = requests.append
        updated = on_aws("update", "--name", "cloud", "--model-package", package)
        assert updated.code == 0, updated.stderr
        batch = requests[0]["DeploymentConfig"]["RollingUpdatePolicy"]["MaximumBatchSize"]
        assert batch == {"Type": "CAPACITY_PERCENT", "Value": 50}
        assert on_aws("delete", "--yes", "--name", "cloud").code == 0
        assert {"DeregisterScalableTarget", "DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"} <= set(
            aws.operations
        )


def test_without_credentials_the_exit_code_is_3(project: Project, tmp_path: Path) -> None:
    refused = project(
        "list", "--target", "aws", HOME=str(tmp_path), AWS_EC2_METADATA_DISABLED="true", AWS_REGION="eu-west-1"
    )
    assert refused.code == 3
    assert "AWS does not accept any credentials" in refused.stderr


def test_an_interrupted_command_reports_it(project: Project) -> None:
    """The command shows no traceback; the service goes on with the request."""
    command = [sys.executable, "-m", "pipelines", "endpoint", "invoke", *NOW, "--stdin"]
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env=environment(project.cache),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Target: local" in process.stderr.readline()
    process.send_signal(2)
    _, output = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Interrupted." in output
    assert "Traceback" not in output
