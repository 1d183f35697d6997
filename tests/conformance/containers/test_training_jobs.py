"""Training jobs (``docs/contracts.md``, section 5): channels, configuration, artifacts, metrics, ends."""

from __future__ import annotations

import json

import pytest

from local_sagemaker.jobs.training.run import run_training
from tests.conformance.containers.workbench import (
    SKLEARN,
    XGBOOST,
    Workbench,
    channel,
    completed,
    file_in,
    names_in,
    running,
    script_request,
    wait_until,
)
from tests.support.namespaces import needs_namespaces

PRINT_CHANNEL = """
import os
from pathlib import Path
root = Path(os.environ["SM_CHANNEL_DATA"])
print("files", *sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()))
"""


def _files(log: str) -> list[str]:
    return next(line.split()[1:] for line in log.splitlines() if line.startswith("files"))


@pytest.mark.parametrize("mode", ["File", "FastFile"])
@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("s3://bucket/data/", ["a.csv", "deep/b.csv"]),
        ("s3://bucket/data", ["a.csv", "deep/b.csv"]),
        ("s3://bucket/data/a.csv", ["a.csv"]),
        ("s3://bucket/data/deep", ["b.csv"]),
    ],
)
def test_a_prefix_names_the_objects_of_a_channel(bench: Workbench, uri: str, found: list[str], mode: str) -> None:
    bench.store.write("s3://bucket/data/a.csv", "1")
    bench.store.write("s3://bucket/data/deep/b.csv", "1")
    job = bench.job()
    completed(
        run_training(
            script_request(bench.store, PRINT_CHANNEL, channels=[channel("data", uri, mode=mode)]), job.context
        )
    )
    assert _files(job.log) == found


def test_prefix_matches_beginnings_of_names(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/part-1.csv", "1")
    bench.store.write("s3://bucket/data/part-2.csv", "1")
    job = bench.job()
    request = script_request(bench.store, PRINT_CHANNEL, channels=[channel("data", "s3://bucket/data/part")])
    completed(run_training(request, job.context))
    assert _files(job.log) == ["part-1.csv", "part-2.csv"]


def test_fast_file_mode_takes_no_partial_prefix(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/part-1.csv", "1")
    request = script_request(
        bench.store, PRINT_CHANNEL, channels=[channel("data", "s3://bucket/data/part", mode="FastFile")]
    )
    outcome = run_training(request, bench.job().context)
    assert "For FastFile mode, partial S3 prefix is not supported" in str(outcome.failure_reason)


def test_a_manifest_names_the_objects_of_a_channel(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/deep/b.csv", "1")
    bench.store.write("s3://bucket/data/c.csv", "1")
    bench.store.write("s3://bucket/manifest", '[{"prefix": "s3://bucket/data/"}, "deep/b.csv", "c.csv"]')
    data = channel("data", "s3://bucket/manifest", S3DataType="ManifestFile")
    job = bench.job()
    completed(run_training(script_request(bench.store, PRINT_CHANNEL, channels=[data]), job.context))
    assert _files(job.log) == ["c.csv", "deep/b.csv"]


@needs_namespaces
def test_sharded_channel(bench: Workbench) -> None:
    for number in range(3):
        bench.store.write(f"s3://bucket/data/{number}", "1")
    script = PRINT_CHANNEL + "\nimport socket\nprint(os.environ['SM_HOSTS'], socket.gethostbyname('algo-1'))"
    data = channel("data", "s3://bucket/data/", S3DataDistributionType="ShardedByS3Key")
    job = bench.job()
    completed(run_training(script_request(bench.store, script, channels=[data], instances=2), job.context))
    logs = {host: "".join(text for name, text in job.lines if name == host) for host in ("algo-1", "algo-2")}
    assert {host: _files(log) for host, log in logs.items()} == {"algo-1": ["0", "2"], "algo-2": ["1"]}
    assert all('["algo-1","algo-2"] 127.0.0.1' in log for log in logs.values())


def test_pipe_mode_is_refused_by_name(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    data = channel("data", "s3://bucket/data/", mode="Pipe")
    outcome = run_training(script_request(bench.store, "", channels=[data]), bench.job().context)
    assert outcome.status == "Failed"
    assert outcome.failure_reason == (
        "ClientError: The input mode Pipe of channel data is not supported by the local SageMaker; use File."
    )


def test_empty_channel_fails(bench: Workbench) -> None:
    request = script_request(bench.store, "", channels=[channel("data", "s3://bucket/nothing/")])
    outcome = run_training(request, bench.job().context)
    assert outcome.status == "Failed"
    assert str(outcome.failure_reason).startswith("ClientError: Data download failed:No S3 objects found under S3 URL")


def test_the_configuration_files_hold_what_the_request_says(bench: Workbench) -> None:
    bench.store.write("s3://bucket/data/a", "1")
    script = """
import json
names = ("hyperparameters", "inputdataconfig", "resourceconfig", "checkpointconfig")
print("files", json.dumps({n: json.load(open(f"/opt/ml/input/config/{n}.json")) for n in names}))
"""
    request = script_request(
        bench.store,
        script,
        {"depth": 6},
        channels=[channel("data", "s3://bucket/data/", content_type="text/csv")],
        CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"},
    )
    # The first of preferred instances is the one that is selected.
    preferences = [{"InstanceType": "ml.m5.large"}, {"InstanceType": "ml.m5.xlarge"}]
    request["ResourceConfig"] = {"InstancePreferences": preferences, "InstanceCount": 1, "VolumeSizeInGB": 30}
    job = bench.job()
    completed(run_training(request, job.context))
    line = next(line for line in job.log.splitlines() if line.startswith("files"))
    files = json.loads(line.removeprefix("files"))
    assert files["hyperparameters"]["depth"] == "6"
    assert files["inputdataconfig"]["data"] == {
        "ContentType": "text/csv",
        "TrainingInputMode": "File",
        "S3DistributionType": "FullyReplicated",
        "RecordWrapperType": "None",
    }
    assert files["checkpointconfig"] == {"S3Uri": "s3://bucket/checkpoints"}
    assert files["resourceconfig"] == {
        "current_host": "algo-1",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "instance_groups": [
            {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1"]}
        ],
        "network_interface_name": "eth0",
    }


def test_container_knows_name_and_arn(bench: Workbench) -> None:
    script = "import os; print(os.environ['TRAINING_JOB_NAME'], os.environ['TRAINING_JOB_ARN'])"
    job = bench.job(name="my-training")
    completed(run_training(script_request(bench.store, script), job.context))
    assert f"my-training {job.context.arn}\n" in job.log


def test_the_model_and_output_folders_become_archives(bench: Workbench) -> None:
    script = """
import os
for folder, name in (("SM_MODEL_DIR", "deep/model.bin"), ("SM_OUTPUT_DATA_DIR", "plot.txt")):
    path = os.path.join(os.environ[folder], name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write(name)
"""
    outcome = completed(run_training(script_request(bench.store, script), bench.job(name="my-job").context))
    assert outcome.model_artifacts == "s3://bucket/models/my-job/output/model.tar.gz"
    model = bench.store.read("s3://bucket/models/my-job/output/model.tar.gz")
    assert file_in(model, "deep/model.bin") == b"deep/model.bin"
    assert names_in(bench.store.read("s3://bucket/models/my-job/output/output.tar.gz")) == ["plot.txt"]


def test_uncompressed_model(bench: Workbench) -> None:
    script = "open('/opt/ml/model/a', 'w').write('1')"
    request = script_request(bench.store, script, OutputDataConfig={"CompressionType": "NONE"})
    outcome = completed(run_training(request, bench.job(name="my-job").context))
    assert outcome.model_artifacts == "s3://bucket/models/my-job/output/model/"
    assert bench.store.keys("s3://bucket/models/") == ["models/my-job/output/model/a"]


def test_final_metrics(bench: Workbench) -> None:
    script = "print('loss=0.5;\\nloss=0.25;'); print('[1]\\tvalidation-auc:0.9')"
    definitions = [
        {"Name": "loss", "Regex": "loss=([0-9.]+);"},
        {"Name": "auc", "Regex": ".*#011validation-auc:(\\S+)"},
        {"Name": "never", "Regex": "never=(.*)"},
    ]
    request = script_request(bench.store, script, AlgorithmSpecification={"MetricDefinitions": definitions})
    outcome = completed(run_training(request, bench.job().context))
    assert [(metric.name, metric.value) for metric in outcome.metrics] == [("loss", 0.25), ("auc", 0.9)]


def test_failure_file_is_the_reason(bench: Workbench) -> None:
    script = "open('/opt/ml/output/failure', 'w').write('No rows. ' + 'x' * 2000); raise SystemExit(3)"
    outcome = run_training(script_request(bench.store, script), bench.job().context)
    reason = str(outcome.failure_reason)
    assert outcome.status == "Failed"
    assert outcome.model_artifacts is None
    assert reason.startswith("AlgorithmError: No rows. xxx")
    assert reason.endswith("x, exit code: 1")
    assert len(reason) == 1024


def test_failed_job_keeps_output_only(bench: Workbench) -> None:
    script = """
open('/opt/ml/model/a', 'w').write('1'); open('/opt/ml/output/data/b', 'w').write('1'); raise SystemExit(1)
"""
    run_training(script_request(bench.store, script), bench.job().context)
    assert bench.store.keys("s3://bucket/models/") == ["models/job/output/output.tar.gz"]


def test_time_limit_keeps_the_model(bench: Workbench) -> None:
    script = "import time; open('/opt/ml/model/a', 'w').write('1'); time.sleep(600)"
    request = script_request(bench.store, script, StoppingCondition={"MaxRuntimeInSeconds": 2})
    outcome = run_training(request, bench.job().context, stop_grace_seconds=0.5)
    assert (outcome.status, outcome.secondary_status) == ("Stopped", "MaxRuntimeExceeded")
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["a"]


def test_stopped_script_keeps_the_model(bench: Workbench) -> None:
    script = """
import signal, sys, time
def save(*_):
    open("/opt/ml/model/half", "w").write("1"); sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("ready")
time.sleep(600)
"""
    job = bench.job()
    outcomes = []
    with running(lambda: outcomes.append(run_training(script_request(bench.store, script), job.context))):
        wait_until(lambda: "ready\n" in job.log)
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"
    assert names_in(bench.store.read(str(outcomes[0].model_artifacts))) == ["half"]


def test_the_secondary_statuses_follow_the_work(bench: Workbench) -> None:
    job = bench.job()
    completed(run_training(script_request(bench.store, ""), job.context))
    assert job.statuses == ["Downloading", "Training", "Uploading"]


def test_checkpoints_are_stored_and_restored(bench: Workbench) -> None:
    script = """
import os, time
print("found", sorted(os.listdir("/opt/ml/checkpoints")))
open(f"/opt/ml/checkpoints/{len(os.listdir('/opt/ml/checkpoints'))}", "w").write("1")
while not os.path.exists("/opt/ml/go"):
    time.sleep(0.05)
"""
    request = script_request(bench.store, script, CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"})
    for number, found in enumerate(("[]", "['0']")):
        job = bench.job()
        with running(lambda job=job: completed(run_training(request, job.context))):
            wait_until(lambda number=number: f"checkpoints/{number}" in bench.store.keys("s3://bucket/checkpoints/"))
            (job.ml / "go").touch()
        assert f"found {found}\n" in job.log


@pytest.mark.parametrize("path", ["/tmp/checkpoints", "/opt/ml/../checkpoints", "/opt/ml"])
def test_checkpoints_outside_of_opt_ml_are_refused(bench: Workbench, path: str) -> None:
    configuration = {"S3Uri": "s3://bucket/checkpoints", "LocalPath": path}
    outcome = run_training(script_request(bench.store, "", CheckpointConfig=configuration), bench.job().context)
    assert "is not below /opt/ml, as the local SageMaker requires." in str(outcome.failure_reason)


def test_an_image_that_does_not_train_is_refused(bench: Workbench) -> None:
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.0.1-cpu-py310"
    outcome = run_training(script_request(bench.store, "", image=image), bench.job().context)
    assert outcome.failure_reason == f"ClientError: The image {image} is for inference; it does not train."


@pytest.mark.parametrize("image", [SKLEARN, XGBOOST])
def test_script_mode_is_the_same_in_framework_images(bench: Workbench, image: str) -> None:
    job = bench.job()
    completed(run_training(script_request(bench.store, "print('trained')", image=image), job.context))
    assert "trained\n" in job.log


def test_request_entry_point_replaces_train(bench: Workbench) -> None:
    specification = {"ContainerEntrypoint": ["/bin/bash", "-c"], "ContainerArguments": ["echo own; exit 5"]}
    job = bench.job()
    outcome = run_training(script_request(bench.store, "", AlgorithmSpecification=specification), job.context)
    assert (job.log, outcome.failure_reason) == ("own\n", "AlgorithmError: , exit code: 5")
